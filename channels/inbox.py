"""Accept a message once: the row, and the event that makes somebody answer it, in one transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update

from channels.models import InboundMessage
from channels.port import Inbound
from kit.db import AsyncSession
from kit.log import bind_correlation, log, new_correlation
from kit.outbox import NewJob, enqueue_one

MESSAGE_RECEIVED = "message.received"
#: The queue of everything people send us; nothing that goes out ever waits in it.
IN_QUEUE = "in"
#: More than this in one turn is left to the next.
MAX_BURST = 50


async def accept(session: AsyncSession, now: datetime, inbound: Inbound) -> bool:
    """Store the message and queue its handling; False when it was accepted before."""
    correlation = new_correlation()
    bind_correlation(correlation)
    inserted = await session.execute(_insert_once(session, _row(inbound, now, correlation)))
    if inserted.first() is None:
        log.info("message repeated by the platform", thread=inbound.thread, platform_id=inbound.platform_id)
        return False
    received = NewJob(
        kind=MESSAGE_RECEIVED, payload={"thread": inbound.thread}, queue=IN_QUEUE, lane=f"in:{inbound.thread}"
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


def _insert_once(session: AsyncSession, row: dict[str, Any]) -> Insert:
    dialect_insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = dialect_insert(InboundMessage).values(**row)
    return statement.on_conflict_do_nothing(index_elements=["channel", "account", "platform_id"]).returning(
        col(InboundMessage.id)
    )


async def unhandled(session: AsyncSession, thread: str) -> list[InboundMessage]:
    """What the thread has sent and nobody has answered, oldest first."""
    waiting = (
        select(InboundMessage)
        .where(InboundMessage.thread == thread, col(InboundMessage.handled_at).is_(None))
        .order_by(col(InboundMessage.id))
        .limit(MAX_BURST)
    )
    return list((await session.exec(waiting)).all())


async def mark_handled(session: AsyncSession, now: datetime, messages: list[InboundMessage]) -> None:
    """The turn that answers these has them."""
    ids = [message.id for message in messages]
    await session.exec(update(InboundMessage).where(col(InboundMessage.id).in_(ids)).values(handled_at=now))
