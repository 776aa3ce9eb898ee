"""How one conversation stands with its platform: a handful of looks by key."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, literal_column, select
from sqlmodel import col

from channels.accounts.models import ChannelAccount
from channels.console.queries.health import Pace
from channels.delivery import delivery_table
from channels.pace import pace_table
from kit.db import AsyncSession


@dataclass(frozen=True)
class Place:
    """One person on one account, taken from the name of the thread."""

    channel: str
    account: str
    address: str


def place_of(thread: str) -> Place | None:
    """None for what is no name of a thread."""
    parts = thread.split(":", 2)
    return Place(*parts) if len(parts) == 3 and all(parts) else None  # noqa: PLR2004 - the parts of a thread's name.


async def account_of(session: AsyncSession, place: Place) -> ChannelAccount | None:
    """The account as it is stored; none for the channels that are ourselves."""
    named = select(ChannelAccount).where(
        col(ChannelAccount.channel) == place.channel, col(ChannelAccount.name) == place.account
    )
    return (await session.scalars(named)).first()


async def pace_of(session: AsyncSession, place: Place) -> Pace | None:
    """What keeps the account shut, if anything."""
    row = (await session.execute(_PACE, {"of_channel": place.channel, "of_account": place.account})).first()
    return Pace(row.closed_until, row.closed_code, row.closed_text, row.broken) if row else None


async def count_parked(session: AsyncSession, thread: str) -> int:
    """How many messages wait for the person to write."""
    return (await session.execute(_PARKED, {"of_thread": thread})).scalar_one()


_PACE = select(pace_table).where(
    pace_table.c.channel == bindparam("of_channel"), pace_table.c.account == bindparam("of_account")
)
_PARKED = (
    select(func.count())
    .select_from(delivery_table)
    .where(delivery_table.c.thread == bindparam("of_thread"), delivery_table.c.state == "parked")
    # As the partial index has it, so that both planners see that it serves.
    .where(literal_column("state IN ('queued', 'parked')"))
)
