"""The accounts as they are stored, who has written to one lately, and taking one away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal_column, not_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlmodel import col

from channels.accounts.models import ChannelAccount
from channels.accounts.service import ACCOUNTS_CHANGED
from channels.delivery import RETRIABLE, TOLD_ELSEWHERE, delivery_table
from channels.inbox import inbound_table
from channels.models import DeliveryState
from channels.pace import pace_table
from kit.db import AsyncSession, hint
from kit.errors import ConflictError

#: Only messages this young are looked through for people who may be sent a test.
LATEST = 60
SHOWN_PEOPLE = 8
_ON_ITS_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.OFFERED, DeliveryState.PARKED)
#: As the partial index has it, so that both planners see that it serves.
NOT_SENT: ColumnElement[bool] = literal_column("state NOT IN ('sent')")


class AccountBusyError(ConflictError):
    """Messages of the account are on their way; it can be paused, but not removed."""

    code = "account_busy"


def is_lost(columns: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """Of the table of deliveries, or what was selected from it: ended without an arrival."""
    elsewhere = func.coalesce(columns["error_code"], "") == TOLD_ELSEWHERE
    return and_(columns["state"].in_([str(one) for one in RETRIABLE]), not_(elsewhere))


@dataclass(frozen=True)
class Writer:
    """Somebody who has written to an account lately."""

    address: str
    name: str | None
    at: datetime


async def all_accounts(session: AsyncSession) -> list[ChannelAccount]:
    """Every account, oldest first; their secrets stay sealed."""
    return list((await session.scalars(_ALL)).all())


async def late_writers(session: AsyncSession, account: ChannelAccount) -> list[Writer]:
    """The people who wrote last, latest first."""
    latest = (
        select(inbound_table.c.address, inbound_table.c.sender_name, inbound_table.c.received_at)
        .where(inbound_table.c.channel == account.channel, inbound_table.c.account == account.name)
        .order_by(inbound_table.c.id.desc())
        .limit(LATEST)
    )
    writers: dict[str, Writer] = {}
    for address, name, at in (await session.execute(latest)).all():
        writers.setdefault(address, Writer(address, name, at))
    return list(writers.values())[:SHOWN_PEOPLE]


async def remove_account(session: AsyncSession, account: ChannelAccount) -> None:
    """Take the account away with its secrets; what was said stays. Raises AccountBusyError."""
    theirs = (delivery_table.c.channel == account.channel, delivery_table.c.account == account.name)
    on_its_way = exists().where(*theirs, delivery_table.c.state.in_([str(one) for one in _ON_ITS_WAY]), NOT_SENT)
    if (await session.execute(select(on_its_way))).scalar_one():
        raise AccountBusyError(name=account.label)
    mine = (pace_table.c.channel == account.channel, pace_table.c.account == account.name)
    await session.execute(delete(pace_table).where(*mine))
    await session.delete(account)
    hint(session, ACCOUNTS_CHANGED)


_ALL = select(ChannelAccount).order_by(col(ChannelAccount.id))
