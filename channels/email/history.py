"""What was said before on a thread, as far as the next mail needs it. Statements run in the caller's transaction."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, select

from channels.email.models import Direction
from channels.email.naming import delivery_key
from channels.email.records import mail_table, note_mail
from channels.email.settings import CHANNEL
from channels.inbox import inbound_table
from channels.port import Outbound
from kit.db import AsyncSession

#: The same words of ours to the same person are not sent again so soon: a machine that answers would get no end of it.
REPEAT_WINDOW = timedelta(minutes=10)
_DIGITS = 32


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """The person's newest mail: what the next one answers. ``text`` is what was newly written."""

    message_id: str
    references: tuple[str, ...]
    subject: str
    text: str
    at: datetime
    proven: bool
    #: The person's program asks that no machine answers it.
    no_answer: bool = False


async def newest_of_theirs(session: AsyncSession, thread: str, *, prefers_proven: bool = False) -> Theirs | None:
    """Machines' mails are nothing to answer; with ``prefers_proven`` the newest of those, where there is any."""
    row = (await session.execute(_NEWEST_PROVEN if prefers_proven else _NEWEST, {"of_thread": thread})).first()
    if row is None:
        return None
    return Theirs(
        message_id=row.message_id,
        references=tuple(row.references),
        subject=row.subject,
        text=row.text or "",
        at=row.at,
        proven=row.proven,
        no_answer=bool((row.verdict or {}).get("no_answer")),
    )


def digest_of(message: Outbound) -> str:
    """Tells the same words from other ones."""
    said = "\0".join((message.text, *(link.url for link in message.links), *(file.id for file in message.attachments)))
    return hashlib.sha256(said.encode()).hexdigest()[:_DIGITS]


async def said_lately(session: AsyncSession, now: datetime, *, thread: str, key: str, digest: str) -> bool:
    """Whether another delivery said the same a moment ago, and the person has written nothing since."""
    values = {"of_thread": thread, "since": now - REPEAT_WINDOW, "of_digest": digest}
    rows = (await session.execute(_SAME, values)).all()
    return any(row.key is None or delivery_key(row.key) != delivery_key(key) for row in rows)


async def note_sending(session: AsyncSession, row: dict[str, Any]) -> int | None:
    """Log a mail before it is sent, so that whatever comes back finds it; None when an earlier try logged it."""
    return await note_mail(session, {"direction": Direction.OUT.value, "kind": "message", **row})


async def forget_sending(session: AsyncSession, record: int) -> None:
    """The mail was refused, and nothing can come back."""
    await session.execute(_FORGET, {"of_id": record})


# Built once: to build a statement costs more than to run it.
_mail = mail_table.c
_said = and_(
    inbound_table.c.channel == CHANNEL,
    inbound_table.c.account == _mail.account,
    inbound_table.c.platform_id == _mail.platform_id,
)
_THEIRS = (
    select(
        _mail.message_id,
        _mail.references,
        _mail.subject,
        _mail.at,
        _mail.proven,
        _mail.verdict,
        inbound_table.c.text,
    )
    .select_from(mail_table.outerjoin(inbound_table, _said))
    .where(_mail.thread == bindparam("of_thread"), _mail.direction == Direction.IN.value)
    .where(_mail.kind == "message", _mail.automatic == "")
)
_NEWEST = _THEIRS.order_by(_mail.id.desc()).limit(1)
_NEWEST_PROVEN = _THEIRS.order_by(_mail.proven.desc(), _mail.id.desc()).limit(1)
_theirs = mail_table.alias()
_THEIR_LAST = (
    select(func.coalesce(func.max(_theirs.c.id), 0))
    .where(_theirs.c.thread == bindparam("of_thread"), _theirs.c.direction == Direction.IN.value)
    .where(_theirs.c.automatic == "")
    .scalar_subquery()
)
_SAME = select(_mail.key).where(
    _mail.id > _THEIR_LAST,
    _mail.thread == bindparam("of_thread"),
    _mail.direction == Direction.OUT.value,
    _mail.at > bindparam("since"),
    _mail.digest == bindparam("of_digest"),
)
_FORGET = delete(mail_table).where(_mail.id == bindparam("of_id"))
