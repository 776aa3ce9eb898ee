"""How far each account is pulled, and the jobs that pull: never two waiting for one account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.accounts.models import ChannelAccount
from channels.wecom.models import WecomCursor, WecomToken
from channels.wecom.settings import CHANNEL
from kit.db import AsyncSession
from kit.outbox import Job, JobState, NewJob, Priority, enqueue_one, hasten

cursor_table: Table = WecomCursor.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
account_table: Table = ChannelAccount.__table__  # type: ignore[attr-defined]  # As above.
token_table: Table = WecomToken.__table__  # type: ignore[attr-defined]  # As above.
job_table: Table = Job.__table__  # type: ignore[attr-defined]  # As above.

PULL_QUEUE = f"pull:{CHANNEL}"
PULL = "kf.pull"
#: The platform's word for how long a callback's token is good; a little is kept back for the way.
TOKEN_LASTS = timedelta(minutes=10) - timedelta(seconds=15)
#: The platform keeps messages for three days; a day before that somebody must know.
ALARM_AFTER = timedelta(hours=48)
#: Messages sent so long before the account was entered are still news.
HISTORY = timedelta(minutes=10)


async def queue_pull(session: AsyncSession, now: datetime, account: str, *, urgent: bool = False) -> None:
    """See that the account is pulled from now on; one waiting job serves any number of callbacks.

    A job that is still waiting has not asked the platform yet, so it will see what we were just told of. An
    ``urgent`` pull does not wait for the next try of one that has failed.
    """
    waiting = (await session.execute(_WAITING, {"of_lane": pull_lane(account)})).first()
    if waiting is None:
        job = NewJob(
            kind=PULL,
            payload={"account": account},
            queue=PULL_QUEUE,
            lane=pull_lane(account),
            priority=Priority.PERSON,
            max_attempts=5,
        )
        await enqueue_one(session, now, job)
    elif urgent:
        await hasten(session, now, queue=PULL_QUEUE, lane=pull_lane(account))


def pull_lane(account: str) -> str:
    """One puller per account, over all workers."""
    return f"pull:{account}"


async def cursor_of(session: AsyncSession, now: datetime, account: str) -> WecomCursor:
    """How far the account is pulled; begins with the account itself, and again when it is entered again."""
    found = (await session.execute(_OF_ACCOUNT, {"of_account": account})).first()
    entered = (await session.execute(_ENTERED, {"of_account": account})).scalar_one_or_none()
    since = (entered or now) - HISTORY
    if found is None:
        begin = {"account": account, "since": since, "pulled_at": since}
        await session.execute(_BEGIN[session.get_bind().dialect.name], begin)
        found = (await session.execute(_OF_ACCOUNT, {"of_account": account})).one()
    kept = dict(found._mapping)  # noqa: SLF001 - SQLAlchemy's documented name.
    return WecomCursor(**{**kept, "since": max(kept["since"], since) if entered else kept["since"]})


async def note_callback(session: AsyncSession, now: datetime, account: str, token: str) -> None:
    """A callback has come, with a token that lets us pull at once."""
    await cursor_of(session, now, account)
    await session.execute(_CALLED, {"of_account": account, "token": token, "now": now})


async def note_verified(session: AsyncSession, now: datetime, account: str) -> None:
    """The platform has tried the address out, and we have answered."""
    await cursor_of(session, now, account)
    await session.execute(_VERIFIED, {"of_account": account, "now": now})


async def drop_token(session: AsyncSession, account: str, token: str) -> None:
    """The platform does not take this token any more."""
    await session.execute(_DROP_TOKEN, {"of_account": account, "of_token": token})


async def move_on(session: AsyncSession, now: datetime, account: str, *, old: str, new: str, token_id: str) -> bool:
    """Take the page after ``old``; False when another puller has taken it.

    To be called before anything of the page is stored: it locks the account's row until all of it is.
    """
    values = {"of_account": account, "old": old, "new": new, "now": now, "token": token_id}
    return (await session.execute(_MOVE_ON, values)).first() is not None


async def start_over(session: AsyncSession, account: str, *, old: str) -> None:
    """The platform does not know the cursor: what it still keeps is pulled again, and what we have is not new."""
    await session.execute(_START_OVER, {"of_account": account, "old": old})


async def note_error(
    session: AsyncSession, now: datetime, account: str, *, code: str, text: str, shut_for_s: float | None
) -> None:
    """The platform could not be pulled; staff see its words."""
    shut = now + timedelta(seconds=shut_for_s) if shut_for_s else None
    values = {"of_account": account, "code": code, "text": text, "now": now, "shut": shut}
    await session.execute(_FAILED, values)


async def not_pulled_since(session: AsyncSession, moment: datetime) -> list[str]:
    """The accounts whose last good pull is older than that."""
    return list((await session.execute(_OLDER, {"moment": moment})).scalars().all())


async def raise_alarms(session: AsyncSession, now: datetime, names: Sequence[str]) -> list[str]:
    """Mark those of the accounts that were not pulled for too long; returns the ones that are newly so."""
    values = {"now": now, "before": now - ALARM_AFTER, "names": list(names)}
    return list((await session.execute(_ALARM, values)).scalars().all())


async def token_expiries(session: AsyncSession, names: Sequence[str]) -> dict[str, datetime]:
    """Until when the token is good that each account was last pulled with; unknown ones are left out."""
    rows = (await session.execute(_EXPIRIES, {"names": list(names)})).all()
    return {row.account: row.good_until for row in rows}


@dataclass(frozen=True, kw_only=True)
class PullHealth:
    """What staff should know of one account's way in."""

    account: str
    pulled_at: datetime
    callback_at: datetime | None
    verified_at: datetime | None
    alarm_at: datetime | None
    error_code: str
    error_text: str
    error_at: datetime | None


