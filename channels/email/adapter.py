"""The port, for e-mail."""

import asyncio
from datetime import datetime
from typing import Any

from channels.context import ChannelContext
from channels.email.drafting import Draft, Drafting
from channels.email.history import (
    Theirs,
    digest_of,
    forget_sending,
    newest_of_theirs,
    note_sending,
    said_lately,
)
from channels.email.letters import Enclosure, as_bytes, chain_of, plain_address
from channels.email.naming import delivery_key
from channels.email.settings import CHANNEL
from channels.email.smtp import Connections, Posting, Server
from channels.email.unsubscribing import has_unsubscribed
from channels.errors import AccountClosedError, DeliveryDelayedError, DeliveryRefusedError
from channels.pace import AccountGate
from channels.port import Attachment, Capabilities, MediaKind, Outbound, Rate, Receipt
from kit.db import AsyncSession

#: All files of one mail; most providers take 25 MB, which base64 makes a third larger.
FILES_LIMIT = 18 * 1024 * 1024
#: The row of the mailbox's own limit of a minute, beside the one of the account itself.
_MINUTE = "email/minute"


class Email:
    """Sends by SMTP. One message is one mail, with its text, links and files."""

    name = CHANNEL
    capabilities = Capabilities(
        text_limit=100_000,
        buttons=10,
        label_limit=200,
        attachments=frozenset(MediaKind),
        mixed=True,
        links=True,
        first_contact=True,
        reports_failures=True,
        slow=True,
        settle_s=0,
        # Providers count mails by the minute and by the day; the minute is set for each mailbox.
        rate=Rate(per_second=5, burst=10),
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._drafting = Drafting(context.ground.settings)
        self._connections = Connections()
        context.at_end(self._connections.close)

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        """One mail; raises a DeliveryError."""
        entry = await self._context.accounts.named(CHANNEL, account)
        draft = Draft(key=key, account=entry, address=address, message=message, now=self._context.ground.clock.now())
        recipient = plain_address(address)
        files = [await self._enclosed(file) for file in _within_limit(message.attachments)]
        theirs, record = await self._noted(draft)
        letter = self._drafting.letter(draft, theirs, files)
        content = await asyncio.to_thread(as_bytes, letter)
        posting = Posting(senders=self._drafting.senders(draft), recipient=recipient, content=content)
        try:
            await self._connections.send(Server.of(entry), posting)
        except (DeliveryDelayedError, DeliveryRefusedError):
            await self._forget(record)
            raise
        return Receipt(provider_id=letter.message_id)

    async def _noted(self, draft: Draft) -> tuple[Theirs | None, int | None]:
        """What the mail answers, and its place in the log; raises when it is not to be sent, or not yet."""
        async with self._context.ground.db.transaction() as session:
            await self._permit(session, draft)
            # News hang on what the person wrote, and not on what somebody else may have written in the person's name.
            news = draft.message.author == "system"
            theirs = await newest_of_theirs(session, draft.thread, prefers_proven=news)
            if theirs is not None and theirs.no_answer and draft.message.author == "bot":
                # News are no answer, and what staff write is no machine's.
                raise DeliveryRefusedError("wants_no_answer", draft.address)
            return theirs, await note_sending(session, self._row(draft, theirs))

    async def _permit(self, session: AsyncSession, draft: Draft) -> None:
        name, now, digest = draft.account.name, draft.now, digest_of(draft.message)
        if draft.message.optional and await has_unsubscribed(session, account=name, address=draft.address):
            raise DeliveryRefusedError("unsubscribed", draft.address)
        if draft.automatic and await said_lately(session, now, thread=draft.thread, key=draft.key, digest=digest):
            raise DeliveryRefusedError("repeated", draft.address)
        gate = AccountGate(_MINUTE, name, _rate(int(draft.account.settings.get("per_minute", 30))))
        free = await gate.open(session, draft.now, 1)
        if isinstance(free, datetime):
            pause = max(0.001, (free - draft.now).total_seconds())
            raise AccountClosedError("per_minute", "the mailbox's own limit", retry_after_s=pause)
        await gate.charge(session, draft.now, 1)

    def _row(self, draft: Draft, theirs: Theirs | None) -> dict[str, Any]:
        message_id = self._drafting.message_id(draft)
        return {
            "account": draft.account.name,
            "thread": draft.thread,
            "platform_id": message_id,
            "message_id": message_id,
            "references": chain_of(theirs.message_id, theirs.references)[1] if theirs else [],
            "subject": self._drafting.subject(draft, theirs),
            "sender": draft.own_address,
            "sender_name": draft.message.author_name or "",
            "key": delivery_key(draft.key),
            "digest": digest_of(draft.message),
            "automatic": draft.message.author if draft.automatic else "",
            "proven": True,
            "size": 0,
            "at": draft.now,
        }

    async def _enclosed(self, file: Attachment) -> Enclosure:
        path = self._context.ground.files.path(file.id) if file.id else None
        if path is None or not path.exists():
            raise DeliveryRefusedError("file_missing", file.name)
        return Enclosure(name=file.name, mime=file.mime, content=await asyncio.to_thread(path.read_bytes))

    async def _forget(self, record: int | None) -> None:
        if record is not None:
            async with self._context.ground.db.transaction() as session:
                await forget_sending(session, record)


def _within_limit(files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    if sum(file.size for file in files) > FILES_LIMIT:
        raise DeliveryRefusedError("files_too_large", files[0].name)
    return files


def _rate(per_minute: int) -> Rate:
    """A third at once, the rest spread over the minute, so that no sixty seconds see more."""
    burst = max(1, per_minute // 3)
    return Rate(per_second=(per_minute - burst + 1) / 60, burst=burst)
