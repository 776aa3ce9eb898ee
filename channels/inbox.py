"""Accept a message once: the row, and the event that makes somebody answer it, in one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update

from channels.delivery import release_parked
from channels.models import InboundMessage
from channels.port import Inbound
from channels.reach import note_machine, note_reachable
from channels.windows import open_windows
from kit.db import AsyncSession
from kit.log import bind_correlation, log, new_correlation
from kit.outbox import NewJob, enqueue

inbound_table: Table = InboundMessage.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

MESSAGE_RECEIVED = "message.received"
MEDIA_DUE = "media.due"
#: The queue of everything people send us; nothing that goes out ever waits in it.
IN_QUEUE = "in"
_NAME = ("channel", "account", "platform_id")
#: More than this in one turn is left to the next.
MAX_BURST = 50


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A message at the door. Nobody looks at a typed one for ``settle_s`` seconds, as another line may follow."""

    inbound: Inbound
    settle_s: float = 0.0
    correlation: str = field(default_factory=new_correlation)

    @property
    def name(self) -> tuple[str, str, str]:
        """What the platform calls it: unique for ever."""
        return self.inbound.channel, self.inbound.account, self.inbound.platform_id


async def accept(session: AsyncSession, now: datetime, inbound: Inbound, *, settle_s: float = 0.0) -> bool:
    """Store the message and queue its handling; False when it was accepted before."""
    arrival = Arrival(inbound=inbound, settle_s=settle_s)
    bind_correlation(arrival.correlation)
    return bool(await accept_many(session, now, [arrival]))


async def accept_many(session: AsyncSession, now: datetime, arrivals: Sequence[Arrival]) -> set[tuple[str, str, str]]:
    """As :func:`accept`, in as few statements for many as for one; the names of those that are new."""
    statement = _INSERT_ONCE[session.get_bind().dialect.name]
    rows = [_row(arrival, now) for arrival in arrivals]
    inserted = await session.execute(statement, rows[0] if len(rows) == 1 else rows)
    new_ids = {(row.channel, row.account, row.platform_id): row.id for row in inserted.all()}
    # One of two with the same name in one batch is the first one's repetition.
    fresh = list({arrival.name: arrival for arrival in reversed(arrivals) if arrival.name in new_ids}.values())[::-1]
    await _open([arrival.inbound for arrival in fresh], session, now)
    await enqueue(session, now, [job for arrival in fresh for job in _jobs(arrival, new_ids[arrival.name], now)])
    for arrival in arrivals:
        said = "message accepted" if arrival.name in new_ids else "message repeated by the platform"
        log.info(said, thread=arrival.inbound.thread, platform_id=arrival.inbound.platform_id)
    return set(new_ids)


def _jobs(arrival: Arrival, new_id: int, now: datetime) -> Iterator[NewJob]:
    inbound = arrival.inbound
    if inbound.media:
        yield media_job(inbound.channel, inbound.thread, new_id)
    settle_s = 0 if inbound.button or inbound.command else arrival.settle_s
    yield NewJob(
        kind=MESSAGE_RECEIVED,
        payload={"thread": inbound.thread},
        queue=IN_QUEUE,
        lane=f"in:{inbound.thread}",
        # A job's time is in whole milliseconds: never a moment too early.
        run_at=now + timedelta(seconds=settle_s, milliseconds=1) if settle_s else None,
        correlation=arrival.correlation,
    )


async def _open(inbounds: Sequence[Inbound], session: AsyncSession, now: datetime) -> None:
    """What the platform allows because people have written; what waited for that goes out."""
    if back := [inbound.thread for inbound in inbounds if inbound.back_in_reach]:
        await note_reachable(session, back)
    if machines := [inbound.thread for inbound in inbounds if inbound.automatic and inbound.answers]:
        await note_machine(session, now, machines)
    if openings := {inbound.thread: inbound.opening for inbound in inbounds if inbound.opening is not None}:
        await open_windows(session, now, [(each.thread, each.opening) for each in inbounds if each.opening])
        await release_parked(session, now, list(openings))


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


def _row(arrival: Arrival, now: datetime) -> dict[str, Any]:
    inbound = arrival.inbound
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
        "position": inbound.position,
        "sender_name": inbound.sender_name,
        "locale": inbound.locale,
        "answers": inbound.answers,
        "number": inbound.number,
        "proven": inbound.proven,
        "automatic": inbound.automatic,
        "original": inbound.original,
        "raw": inbound.raw,
        "correlation": arrival.correlation,
        "received_at": now,
    }


def _inserting_once(dialect_insert: Any) -> Insert:
    once = dialect_insert(inbound_table).on_conflict_do_nothing(index_elements=_NAME)
    statement: Insert = once.returning(*(inbound_table.c[name] for name in ("id", *_NAME)))
    return statement


# Built once: to build a statement costs more than to run it.
_INSERT_ONCE = {"postgresql": _inserting_once(postgresql.insert), "sqlite": _inserting_once(sqlite.insert)}


async def unhandled(session: AsyncSession, thread: str) -> list[InboundMessage]:
    """What the thread has sent and nobody has answered, in the order it was sent."""
    return list((await session.scalars(_UNHANDLED, {"of_thread": thread})).all())


_UNHANDLED = (
    select(InboundMessage)
    .where(col(InboundMessage.thread) == bindparam("of_thread"), col(InboundMessage.handled_at).is_(None))
    .order_by(col(InboundMessage.position), col(InboundMessage.id))
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
    .order_by(inbound_table.c.position, inbound_table.c.id)
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
