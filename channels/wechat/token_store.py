"""The row of an account's access token: read, leased, written by whoever holds the lease."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Row, Table, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.errors import AccountClosedError, DeliveryDelayedError
from channels.wechat.credentials import Credentials
from channels.wechat.outbound_models import WeChatToken
from kit.db import AsyncSession

token_table: Table = WeChatToken.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

_NOTHING_KEPT: dict[str, Any] = {
    "sealed": None,
    "expires_at": None,
    "refresh_at": None,
    "renewed_at": None,
    "failed_until": None,
    "failed_code": None,
    "failed_text": None,
    "failed_closes": False,
    "failed_broken": False,
}


async def read(session: AsyncSession, credentials: Credentials) -> Row[Any] | None:
    """The row, when it was made with these credentials."""
    return (await session.execute(_OF, _key(credentials))).first()


async def forget_failure(session: AsyncSession, credentials: Credentials) -> None:
    """Somebody may have put right what failed."""
    await session.execute(_FORGET_FAILURE, {**_key(credentials), "failed_until": None})


async def take_lease(
    session: AsyncSession, now: datetime, credentials: Credentials, holder: str, until: datetime
) -> bool:
    """Whether ``holder`` is now the one to fetch a token; what other credentials left behind is cleared away."""
    key = {"account": credentials.account, "made_with": credentials.fingerprint}
    await session.execute(_BEGIN[session.get_bind().dialect.name], {**key, **_NOTHING_KEPT})
    await session.execute(_CLEAR, {**_key(credentials), **_NOTHING_KEPT, "anew": credentials.fingerprint})
    taken = await session.execute(_LEASE, {**_key(credentials), "now": now, "holder": holder, "until": until})
    return taken.first() is not None


async def release(session: AsyncSession, credentials: Credentials, holder: str) -> None:
    """Give the lease back; nothing was fetched."""
    await session.execute(_RELEASE, {**_key(credentials), "holder": holder})


async def keep(
    session: AsyncSession,
    credentials: Credentials,
    holder: str,
    *,
    sealed: str,
    expires_at: datetime,
    refresh_at: datetime,
    renewed_at: datetime | None,
) -> None:
    """Write the token down, unless the lease has passed to another meanwhile."""
    times = {"expires_at": expires_at, "refresh_at": refresh_at, "renewed_at": renewed_at}
    values = {**_NOTHING_KEPT, "sealed": sealed, **times}
    await session.execute(_RELEASE, {**_key(credentials), "holder": holder, **values})


async def note_failure(
    session: AsyncSession, credentials: Credentials, holder: str, *, error: DeliveryDelayedError, until: datetime
) -> None:
    """Nobody asks again before ``until``; a token that is still good stays."""
    closes = isinstance(error, AccountClosedError)
    values = {
        "failed_until": until,
        "failed_code": error.code,
        "failed_text": error.text,
        "failed_closes": closes,
        "failed_broken": isinstance(error, AccountClosedError) and error.broken,
    }
    await session.execute(_RELEASE, {**_key(credentials), "holder": holder, **values})


async def expiries(session: AsyncSession, accounts: Sequence[str]) -> dict[str, datetime]:
    """Until when the token of each named account is good; those without one are left out."""
    rows = (await session.execute(_EXPIRIES, {"names": list(accounts)})).all()
    return {row.account: row.expires_at for row in rows}


def _key(credentials: Credentials) -> dict[str, Any]:
    return {"of_account": credentials.account, "with": credentials.fingerprint}


def _beginning(dialect_insert: Any) -> Insert:
    once: Insert = dialect_insert(token_table).on_conflict_do_nothing(index_elements=["account"])
    return once


# Built once: to build a statement costs more than to run it.
_ACCOUNT = token_table.c.account == bindparam("of_account")
_MINE = (_ACCOUNT, token_table.c.made_with == bindparam("with"))
_OF = select(token_table).where(*_MINE)
_BEGIN = {"postgresql": _beginning(postgresql.insert), "sqlite": _beginning(sqlite.insert)}
_FORGET_FAILURE = update(token_table).where(*_MINE)
_CLEAR = (
    update(token_table)
    .where(_ACCOUNT, token_table.c.made_with != bindparam("with"))
    .values(made_with=bindparam("anew"), lease_by=None, lease_until=None)
)
_LEASE = (
    update(token_table)
    .where(*_MINE, or_(token_table.c.lease_until.is_(None), token_table.c.lease_until <= bindparam("now")))
    .values(lease_by=bindparam("holder"), lease_until=bindparam("until"))
    .returning(token_table.c.account)
)
_HELD = (*_MINE, token_table.c.lease_by == bindparam("holder"))
_RELEASE = update(token_table).where(*_HELD).values(lease_by=None, lease_until=None)
_EXPIRIES = (
    select(token_table.c.account, token_table.c.expires_at)
    .where(token_table.c.account.in_(bindparam("names", expanding=True)))
    .where(token_table.c.sealed.is_not(None), token_table.c.expires_at.is_not(None))
)
