"""Passive replies: the answer goes back with the push it answers, free of any quota.

Between the one who holds the push and the one who sends lies a row, the slot. Each step on it is one conditional
update, so an answer is either taken by the push or taken back by the sender, never both.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Row, Table, bindparam, delete, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.compose import parts_of
from channels.delivery import STILL_WAITING, delivery_table, out_lane, out_queue
from channels.models import Delivery
from channels.port import Capabilities, Inbound, Outbound, Receipt
from channels.wechat.formatting import text_of
from channels.wechat.models import PassiveReply, PassiveState
from kit.db import AsyncSession, hint
from kit.outbox import Priority, hasten

passive_table: Table = PassiveReply.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


def topic_of(thread: str) -> str:
    """What is hinted when an answer was laid ready for somebody on the thread."""
    return f"wechat.passive:{thread}"


class PassiveReplies:
    """The sender's side of the slot: what an adapter needs to be a platform that fetches its answers."""

    capabilities: Capabilities

    async def offer(self, session: AsyncSession, now: datetime, delivery: Delivery, part: Outbound) -> datetime | None:
        """Lay a part ready for the newest push of the person that waits; None where there is none, or no text."""
        content = None if part.attachments else text_of(part)
        if not content:
            return None
        values = {
            "of_thread": delivery.thread,
            "now": now,
            "key": delivery.key,
            "as_offer": _offer_name(delivery),
            "in_lane": out_lane(delivery.thread, Priority(delivery.priority)),
            "said": content,
            "more": delivery.parts_sent + 1 < len(self._parts(delivery)),
        }
        until: datetime | None = (await session.execute(_OFFER, values)).scalar_one_or_none()
        if until is not None:
            hint(session, topic_of(delivery.thread))
        return until

    async def taken(self, session: AsyncSession, delivery: Delivery) -> Receipt | None:
        """The receipt of a part that was taken; else it is taken back here and now."""
        name = {"as_offer": _offer_name(delivery)}
        if (await session.execute(_TAKE_BACK, name)).first() is not None:
            return None
        push = (await session.execute(_TAKEN_BY, name)).scalar_one_or_none()
        return Receipt(provider_id=f"passive:{push}") if push else None

    def _parts(self, delivery: Delivery) -> list[Outbound]:
        return parts_of(Outbound.model_validate(delivery.body), self.capabilities)


def _offer_name(delivery: Delivery) -> str:
    """One part of one delivery: a long message may go back with several pushes."""
    return f"{delivery.key}/{delivery.parts_sent}"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """The slot of a push, as one of its tries sees it."""

    account: str
    thread: str
    platform_id: str
    begun_at: datetime
    tries: int

    @classmethod
    def of(cls, row: Row[Any]) -> "Slot":
        return cls(
            account=row.account,
            thread=row.thread,
            platform_id=row.platform_id,
            begun_at=row.begun_at,
            tries=row.tries,
        )

    @property
    def key(self) -> dict[str, str]:
        return {"of_account": self.account, "of_push": self.platform_id}


async def begin(session: AsyncSession, now: datetime, inbound: Inbound, *, until: datetime) -> Slot | None:
    """Make a slot for a push; None when it has one."""
    values = {
        "account": inbound.account,
        "thread": inbound.thread,
        "platform_id": inbound.platform_id,
        "state": PassiveState.WAITING.value,
        "tries": 1,
        "begun_at": now,
        "until": until,
        "to_be_continued": False,
    }
    row = (await session.execute(_BEGIN[session.get_bind().dialect.name], values)).first()
    return Slot.of(row) if row else None


async def begin_again(session: AsyncSession, inbound: Inbound, *, until: datetime) -> Slot | None:
    """The platform asks once more, with the same push; None when that never had a slot."""
    values = {"of_account": inbound.account, "of_push": inbound.platform_id, "later": until}
    row = (await session.execute(_AGAIN, values)).first()
    return Slot.of(row) if row else None


