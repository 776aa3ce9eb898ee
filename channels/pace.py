"""How fast an account and each person on it are written to, held over all workers by rows they share.

The account's limit is the generic cell rate algorithm (ITU-T I.371): one number, the moment at which the
allowance is whole again, tells how many messages may go now and when the next may.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.errors import AccountClosedError
from channels.models import AccountPace, Reach
from channels.port import Rate
from kit.db import AsyncSession

pace_table: Table = AccountPace.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
reach_table: Table = Reach.__table__  # type: ignore[attr-defined]  # As above.


@dataclass(frozen=True)
class AccountGate:
    """Lets a runner claim what the account may send now; its row is locked until the claim is committed."""

    channel: str
    account: str
    rate: Rate

    async def open(self, session: AsyncSession, now: datetime, most: int) -> int | datetime:
        """How many messages may go now, else from when one may."""
        row = await self._row(session)
        moment, gap = _micros(now), self._gap
        if row.closed_until > moment:
            return _moment(row.closed_until)
        used = max(0, row.full_at - moment)
        free = int((self.rate.burst * gap - used) // gap)
        if free < 1:
            return _moment(moment + used - (self.rate.burst - 1) * gap)
        return min(free, most)

    async def charge(self, session: AsyncSession, now: datetime, count: int) -> None:
        """So many messages go now."""
        row = await self._row(session)
        full_at = max(row.full_at, _micros(now)) + count * self._gap
        await session.execute(_CHARGE, {**self._key, "until": full_at})

    async def _row(self, session: AsyncSession) -> Any:
        found = (await session.execute(_OF_ACCOUNT, self._key)).first()
        if found is None:
            await session.execute(_BEGIN[session.get_bind().dialect.name], self._new_row)
            found = (await session.execute(_OF_ACCOUNT, self._key)).one()
        return found

    @property
    def _gap(self) -> int:
        """Microseconds between two messages at the steady rate."""
        return round(1_000_000 / self.rate.per_second)

    @property
    def _key(self) -> dict[str, Any]:
        return {"of_channel": self.channel, "of_account": self.account}

    @property
    def _new_row(self) -> dict[str, Any]:
        zero = {"full_at": 0, "closed_until": 0, "broken": False}
        return {"channel": self.channel, "account": self.account, **zero}


async def close_account(
    session: AsyncSession, now: datetime, *, channel: str, account: str, error: AccountClosedError
) -> None:
    """Nothing goes out on the account until the time the platform set is over."""
    await AccountGate(channel, account, Rate()).open(session, now, 1)
    until = now + timedelta(seconds=error.retry_after_s or 0)
    values = {
        "of_channel": channel,
        "of_account": account,
        "until": _micros(until),
        "code": error.code,
        "text": error.text,
        "is_broken": error.broken,
    }
    await session.execute(_CLOSE, values)


async def reopen_account(session: AsyncSession, *, channel: str, account: str) -> None:
    """What kept the account shut is over: it was corrected, or a message has passed."""
    await session.execute(_REOPEN, {"of_channel": channel, "of_account": account})


async def take_turn(session: AsyncSession, now: datetime, thread: str, rate: Rate) -> datetime | None:
    """Take the person's next place, None; or tell from when there is one."""
    if not rate.chat_every_s:
        return None
    values = {"thread": thread, "next_send_at": now + timedelta(seconds=rate.chat_every_s), "now": now}
    taken = await session.execute(_TAKE_TURN[session.get_bind().dialect.name], values)
    if taken.first() is not None:
        return None
    busy_until: datetime | None = (await session.execute(_NEXT_TURN, {"of_thread": thread})).scalar_one()
    return busy_until or now


def _taking_turn(dialect_insert: Any) -> Insert:
    statement = dialect_insert(reach_table).values(thread=bindparam("thread"), next_send_at=bindparam("next_send_at"))
    free = (reach_table.c.next_send_at.is_(None)) | (reach_table.c.next_send_at <= bindparam("now"))
    turn: Insert = statement.on_conflict_do_update(
        index_elements=["thread"], set_={"next_send_at": statement.excluded.next_send_at}, where=free
    ).returning(reach_table.c.thread)
    return turn


def _beginning(dialect_insert: Any) -> Insert:
    once: Insert = dialect_insert(pace_table).on_conflict_do_nothing(index_elements=["channel", "account"])
    return once


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def _moment(micros: int) -> datetime:
    # Rounded up to the next millisecond, the unit of the job table: never a moment too early.
    return datetime.fromtimestamp(math.ceil(micros / 1000) / 1000, UTC)


# Built once: to build a statement costs more than to run it.
_ACCOUNT = (pace_table.c.channel == bindparam("of_channel"), pace_table.c.account == bindparam("of_account"))
_OF_ACCOUNT = select(pace_table).where(*_ACCOUNT).with_for_update()
_BEGIN = {"postgresql": _beginning(postgresql.insert), "sqlite": _beginning(sqlite.insert)}
_CHARGE = update(pace_table).where(*_ACCOUNT).values(full_at=bindparam("until"))
_CLOSE = (
    update(pace_table)
    .where(*_ACCOUNT)
    .values(
        closed_until=bindparam("until"),
        closed_code=bindparam("code"),
        closed_text=bindparam("text"),
        broken=bindparam("is_broken"),
    )
)
#: Hardly ever is there anything to change, and then no row is locked that all deliveries of the account share.
_SHUT = or_(pace_table.c.closed_until != 0, pace_table.c.closed_code.is_not(None), pace_table.c.broken)
_REOPEN = (
    update(pace_table).where(*_ACCOUNT, _SHUT).values(closed_until=0, closed_code=None, closed_text=None, broken=False)
)
_TAKE_TURN = {"postgresql": _taking_turn(postgresql.insert), "sqlite": _taking_turn(sqlite.insert)}
_NEXT_TURN = select(reach_table.c.next_send_at).where(reach_table.c.thread == bindparam("of_thread"))
