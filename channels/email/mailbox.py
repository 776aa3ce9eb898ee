"""One mailbox on its IMAP server. Everything here blocks; it is called in a thread of its own."""

import contextlib
import imaplib
import selectors
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from imapclient import IMAPClient, SocketTimeout

from channels.accounts.book import Account

#: So long, in seconds, a connection may take to be made, and an answer to arrive.
CONNECT_S, ANSWER_S = 20, 60
#: NetEase's servers close the mailbox to programs that do not say what they are (RFC 2971).
_WE_ARE = {"name": "Yingpiao", "version": "1.0", "vendor": "Yingpiao", "support-email": ""}
_WHOLE, _HEAD = b"BODY[]", b"BODY[HEADER]"


class MailboxError(Exception):
    """The server said no, or nothing; ``step`` is "connect", "sign_in", "folder" or "read"."""

    def __init__(self, step: str, said: str) -> None:
        super().__init__(f"{step}: {said}")
        self.step = step
        self.said = said


@dataclass(frozen=True, kw_only=True)
class Login:
    """Where a mailbox lies, and how it is opened."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    folder: str

    @classmethod
    def of(cls, account: Account) -> Self:
        """As an administrator entered it."""
        settings = account.settings
        return cls(
            host=str(settings.get("imap_host", "")),
            port=int(settings.get("imap_port", 993)),
            security=str(settings.get("imap_security", "tls")),
            username=str(settings.get("username") or settings.get("address", "")),
            password=account.secrets.get("password", ""),
            folder=str(settings.get("folder") or "INBOX"),
        )


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A folder as it was found: its numbers are good while ``uid_validity`` is the same."""

    uid_validity: int
    uid_next: int


class Mailbox:
    """A connection, signed in, with the folder open."""

    def __init__(self, login: Login, *, tls: ssl.SSLContext | None = None) -> None:
        self._login = login
        self._tls = tls or ssl.create_default_context()
        self._idling = False
        with _told("connect"):
            self._client = _connect(login, self._tls)
        try:
            self._sign_in()
        except BaseException:
            self.close()
            raise

    def open(self) -> Opened:
        """Open the folder, anew where it is open: what is new in it is seen then."""
        with _told("folder"):
            found = self._client.select_folder(self._login.folder)
            self._came_meanwhile()
            return Opened(uid_validity=int(found[b"UIDVALIDITY"]), uid_next=int(found.get(b"UIDNEXT", 0)))

    @property
    def idles(self) -> bool:
        """The server tells of new mail by itself."""
        return bool(self._client.has_capability("IDLE"))

    @property
    def asks_who(self) -> bool:
        """The server wants to know what program we are, and was told."""
        return bool(self._client.has_capability("ID"))

    def after(self, uid: int) -> list[int]:
        """The numbers of the mails behind this one, in order."""
        with _told("read"):
            # A range with a star in it always holds the last mail.
            return sorted(each for each in self._client.search(["UID", f"{uid + 1}:*"]) if each > uid)

    def since(self, day: date) -> list[int]:
        """The numbers of the mails that came on this day or later, in order."""
        with _told("read"):
            return sorted(self._client.search(["SINCE", day]))

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """How large they are, in bytes."""
        return {uid: int(found[b"RFC822.SIZE"]) for uid, found in self._fetch(uids, b"RFC822.SIZE").items()}

    def whole(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The mails, without marking them as read."""
        return {uid: bytes(found[_WHOLE] or b"") for uid, found in self._fetch(uids, b"BODY.PEEK[]").items()}

    def heads(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Their heads only."""
        return {uid: bytes(found[_HEAD] or b"") for uid, found in self._fetch(uids, b"BODY.PEEK[HEADER]").items()}

    def mark_read(self, uids: Sequence[int]) -> None:
        """Show people who look into the mailbox too which mails are taken."""
        with _told("read"):
            self._client.add_flags(list(uids), [b"\\Seen"], silent=True)

    def start_idling(self) -> bool:
        """Have the server tell of new mail; nothing else may be asked until :meth:`stop_idling`.

        Whether mail has come since the folder was opened: of that not every server tells again.
        """
        with _told("read"):
            _, heard = self._client.noop()
            self._client.idle()
        self._idling = True
        return self._came_meanwhile() or any(_is_news(said) for said in heard)

    def wait(self, seconds: float) -> bool:
        """While idling: whether the server says anything within this time, or hangs up.

        What it says is left to :meth:`stop_idling`: the library's own way breaks off in the middle of a line.
        """
        with _told("read"), selectors.DefaultSelector() as waiting:
            line = self._client.socket()
            if isinstance(line, ssl.SSLSocket) and line.pending():
                return True
            waiting.register(line, selectors.EVENT_READ)
            return bool(waiting.select(seconds))

    def stop_idling(self) -> None:
        with _told("read"):
            self._client.idle_done()
        self._idling = False

    def break_off(self) -> None:
        """From any thread: whoever waits for the server is told that it is gone."""
        with contextlib.suppress(OSError):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the connection go, politely where the server listens."""
        if not self._idling:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                self._client.logout()
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._client.shutdown()

    def _came_meanwhile(self) -> bool:
        """What the server said beside its answers, which the library keeps and never shows."""
        said = self._client._imap.untagged_responses  # noqa: SLF001 - as above.
        return any([said.pop("EXISTS", None), said.pop("RECENT", None)])

    def _sign_in(self) -> None:
        with _told("sign_in"):
            if self._login.security == "starttls":
                self._client.starttls(self._tls)
            self._client.login(self._login.username, self._login.password)
            if self.asks_who:
                self._client.id_(_WE_ARE)

    def _fetch(self, uids: Sequence[int], what: bytes) -> dict[int, dict[bytes, Any]]:
        """A mail that was removed meanwhile is not in the answer."""
        if not uids:
            return {}
        with _told("read"):
            found: dict[int, dict[bytes, Any]] = self._client.fetch(list(uids), [what])
        return {uid: found[uid] for uid in uids if uid in found and len(found[uid]) > 1}


def _connect(login: Login, tls: ssl.SSLContext) -> IMAPClient:
    return IMAPClient(
        login.host,
        login.port,
        ssl=login.security == "tls",
        ssl_context=tls,
        timeout=SocketTimeout(CONNECT_S, ANSWER_S),
    )


def _is_news(said: Any) -> bool:
    """Servers also say that they are still there."""
    return isinstance(said, tuple) and len(said) > 1 and said[1] in {b"EXISTS", b"RECENT"}


@contextlib.contextmanager
def _told(step: str) -> Iterator[None]:
    """In the server's words what it refused; what the library cannot read of an answer is the server's fault too."""
    try:
        yield
    except MailboxError:
        raise
    except (imaplib.IMAP4.error, OSError, ValueError, KeyError, AssertionError) as error:
        raise MailboxError(step, _words(error)) from error


def _words(error: Exception) -> str:
    said = error.args[0] if error.args and len(error.args) == 1 else str(error)
    text = said.decode("utf8", errors="replace") if isinstance(said, bytes) else str(said)
    return text.strip() or type(error).__name__