async def take(session: AsyncSession, now: datetime, slot: Slot, *, next_hint: str = "") -> str | None:
    """The answer, for the platform: what is offered, or what an earlier try was given; None when there is none yet.

    ``next_hint`` is added where more waits behind it that this push cannot carry.
    """
    row = (await session.execute(_TAKE, slot.key)).first()
    if row is None:
        return (await session.execute(_GIVEN, slot.key)).scalar_one_or_none()
    queue = out_queue(slot.thread.partition(":")[0], slot.account)
    await hasten(session, now, queue=queue, lane=row.lane)
    content: str = row.content
    if next_hint and (row.to_be_continued or await _more_waits(session, slot.thread, row.delivery_key)):
        content += next_hint
        await session.execute(_REWORD, {**slot.key, "said": content})
    return content


async def close(session: AsyncSession, slot: Slot) -> None:
    """No answer is fetched from here any more."""
    await session.execute(_CLOSE, slot.key)


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    """Slots of pushes that nobody asks about any more."""
    await session.execute(_FORGET, {"moment": moment})


async def waits_parked(session: AsyncSession, thread: str) -> bool:
    """Whether an answer waits for the person to fetch it."""
    return (await session.execute(_PARKED, {"of_thread": thread})).first() is not None


async def _more_waits(session: AsyncSession, thread: str, key: str) -> bool:
    return (await session.execute(_MORE, {"of_thread": thread, "key": key})).first() is not None


#: Longer than any retry; what is older is only history.
KEPT_FOR = timedelta(days=1)


def _beginning(dialect_insert: Any) -> Insert:
    once = dialect_insert(passive_table).on_conflict_do_nothing(index_elements=["account", "platform_id"])
    begun: Insert = once.returning(*passive_table.c)
    return begun


# Built once: to build a statement costs more than to run it.
_BEGIN = {"postgresql": _beginning(postgresql.insert), "sqlite": _beginning(sqlite.insert)}
_SLOT = (passive_table.c.account == bindparam("of_account"), passive_table.c.platform_id == bindparam("of_push"))
_AGAIN = (
    update(passive_table)
    .where(*_SLOT)
    .values(tries=passive_table.c.tries + 1, until=bindparam("later"))
    .returning(*passive_table.c)
)
_NEWEST = (
    select(passive_table.c.id)
    # The state is written out, so that both planners see that the partial index serves.
    .where(passive_table.c.thread == bindparam("of_thread"), passive_table.c.state == literal_column("'waiting'"))
    .where(passive_table.c.until > bindparam("now"))
    .order_by(passive_table.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_OFFER = (
    update(passive_table)
    .where(passive_table.c.id == _NEWEST, passive_table.c.state == literal_column("'waiting'"))
    .values(
        state=PassiveState.OFFERED.value,
        delivery_key=bindparam("key"),
        offer=bindparam("as_offer"),
        lane=bindparam("in_lane"),
        content=bindparam("said"),
        to_be_continued=bindparam("more"),
    )
    .returning(passive_table.c.until)
)
_TAKE = (
    update(passive_table)
    .where(*_SLOT, passive_table.c.state == "offered")
    .values(state=PassiveState.TAKEN.value)
    .returning(*passive_table.c)
)
_GIVEN = select(passive_table.c.content).where(*_SLOT, passive_table.c.state == "taken")
_REWORD = update(passive_table).where(*_SLOT).values(content=bindparam("said"))
_CLOSE = (
    update(passive_table)
    .where(*_SLOT, passive_table.c.state == literal_column("'waiting'"))
    .values(state=PassiveState.CLOSED.value)
)
_OF_OFFER = passive_table.c.offer == bindparam("as_offer")
_TAKE_BACK = (
    update(passive_table)
    .where(_OF_OFFER, passive_table.c.state == "offered")
    .values(state=PassiveState.CLOSED.value)
    .returning(passive_table.c.id)
)
_TAKEN_BY = (
    select(passive_table.c.platform_id)
    .where(_OF_OFFER, passive_table.c.state == "taken")
    .order_by(passive_table.c.id.desc())
    .limit(1)
)
_FORGET = delete(passive_table).where(passive_table.c.begun_at < bindparam("moment"))
_PARKED = select(delivery_table.c.id).where(
    delivery_table.c.thread == bindparam("of_thread"),
    delivery_table.c.state == literal_column("'parked'"),
    STILL_WAITING,
)
_MORE = select(delivery_table.c.id).where(
    delivery_table.c.thread == bindparam("of_thread"),
    delivery_table.c.state.in_(["queued", "parked"]),
    delivery_table.c.key != bindparam("key"),
)
