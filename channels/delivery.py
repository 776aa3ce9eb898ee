"""Queue a message to a person; and what may be done with it later: let it go, move it, try it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, case, insert, literal_column, update

from channels.models import Delivery, DeliveryState
from channels.port import Outbound, thread_of
from kit.db import AsyncSession
from kit.errors import ConflictError
from kit.log import current_correlation
from kit.outbox import NewJob, Priority, enqueue

delivery_table: Table = Delivery.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

DELIVERY_DUE = "delivery.due"
#: Ended without an arrival: what staff may send again.
RETRIABLE = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED)
#: The code of a delivery that was ended because the same is said on another channel of the person.
TOLD_ELSEWHERE = "told_elsewhere"
#: Spoken to one person; what goes to many must not keep it waiting.
_CONVERSATION = (Priority.PERSON, Priority.BOT)


class NotRetriableError(ConflictError):
    """The message is on its way or has arrived."""

    code = "not_retriable"


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One person on one account of one platform."""

    channel: str
    account: str
    address: str

    @property
    def thread(self) -> str:
        return thread_of(self.channel, self.account, self.address)


async def queue(
    session: AsyncSession,
    now: datetime,
    *,
    key: str,
    to: Recipient,
    message: Outbound,
    priority: Priority = Priority.BOT,
    expires_in: timedelta | None = None,
    not_before: datetime | None = None,
) -> None:
    """Put one message on its way; ``key`` must be new for every message and the same for none.

    After ``expires_in`` it is not worth sending any more; ``not_before`` a moment it waits.
    """
    letter = Letter(key=key, to=to, message=message, not_before=not_before)
    await queue_many(session, now, [letter], priority=priority, expires_in=expires_in)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message and its recipient."""

    key: str
    to: Recipient
    message: Outbound
    not_before: datetime | None = None


async def queue_many(
    session: AsyncSession,
    now: datetime,
    letters: Sequence[Letter],
    *,
    priority: Priority,
    expires_in: timedelta | None = None,
) -> None:
    """As :func:`queue`, for many at once: two statements, and one for each person."""
    expires_at = now + expires_in if expires_in else None
    rows = [_row(letter, now, priority, expires_at) for letter in letters]
    await session.execute(_INSERT, rows)
    await enqueue(session, now, [_due(one.key, one.to, priority, one.not_before) for one in letters])


def _row(letter: Letter, now: datetime, priority: Priority, expires_at: datetime | None) -> dict[str, Any]:
    to = letter.to
    return {
        "key": letter.key,
        "channel": to.channel,
        "account": to.account,
        "address": to.address,
        "thread": to.thread,
        "body": letter.message.model_dump(mode="json", exclude_defaults=True),
        "state": DeliveryState.QUEUED.value,
        "priority": int(priority),
        "parts_sent": 0,
        "resends": 0,
        "attempts": 0,
        "correlation": current_correlation(),
        "queued_at": now,
        "expires_at": expires_at,
    }


def _due(key: str, to: Recipient, priority: Priority, not_before: datetime | None = None) -> NewJob:
    return NewJob(
        kind=DELIVERY_DUE,
        payload={"key": key},
        queue=out_queue(to.channel, to.account),
        lane=out_lane(to.thread, priority),
        priority=priority,
        run_at=not_before,
    )


def platform_key(key: str, *, resends: int, part: int) -> str:
    """What a platform is given to tell one message from another: of one part (from 0), the same at every try of it."""
    named = f"{key}~{resends}" if resends else key
    return f"{named}/{part + 1}" if part else named


def out_queue(channel: str, account: str) -> str:
    """The queue of one account: accounts never wait for one another."""
    return f"out:{channel}:{account}"


def out_lane(thread: str, priority: Priority) -> str:
    """What is said to a person stays in order; notices have an order of their own, and never hold a reply up."""
    return f"out:{thread}" if priority in _CONVERSATION else f"note:{thread}"


async def release_parked(session: AsyncSession, now: datetime, threads: Sequence[str]) -> None:
    """The persons have written: what waited for that goes out, oldest first."""
    rows = (await session.execute(_RELEASE, {"of_threads": list(threads)})).all()
    await _send_anew(session, now, sorted(rows, key=lambda row: row.id))


async def retry_delivery(session: AsyncSession, now: datetime, key: str) -> None:
    """Try once more what ended without an arrival; raises NotRetriableError.

    Nothing that the platform confirmed is sent again: a long message goes on at its first unconfirmed part.
    """
    rows = (await session.execute(_RETRY, {"of_key": key})).all()
    if not rows:
        raise NotRetriableError
    await _send_anew(session, now, rows)


async def _send_anew(session: AsyncSession, now: datetime, rows: Sequence[Any]) -> None:
    jobs = [
        _due(row.key, Recipient(channel=row.channel, account=row.account, address=row.address), Priority(row.priority))
        for row in rows
    ]
    await enqueue(session, now, jobs)


# Built once: to build a statement costs more than to run it.
_INSERT = insert(delivery_table)
_WHO = [delivery_table.c[name] for name in ("id", "key", "channel", "account", "address", "priority")]
_AGAIN = {"state": DeliveryState.QUEUED.value, "error_code": None, "error_text": None, "carried_by": None}
#: The partial index's own words: by them both planners see that it serves.
STILL_WAITING: ColumnElement[bool] = literal_column("state IN ('queued', 'parked')")
_RELEASE = (
    update(delivery_table)
    .where(delivery_table.c.thread.in_(bindparam("of_threads", expanding=True)))
    .where(STILL_WAITING, delivery_table.c.state == literal_column("'parked'"))
    .values(**_AGAIN)
    .returning(*_WHO)
)
_RESENDS = delivery_table.c.resends
_IN_DOUBT = delivery_table.c.state == DeliveryState.UNKNOWN.value
_RETRY = (
    update(delivery_table)
    .where(delivery_table.c.key == bindparam("of_key"), delivery_table.c.state.in_([str(one) for one in RETRIABLE]))
    # What may have arrived keeps its key: a platform that has it already will say so.
    .values(**_AGAIN, expires_at=None, resends=case((_IN_DOUBT, _RESENDS), else_=_RESENDS + 1))
    .returning(*_WHO)
)
