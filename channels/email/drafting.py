"""What one mail says and how it is addressed, put together from a message and from what was said before. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from channels.accounts.book import Account
from channels.email.history import Theirs
from channels.email.letters import Enclosure, Letter, chain_of, plain_address, subject_of
from channels.email.naming import Names
from channels.email.rendering import Quoted, Rendering, Words
from channels.email.settings import CHANNEL
from channels.email.unsubscribing import PATH, Links
from channels.port import Outbound, thread_of
from kit.i18n import Locale, translate
from kit.settings import Settings

#: An address grows by our token; no server has to take a local part longer than this (RFC 5321, 4.5.3.1.1).
_LOCAL_PART_MAX = 64
#: What Auto-Submitted (RFC 3834) says of those who write by themselves.
_MACHINE = {"bot": "auto-replied", "system": "auto-generated"}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One mail about to be sent; ``key`` names it at every try."""

    key: str
    account: Account
    address: str
    message: Outbound
    now: datetime

    @property
    def thread(self) -> str:
        return thread_of(CHANNEL, self.account.name, self.address)

    @property
    def own_address(self) -> str:
        return plain_address(self.account.settings.get("address") or self.account.name)

    @property
    def automatic(self) -> bool:
        return self.message.author != "staff"


class Drafting:
    """Writes mails in the name of this installation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._names = Names(settings.secret_key())
        self._links = Links(settings.secret_key())
        self._rendering = Rendering(settings)

    def letter(self, draft: Draft, theirs: Theirs | None, files: Sequence[Enclosure]) -> Letter:
        """The whole mail; ``theirs`` is what it answers."""
        message = draft.message
        subject = self.subject(draft, theirs)
        unsubscribe = self._unsubscribe(draft)
        bodies = self._rendering.render(self._words(draft, theirs, subject, unsubscribe))
        in_reply_to, references = chain_of(theirs.message_id, theirs.references) if theirs else ("", [])
        organisation = self._organisation(draft)
        return Letter(
            sender_name=_signature(message, organisation) or organisation,
            sender=draft.own_address,
            recipient=plain_address(draft.address),
            subject=subject,
            message_id=self.message_id(draft),
            at=draft.now.astimezone(ZoneInfo(self._settings.time_zone)),
            text=bodies.text,
            html=bodies.html,
            locale=message.locale,
            reply_to=self._reply_to(draft),
            in_reply_to=in_reply_to,
            references=references,
            machine=_MACHINE.get(message.author, ""),
            unsubscribe=unsubscribe,
            files=files,
        )

    def _organisation(self, draft: Draft) -> str:
        named: str = draft.account.settings.get("sender_name", "")
        return named or self._rendering.organisation(draft.message.locale)

    def _words(self, draft: Draft, theirs: Theirs | None, subject: str, unsubscribe: str) -> Words:
        message = draft.message
        return Words(
            text=message.text,
            locale=_locale(message),
            token=self._names.token(draft.key),
            reply_to=self._reply_to(draft),
            subject=subject_of(subject, "", ""),
            number=_number(message),
            page=_page(message),
            signature=_signature(message, self._organisation(draft)),
            links=message.links,
            buttons=message.buttons,
            unsubscribe=unsubscribe,
            quoted=_quoted(draft, theirs),
        )

    def message_id(self, draft: Draft) -> str:
        """The same at every try, so that what comes back finds its delivery."""
        return self._names.message_id(draft.key, draft.own_address.rpartition("@")[2])

    def subject(self, draft: Draft, theirs: Theirs | None) -> str:
        """Theirs where there is one."""
        said = theirs.subject if theirs else ""
        ours = draft.message.subject or translate("channels.email.letter.no_subject", _locale(draft.message))
        return subject_of(said, ours, _number(draft.message))

    def senders(self, draft: Draft) -> list[str]:
        """Where what goes wrong comes back to, best first.

        With addresses of its own each mail's failures name it. Without, news come back to the mailbox, which is read,
        so that failures are learnt of; the bot's answers take the null path, because a machine that answers them
        (RFC 3834 has it answer to that path) then has nobody to answer to.
        """
        returns = self._reply_to(draft)
        if returns != draft.own_address:
            return [returns, draft.own_address]
        return ["", draft.own_address] if draft.message.author == "bot" else [draft.own_address]

    def _reply_to(self, draft: Draft) -> str:
        if not draft.account.settings.get("plus_addresses"):
            return draft.own_address
        address = self._names.plus_address(draft.key, draft.own_address)
        return address if len(address.rpartition("@")[0]) <= _LOCAL_PART_MAX else draft.own_address

    def _unsubscribe(self, draft: Draft) -> str:
        if not draft.message.optional:
            return ""
        base = self._settings.base_url.rstrip("/")
        return f"{base}{PATH}{self._links.token(draft.account.name, draft.address)}"


def _locale(message: Outbound) -> Locale:
    return "en" if message.locale == "en" else "zh"


def _number(message: Outbound) -> str:
    return message.notice.values.get("number", "") if message.notice else ""


def _page(message: Outbound) -> str:
    return message.notice.values.get("page", "") if message.notice else ""


def _signature(message: Outbound, organisation: str) -> str:
    """A member of staff writes under their own name."""
    if message.author != "staff" or not message.author_name:
        return ""
    name = message.author_name
    return translate("channels.email.letter.signature", _locale(message), name=name, organisation=organisation)


def _quoted(draft: Draft, theirs: Theirs | None) -> Quoted | None:
    """The words of somebody who may not be who the address says are repeated to that address by people only.

    Else whoever writes in a stranger's name could have us send the stranger anything.
    """
    if theirs is None or not draft.account.settings.get("quote_history", True):
        return None
    return Quoted(text=theirs.text, at=theirs.at) if theirs.proven or not draft.automatic else None
