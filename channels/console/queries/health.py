"""How the accounts are: one query per figure, each for all accounts at once and each with an index to go by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, Table, and_, case, func, literal, select, union_all

from channels.accounts.models import ChannelAccount
from channels.console.queries.accounts import NOT_SENT, all_accounts, is_lost
from channels.delivery import delivery_table
from channels.inbox import inbound_table
from channels.models import DeliveryState, UnparsedPush
from channels.pace import pace_table
from channels.windows import allowance_table
from kit.db import AsyncSession

account_table: Table = ChannelAccount.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
push_table: Table = UnparsedPush.__table__  # type: ignore[attr-defined]  # As above.

#: The error rate is that of so many newest messages.
NEWEST = 200
LOST = "lost"


@dataclass(frozen=True)
class Pace:
    """What keeps an account shut; ``until`` is in epoch microseconds, the words are the platform's own."""

    until: int
    code: str | None
    text: str | None
    broken: bool


@dataclass(frozen=True)
class Recent:
    """Of the newest messages: how many have ended, how many of these did not arrive, when the last one left."""

    ended: int = 0
    lost: int = 0
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Windows:
    """People who may be written to now, and people whose quota is used up before their time."""

    open: int = 0
    used_up: int = 0


@dataclass(frozen=True, kw_only=True)
class Health:
    """Everything the overview shows, by id of the account."""

    accounts: list[ChannelAccount]
    last_inbound: Mapping[int, datetime | None] = field(default_factory=dict)
    recent: Mapping[int, Recent] = field(default_factory=dict)
    pace: Mapping[int, Pace] = field(default_factory=dict)
    #: How many messages of each state that has not ended well; under :data:`LOST` those that are lost.
    states: Mapping[int, Counter[str]] = field(default_factory=dict)
    windows: Mapping[int, Windows] = field(default_factory=dict)


async def load_health(session: AsyncSession, now: datetime, *, only: ChannelAccount | None = None) -> Health:
    """Of all accounts, or of one of them; with none there is nothing to ask."""
    accounts = [only] if only else await all_accounts(session)
    if not accounts:
        return Health(accounts=[])
    return Health(
        accounts=accounts,
        last_inbound={row.id: row.received_at for row in (await session.execute(_LAST_INBOUND)).all()},
        recent=await _recent(session, accounts),
        pace=await _paces(session),
        states=await _states(session),
        windows=await _windows(session, now),
    )


async def _recent(session: AsyncSession, accounts: Sequence[ChannelAccount]) -> dict[int, Recent]:
    parts = [_newest_of(account) for account in accounts]
    rows = (await session.execute(union_all(*(_summary(account, part) for account, part in parts)))).all()
    return {row.id: Recent(row.ended, row.lost, row.sent_at) for row in rows}


def _newest_of(account: ChannelAccount) -> tuple[ChannelAccount, Subquery]:
    theirs = (delivery_table.c.channel == account.channel, delivery_table.c.account == account.name)
    newest = select(delivery_table.c.state, delivery_table.c.error_code, delivery_table.c.sent_at).where(*theirs)
    return account, newest.order_by(delivery_table.c.id.desc()).limit(NEWEST).subquery()


def _summary(account: ChannelAccount, newest: Subquery) -> Any:
    lost = func.coalesce(func.sum(case((is_lost(newest.c), 1), else_=0)), 0)
    sent = func.coalesce(func.sum(case((newest.c.state == DeliveryState.SENT.value, 1), else_=0)), 0)
    return select(
        literal(account.id).label("id"),
        (lost + sent).label("ended"),
        lost.label("lost"),
        func.max(newest.c.sent_at).label("sent_at"),
    )


async def _paces(session: AsyncSession) -> dict[int, Pace]:
    rows = (await session.execute(_PACES)).all()
    return {row.id: Pace(row.closed_until, row.closed_code, row.closed_text, row.broken) for row in rows}


async def _states(session: AsyncSession) -> dict[int, Counter[str]]:
    counted: dict[int, Counter[str]] = {}
    for row in (await session.execute(_STATES)).all():
        of_account = counted.setdefault(row.id, Counter())
        of_account[row.state] = row.number
        of_account[LOST] += row.lost
    return counted


async def _windows(session: AsyncSession, now: datetime) -> dict[int, Windows]:
    # By an expression: for the bare column SQLite would walk the whole key instead of what is open.
    thread = allowance_table.c.thread + ""
    people = (
        select(thread.label("thread"), func.max(case((_USED_UP, 0), else_=1)).label("usable"))
        .where(allowance_table.c.closes_at > now)
        .group_by(thread)
        .subquery()
    )
    prefix = account_table.c.channel + ":" + account_table.c.name + ":"
    theirs = func.substr(people.c.thread, 1, func.length(prefix)) == prefix
    counted = (
        select(account_table.c.id, func.sum(people.c.usable).label("open"), func.count().label("all"))
        .select_from(account_table.join(people, theirs))
        .group_by(account_table.c.id)
    )
    rows = (await session.execute(counted)).all()
    return {row.id: Windows(row.open, row.all - row.open) for row in rows}


async def count_pushes(session: AsyncSession) -> int:
    """How many pushes lie there unread."""
    return (await session.execute(_PUSHES)).scalar_one()


async def count_letters(session: AsyncSession) -> int:
    """How many messages ended without an arrival."""
    return (await session.execute(_LETTERS)).scalar_one()


# Built once: to build a statement costs more than to run it.
_USED_UP = and_(allowance_table.c.quota_left.is_not(None), allowance_table.c.quota_left <= 0)
_LAST_INBOUND = select(
    account_table.c.id,
    select(inbound_table.c.received_at)
    .where(inbound_table.c.channel == account_table.c.channel, inbound_table.c.account == account_table.c.name)
    .order_by(inbound_table.c.id.desc())
    .limit(1)
    .correlate(account_table)
    .scalar_subquery()
    .label("received_at"),
)
_PACES = select(account_table.c.id, pace_table).join(
    pace_table, and_(pace_table.c.channel == account_table.c.channel, pace_table.c.account == account_table.c.name)
)
_OF_ACCOUNT = and_(
    delivery_table.c.channel == account_table.c.channel, delivery_table.c.account == account_table.c.name
)
_STATES = (
    select(
        account_table.c.id,
        delivery_table.c.state,
        func.count().label("number"),
        func.sum(case((is_lost(delivery_table.c), 1), else_=0)).label("lost"),
    )
    .select_from(delivery_table.join(account_table, _OF_ACCOUNT))
    .where(NOT_SENT)
    .group_by(account_table.c.id, delivery_table.c.state)
)
_PUSHES = select(func.count()).select_from(push_table)
_LETTERS = select(func.count()).select_from(delivery_table).where(is_lost(delivery_table.c), NOT_SENT)
