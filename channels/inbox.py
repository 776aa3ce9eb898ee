"""Accept a message once: the row, and the event that makes somebody answer it, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update

from channels.delivery import release_parked
from channels.models import InboundMessage
from channels.port import Inbound
from channels.reach import note_reachable
from channels.windows import open_window
from kit.db import AsyncSession
from kit.log import bind_correlation, log, new_correlation
from kit.outbox import NewJob, enqueue_one

inbound_table: Table = InboundMessage.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

MESSAGE_RECEIVED = "message.received"
MEDIA_DUE = "media.due"
#: The queue of everything people send us; nothing that goes out ever waits in it.
IN_QUEUE = "in"
#: More than this in one turn is left to the next.
MAX_BURST = 50


async def accept(session: AsyncSession, now: datetime, inbound: Inbound, *, settle_s: float = 0.0) -> bool:
    """Store the message and queue its handling; False when it was accepted before.

    Nobody looks at a typed message for ``settle_s`` seconds, as another line may follow.
    """
    correlation = new_correlation()
    bind_correlation(correlation)
    statement = _INSERT_ONCE[session.get_bind().dialect.name]
    inserted = await session.execute(statement, _row(inbound, now, correlation))
    new_id = inserted.scalar_one_or_none()
    if new_id is None:
        log.info("message repeated by the platform", thread=inbound.thread, platform_id=inbound.platform_id)
        return False
    await _open(session, now, inbound)
    if inbound.media:
        await enqueue_one(session, now, media_job(inbound.channel, inbound.thread, new_id))
    received = NewJob(
        kind=MESSAGE_RECEIVED,
        payload={"thread": inbound.thread},
        queue=IN_QUEUE,
        lane=f"in:{inbound.thread}",
        # A job's time is in whole milliseconds: never a moment too early.
        run_at=now + timedelta(seconds=settle_s, milliseconds=1) if settle_s and not inbound.button else None,
    )
    await enqueue_one(session, now, received)
    log.info("message accepted", thread=inbound.thread, platform_id=inbound.platform_id)
    return True


async def _open(session: AsyncSession, now: datetime, inbound: Inbound) -> None:
    """What the platform allows because the person has written; what waited for that goes out."""
    if inbound.back_in_reach:
        await note_reachable(session, inbound.thread)
    if inbound.opening is not None:
        await open_window(session, now, inbound.thread, inbound.opening)
        await release_parked(session, now, inbound.thread)


def media_job(channel: str, thread: str, inbound_id: int) -> NewJob:
    """Fetch the files of a message from its platform; whoever answers it waits behind this in the lane."""
    return NewJob(
        kind=MEDIA_DUE,
        payload={"inbound": inbound_id},
        queue=media_queue(channel),
        lane=f"in:{thread}",
        max_attempts=3,
    )


def media_queue(channel: str) -> str:
    """The queue of files to fetch from one platform."""
    return f"media:{channel}"


def _row(inbound: Inbound, now: datetime, correlation: str) -> dict[str, Any]:
    return {
        "channel": inbound.channel,
        "account": inbound.account,
        "address": inbound.address,
        "thread": inbound.thread,
        "platform_id": inbound.platform_id,
        "text": inbound.text,
        "button": inbound.button,
        "command": inbound.command,
        "argument": inbound.argument,
        "media": [media.model_dump(mode="json") for media in inbound.media],
        "attachments": [attachment.model_dump() for attachment in inbound.attachments],
        "sender_name": inbound.sender_name,
        "locale": inbound.locale,
        "raw": inbound.raw,
        "correlation": correlation,
        "received_at": now,
    }


def _inserting_once(dialect_insert: Any) -> Insert:
    once = dialect_insert(inbound_table).on_conflict_do_nothing(index_elements=["channel", "account", "platform_id"])
    statement: Insert = once.returning(inbound_table.c.id)
    return statement


# Built once: to build a statement costs more than to run it.
_INSERT_ONCE = {"postgresql": _inserting_once(postgresql.insert), "sqlite": _inserting_once(sqlite.insert)}


async def unhandled(session: AsyncSession, thread: str) -> list[InboundMessage]:
    """What the thread has sent and nobody has answered, oldest first."""
    return list((await session.scalars(_UNHANDLED, {"of_thread": thread})).all())


_UNHANDLED = (
    select(InboundMessage)
    .where(col(InboundMessage.thread) == bindparam("of_thread"), col(InboundMessage.handled_at).is_(None))
    .order_by(col(InboundMessage.id))
    .limit(MAX_BURST)
)


async def waiting_texts(session: AsyncSession, threads: Sequence[str]) -> list[str]:
    """What each of the threads has typed and nobody has answered, its lines joined."""
    lines: dict[str, list[str]] = {}
    for thread, text in (await session.execute(_WAITING_TEXTS, {"of_threads": list(threads)})).all():
        lines.setdefault(thread, []).append(text)
    return ["\n".join(texts) for texts in lines.values()]


_WAITING_TEXTS = (
    select(inbound_table.c.thread, inbound_table.c.text)
    .where(inbound_table.c.thread.in_(bindparam("of_threads", expanding=True)))
    .where(inbound_table.c.handled_at.is_(None), inbound_table.c.button.is_(None), inbound_table.c.text != "")
    .order_by(inbound_table.c.id)
)


async def mark_handled(session: AsyncSession, now: datetime, messages: list[InboundMessage]) -> None:
    """The turn that answers these has them."""
    ids = [message.id for message in messages]
    await session.execute(_MARK_HANDLED, {"handled": ids, "now": now})


_MARK_HANDLED = (
    update(inbound_table)
    .where(inbound_table.c.id.in_(bindparam("handled", expanding=True)))
    .values(handled_at=bindparam("now"))
)
