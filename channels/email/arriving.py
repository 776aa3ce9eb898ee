"""Take a mail in: once, whichever way and however often it comes, with all that follows from it in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.email.bounces.report import Report, ReportKind
from channels.email.brakes import REMEMBERED, TOO_MANY, Words, brake, words_in
from channels.email.mime.automatic import automatic_reason, wants_no_answer
from channels.email.mime.model import Part
from channels.email.models import Direction
from channels.email.naming import Names, delivery_key
from channels.email.reading import NAME_MAX, Envelope, Letter, NoSenderError, own_addresses, read
from channels.email.records import Carried, deliveries_of, lately, note_mail
from channels.email.reporting import find, settle
from channels.email.settings import CHANNEL
from channels.email.translate import files_of, subject_of, translate
from channels.inbox import Arrival, accept_many
from channels.port import Attachment, thread_of
from channels.reach import note_machine
from channels.unparsed import keep_unparsed
from kit.db import AsyncSession
from kit.errors import AppError
from kit.files import FileStore, InfectedFileError
from kit.i18n import translate as say
from kit.log import log
from kit.text import clean_text

OWN = "own_address"
#: Mails larger than this are read beside the loop.
_LARGE = 256 * 1024
_REFERENCES_MOST = 50
#: With these the mail is as good as it was; it is for the next try.
_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, OSError)


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """A mail, and what of it lies in the file store already."""

    letter: Letter
    original: str
    attachments: tuple[Attachment, ...]

    @property
    def files(self) -> list[str]:
        return [self.original, *(one.id for one in self.attachments if one.id)]


async def take(context: ChannelContext, account: Account, raw: bytes, envelope: Envelope | None = None) -> None:
    """Store one mail; returns after the commit. Raises only when the database cannot be had."""
    await take_all(context, account, [(raw, envelope or Envelope())])


async def take_all(context: ChannelContext, account: Account, mails: Sequence[tuple[bytes, Envelope]]) -> None:
    """As :func:`take`, in one transaction where nothing is wrong with any of them."""
    prepared: list[_Prepared] = []
    for raw, envelope in mails:
        try:
            prepared.append(await _prepare(context, account, raw, envelope))
        except NoSenderError:
            await _keep(context, account, raw, "no sender")
        except Exception as error:  # noqa: BLE001 - a fault of ours: staff see the mail, and the next ones come in.
            log.exception("mail not understood", account=account.name)
            await _keep(context, account, raw, repr(error))
    if not await _commit(context, account, prepared):
        for one in prepared:
            if len(prepared) == 1 or not await _commit(context, account, [one]):
                await _keep(context, account, one.letter.raw, "not stored")
                await _drop(context.ground.files, one)


async def _prepare(context: ChannelContext, account: Account, raw: bytes, envelope: Envelope) -> _Prepared:
    authserv_id = str(account.settings.get("authserv_id", ""))
    if len(raw) > _LARGE:
        letter = await asyncio.to_thread(read, raw, envelope, authserv_id=authserv_id)
    else:
        letter = read(raw, envelope, authserv_id=authserv_id)
    files, limit = context.ground.files, context.ground.settings.upload_max_bytes
    original = await files.keep(raw)
    parts = files_of(letter) if letter.report is None or letter.report.kind is ReportKind.AUTO_REPLY else []
    attachments = [await _stored(files, part, limit) for part in parts]
    return _Prepared(letter=letter, original=original, attachments=tuple(attachments))


async def _stored(files: FileStore, part: Part, limit: int) -> Attachment:
    """In our store; a file that we do not take is named, and can be had from the original."""

    async def whole() -> AsyncIterator[bytes]:
        yield part.content

    try:
        stored = await files.save(whole(), name=part.name, limit=limit)
    except AppError as refused:
        log.info("file of a mail not taken", reason=refused.code)
        scan = "infected" if isinstance(refused, InfectedFileError) else ""
        return Attachment(id="", name=clean_text(part.name) or "file", mime="", size=len(part.content), scan=scan)
    return Attachment(id=stored.id, name=stored.name, mime=stored.mime, size=stored.size, scan=stored.scan)


async def _commit(context: ChannelContext, account: Account, prepared: Sequence[_Prepared]) -> bool:
    """False when something is wrong with one of them, and none is stored."""
    own = await _own_names(context)
    try:
        async with context.ground.db.transaction() as session:
            arrival = _Arrival(context, account, session, own)
            repeated = [one for one in prepared if not await arrival.store(one)]
            await arrival.accept_all()
    except _DATABASE_AWAY:
        for one in prepared:
            await _drop(context.ground.files, one)
        raise
    except Exception:  # noqa: BLE001 - one mail that breaks us must not keep back all others.
        log.exception("mail not stored", account=account.name)
        return False
    for one in repeated:
        log.info("mail is here already", account=account.name, platform_id=one.letter.platform_id)
        await _drop(context.ground.files, one)
    return True


async def _own_names(context: ChannelContext) -> frozenset[str]:
    """The addresses of all our mailboxes."""
    named = (
        str(one.settings.get("address", "")).lower() for one in await context.accounts.all() if one.channel == CHANNEL
    )
    return frozenset(address for address in named if address)


async def _keep(context: ChannelContext, account: Account, raw: bytes, reason: str) -> None:
    ground = context.ground
    async with ground.db.transaction() as session:
        await keep_unparsed(session, ground.clock.now(), channel=CHANNEL, account=account.name, body=raw, reason=reason)


async def _drop(files: FileStore, prepared: _Prepared) -> None:
    for file_id in prepared.files:
        await files.drop(file_id)


@dataclass(frozen=True)
class _Arrival:
    """One transaction in which mails of one mailbox arrive."""

    context: ChannelContext
    account: Account
    session: AsyncSession
    own: frozenset[str]
    #: Logged, and to be accepted together: that takes as few statements for many as for one.
    _logged: list[Arrival] = field(default_factory=list)

    async def accept_all(self) -> None:
        """Accept those that were stored."""
        if self._logged:
            await accept_many(self.session, self._now, self._logged)
            self._logged.clear()

    async def store(self, prepared: _Prepared) -> bool:
        """False when it is here already."""
        letter = prepared.letter
        if letter.report is not None and letter.report.kind is not ReportKind.AUTO_REPLY:
            return await self._report(prepared, letter.report)
        if _plain(letter.address) in self.own:
            # A loop, or somebody who writes in our name: whoever it is, nobody is to be answered.
            return await self._note(prepared, kind="own", automatic=OWN) is not None
        return await self._message(prepared)

    async def _report(self, prepared: _Prepared, report: Report) -> bool:
        letter = prepared.letter
        await self.accept_all()
        finding = await find(self.session, self._now, letter, report, account=self.account.name, names=self._names)
        thread = finding.about[0][0].thread if finding.about else None
        if await self._note(prepared, kind=finding.kind, automatic=_reason(letter) or "report", thread=thread) is None:
            return False
        await settle(self.session, self._now, finding)
        return True

    async def _message(self, prepared: _Prepared) -> bool:
        letter, settings = prepared.letter, self.context.ground.settings
        words = words_in(letter.reply.text, self.own)
        answered = await self._answered(letter)
        automatic = _reason(letter) or await self._brake(letter, words, answered)
        proven = answered is not None or _vouched(letter)
        mail_id = await self._note(prepared, kind="message", automatic=automatic, digest=words.digest, proven=proven)
        if mail_id is None:
            return False
        inbound = translate(
            letter,
            account=self.account.name,
            answers=answered.key if answered else "",
            automatic=automatic,
            attachments=prepared.attachments,
            original=f"/console/mail/{mail_id}",
            limit=settings.text_max_chars,
            note=self._note_of(letter),
        )
        # A letter is complete: no other line of the same thought follows.
        self._logged.append(Arrival(inbound=inbound))
        if automatic:
            # What it shows of its sender holds until the next mail, and not for one that came before.
            await self.accept_all()
        # Else whoever writes in a person's name could end what we tell that person.
        if proven and await self._is_machine(letter, automatic):
            await note_machine(self.session, self._now, [inbound.thread])
        return True

    async def _answered(self, letter: Letter) -> Carried | None:
        """The delivery it answers: named by a signature of ours, in a mail of the person it was sent to."""
        mail = letter.mail
        written = (*mail.in_reply_to, *own_addresses(letter), *reversed(mail.references[-_REFERENCES_MOST:]))
        keys = [delivery_key(key) for text in written if (key := self._names.key_in(text))]
        found = await deliveries_of(self.session, keys)
        thread = self._thread(letter)
        return next((found[key] for key in keys if key in found and found[key].thread == thread), None)

    async def _brake(self, letter: Letter, words: Words, answered: Carried | None) -> str:
        since = self._now - REMEMBERED
        earlier = await lately(self.session, thread=self._thread(letter), since=since, digest=words.digest)
        to_staff = answered is not None and answered.author == "staff"
        sent_at = letter.mail.sent_at
        return brake(
            words,
            earlier,
            self._now,
            answers=answered is not None,
            to_staff=to_staff,
            proven=answered is not None or _vouched(letter),
            written_at=sent_at if sent_at is not None and sent_at.tzinfo is not None else None,
        )

    async def _is_machine(self, letter: Letter, automatic: str) -> bool:
        """What we say by ourselves is not to go there: it has answered a mail of ours by itself."""
        if not automatic or automatic == TOO_MANY:
            return False
        since = self._now - REMEMBERED
        sent = await lately(self.session, thread=self._thread(letter), since=since, digest="")
        return any(one.direction == Direction.OUT for one in sent)

    def _note_of(self, letter: Letter) -> str:
        size = letter.envelope.left_out
        locale = self.context.ground.settings.default_locale
        return say("channels.email.left_out", locale, megabytes=max(1, size // 1024 // 1024)) if size else ""

    async def _note(
        self,
        prepared: _Prepared,
        *,
        kind: str,
        automatic: str,
        thread: str | None = None,
        digest: str = "",
        proven: bool | None = None,
    ) -> int | None:
        row = _row(prepared) | {
            "proven": _vouched(prepared.letter) if proven is None else proven,
            "account": self.account.name,
            "thread": thread or self._thread(prepared.letter),
            "kind": kind,
            "automatic": automatic,
            "digest": digest,
            "at": self._now,
        }
        return await note_mail(self.session, row)

    def _thread(self, letter: Letter) -> str:
        return thread_of(CHANNEL, self.account.name, letter.address)

    @property
    def _now(self) -> datetime:
        return self.context.ground.clock.now()

    @property
    def _names(self) -> Names:
        return Names(self.context.ground.settings.secret_key())


def _row(prepared: _Prepared) -> dict[str, Any]:
    letter = prepared.letter
    mail, said = letter.mail, letter.verdict
    return {
        "direction": Direction.IN.value,
        "platform_id": letter.platform_id,
        "message_id": _indexed(clean_text(mail.message_id)),
        "references": [clean_text(one) for one in mail.references[-_REFERENCES_MOST:]],
        "subject": subject_of(mail),
        "sender": letter.address,
        "sender_name": clean_text(mail.sender.name)[:NAME_MAX],
        "key": None,
        "verdict": {"spf": said.spf, "dkim": said.dkim, "dmarc": said.dmarc}
        | ({"no_answer": True} if wants_no_answer(mail) else {}),
        "original": prepared.original,
        "size": letter.envelope.left_out or len(letter.raw),
    }


def _vouched(letter: Letter) -> bool:
    """Our own mail server says that the mail is the sender's."""
    return letter.named and letter.verdict.proven


def _indexed(name: str) -> str:
    """No name, where it is too long to be looked up: a part of it would be another mail's."""
    return name if len(name) <= NAME_MAX else ""


def _reason(letter: Letter) -> str:
    if letter.envelope.sender == "":
        return "return-path: <>"
    if letter.report is not None and letter.report.kind is ReportKind.AUTO_REPLY:
        return automatic_reason(letter.mail) or "auto_reply"
    return automatic_reason(letter.mail)


def _plain(address: str) -> str:
    """Without what stands behind a plus."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
