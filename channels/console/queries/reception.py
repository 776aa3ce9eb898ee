"""Who receives the customers of a WeCom account: sessions by state, and the servicers, as the platform told us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from channels.wecom.sessions import SessionState, servicer_table, session_table
from kit.db import AsyncSession

#: The platform ends a session after so long; what we have not heard of since is over.
LASTS = timedelta(hours=48)


@dataclass(frozen=True)
class Sessions:
    """So many customers whose session is in that state."""

    state: SessionState
    count: int


@dataclass(frozen=True)
class Servicer:
    """A member of the corporation, and whether customers are received since ``changed_at``, or no longer."""

    userid: str
    receiving: bool
    changed_at: datetime
    customers: int


async def sessions_of(session: AsyncSession, now: datetime, account: str) -> list[Sessions]:
    """Of every state that means somebody is being received; 0 where there is nobody."""
    rows = (await session.execute(_BY_STATE, {"of_account": account, "since": now - LASTS})).all()
    counted = {row.state: row.number for row in rows}
    return [Sessions(state, counted.get(int(state), 0)) for state in SHOWN]


async def servicers_of(session: AsyncSession, now: datetime, account: str) -> Sequence[Servicer]:
    """Who receives comes first; with how many customers each has."""
    values = {"of_account": account, "since": now - LASTS}
    has = {row.servicer: row.number for row in (await session.execute(_BY_SERVICER, values)).all()}
    rows = (await session.execute(_SERVICERS, {"of_account": account})).all()
    return [Servicer(row.userid, row.receiving, row.changed_at, has.get(row.userid, 0)) for row in rows]


SHOWN = (SessionState.BOT, SessionState.POOL, SessionState.HUMAN)
# Built once: to build a statement costs more than to run it.
_OURS = (session_table.c.account == bindparam("of_account"), session_table.c.known_at > bindparam("since"))
_BY_STATE = select(session_table.c.state, func.count().label("number")).where(*_OURS).group_by(session_table.c.state)
_BY_SERVICER = (
    select(session_table.c.servicer, func.count().label("number"))
    .where(*_OURS, session_table.c.state == int(SessionState.HUMAN), session_table.c.servicer != "")
    .group_by(session_table.c.servicer)
)
_SERVICERS = (
    select(servicer_table)
    .where(servicer_table.c.account == bindparam("of_account"))
    .order_by(servicer_table.c.receiving.desc(), servicer_table.c.userid)
    .limit(100)
)
