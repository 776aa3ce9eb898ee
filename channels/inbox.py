"""Accept a message once: the row, and the event that makes somebody answer it, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update

from channels.models import InboundMessage
from channels.port import Inbound
from kit.db import AsyncSession
from kit.log import bind_correlation, log, new_correlation
from kit.outbox import NewJob, enqueue_one

inbound_table: Table = InboundMessage.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

MESSAGE_RECEIVED = "message.received"
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
    if inserted.first() is None:
        log.info("message repeated by the platform", thread=inbound.thread, platform_id=inbound.platform_id)
        return False
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


def _row(inbound: Inbound, now: datetime, correlation: str) -> dict[str, Any]:
    return {
        "channel": inbound.channel,
        "account": inbound.account,
        "address": inbound.address,
        "thread": inbound.thread,
        "platform_id": inbound.platform_id,
        "text": inbound.text,
        "button": inbound.button,
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