async def pull_health(session: AsyncSession) -> Sequence[PullHealth]:
    """The way in of every account that was ever pulled or called."""
    names = list(PullHealth.__dataclass_fields__)
    rows = (await session.execute(_ALL)).mappings().all()
    return [PullHealth(**{name: row[name] for name in names}) for row in rows]


def _beginning(dialect_insert: Any) -> Insert:
    # Written out: the defaults of the model are not those of a plain insert.
    empty = {"cursor": "", "token_id": "", "callback_token": "", "error_code": "", "error_text": ""}
    given: dict[str, Any] = {name: bindparam(name) for name in ("account", "since", "pulled_at")}
    once: Insert = dialect_insert(cursor_table).values(**given, **empty).on_conflict_do_nothing()
    return once


# Built once: to build a statement costs more than to run it.
_STATES = (str(int(JobState.READY)), str(int(JobState.WAITING)))
_WAITING = (
    select(job_table.c.id)
    .where(job_table.c.lane == bindparam("of_lane"))
    .where(or_(*(job_table.c.state == literal_column(state) for state in _STATES)))
    .limit(1)
)
_ACCOUNT = cursor_table.c.account == bindparam("of_account")
_OF_ACCOUNT = select(cursor_table).where(_ACCOUNT)
_ALL = select(cursor_table).order_by(cursor_table.c.account)
_ENTERED = select(account_table.c.created_at).where(
    account_table.c.channel == CHANNEL, account_table.c.name == bindparam("of_account")
)
_BEGIN = {"postgresql": _beginning(postgresql.insert), "sqlite": _beginning(sqlite.insert)}
_CALLED = update(cursor_table).where(_ACCOUNT).values(callback_token=bindparam("token"), callback_at=bindparam("now"))
_VERIFIED = update(cursor_table).where(_ACCOUNT).values(verified_at=bindparam("now"))
_DROP_TOKEN = (
    update(cursor_table)
    .where(_ACCOUNT, cursor_table.c.callback_token == bindparam("of_token"))
    .values(callback_token="")
)
_FINE = {"error_code": "", "error_text": "", "error_at": None, "alarm_at": None, "shut_until": None}
_MOVE_ON = (
    update(cursor_table)
    .where(_ACCOUNT, cursor_table.c.cursor == bindparam("old"))
    .values(cursor=bindparam("new"), token_id=bindparam("token"), pulled_at=bindparam("now"), **_FINE)
    .returning(cursor_table.c.account)
)
_START_OVER = update(cursor_table).where(_ACCOUNT, cursor_table.c.cursor == bindparam("old")).values(cursor="")
_FAILED = (
    update(cursor_table)
    .where(_ACCOUNT)
    .values(
        error_code=bindparam("code"),
        error_text=bindparam("text"),
        error_at=bindparam("now"),
        shut_until=bindparam("shut"),
    )
)
_EXPIRIES = (
    select(cursor_table.c.account, token_table.c.good_until)
    .join(token_table, token_table.c.id == cursor_table.c.token_id)
    .where(cursor_table.c.account.in_(bindparam("names", expanding=True)), token_table.c.good_until.is_not(None))
)
_OLDER = select(cursor_table.c.account).where(cursor_table.c.pulled_at < bindparam("moment"))
_ALARM = (
    update(cursor_table)
    .where(cursor_table.c.account.in_(bindparam("names", expanding=True)))
    .where(cursor_table.c.pulled_at < bindparam("before"), cursor_table.c.alarm_at.is_(None))
    .values(alarm_at=bindparam("now"))
    .returning(cursor_table.c.account)
)
