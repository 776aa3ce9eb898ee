"""The door for an MX of one's own: it hands mails over by SMTP, and keeps each until it is stored.

No relay: only our mailboxes are recipients. There is no sign-in and no TLS, as it listens inside the MX's network.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as Handed
from aiosmtpd.smtp import Session as Conversation

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.email.arriving import take
from channels.email.reading import Envelope
from channels.email.settings import CHANNEL
from kit.log import log

#: Announced, and refused beyond.
MAIL_MAX = 30 * 1024 * 1024
#: So long may pass, in seconds, until the MX says something.
TIMEOUT_S = 120
#: No mail of ours is for more mailboxes than this at once.
RECIPIENTS_MOST = 100
_TAKEN = "250 2.0.0 Taken"
_UNKNOWN = "550 5.1.1 No such mailbox here"
_LATER = "451 4.3.0 Try again later"
_TOO_MANY = "452 4.5.3 Too many recipients"


class _Conversation(SMTP):
    # Mails with longer lines than the standard allows exist; refused, they would go back to people.
    line_length_limit = 1024 * 1024


@dataclass(frozen=True)
class Door:
    """What is answered to the MX."""

    context: ChannelContext

    async def handle_RCPT(  # noqa: N802 - the library calls it by this name.
        self, _server: SMTP, _session: Conversation, envelope: Handed, address: str, _options: list[str]
    ) -> str:
        """Whether there is such a mailbox."""
        if len(envelope.rcpt_tos) >= RECIPIENTS_MOST:
            return _TOO_MANY
        try:
            known = await self._mailboxes()
        except Exception:  # noqa: BLE001 - whatever it is, the MX keeps the mail.
            log.exception("mailboxes not looked up")
            return _LATER
        if _mailbox_in(address, known) is None:
            return _UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, _session: Conversation, envelope: Handed) -> str:  # noqa: N802 - as above.
        """Store it for each mailbox it is for; the MX may forget it only then."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        try:
            known = await self._mailboxes()
            for address, account in known.items():
                to = tuple(each for each in envelope.rcpt_tos if _mailbox_in(each, known) == address)
                if to:
                    handed = Envelope(recipients=to, sender=(envelope.mail_from or "").strip("<>"))
                    await take(self.context, account, content, handed)
        except Exception:  # noqa: BLE001 - as above.
            log.exception("mail not stored")
            return _LATER
        return _TAKEN

    async def _mailboxes(self) -> Mapping[str, Account]:
        """By address; paused ones too: what comes in is always taken."""
        return {
            str(one.settings.get("address", "")).lower(): one
            for one in await self.context.accounts.all()
            if one.channel == CHANNEL and one.settings.get("receive") == "smtp"
        }


async def open_door(context: ChannelContext, *, host: str, port: int) -> asyncio.Server:
    """Listen; every worker does, on the same port."""
    loop = asyncio.get_running_loop()
    door = Door(context)

    def conversation() -> SMTP:
        return _Conversation(
            door,
            data_size_limit=MAIL_MAX,
            enable_SMTPUTF8=True,
            hostname="yingpiao",
            ident="ESMTP",
            timeout=TIMEOUT_S,
            loop=loop,
        )

    return await loop.create_server(conversation, host, port, reuse_port=True)


def address_of(listen: str) -> tuple[str, int]:
    """The host and port in a setting such as ``127.0.0.1:2525`` or ``[::1]:2525``; raises ValueError."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def _mailbox_in(address: str, known: Mapping[str, Account]) -> str | None:
    """The mailbox, whatever stands behind a plus."""
    whole = address.lower()
    local, _, domain = whole.rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    return next((each for each in (whole, plain) if each in known), None)
