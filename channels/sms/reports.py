"""Reports of the networks: told once, matched to what was sent, and looked into again where they come early.

A provider names a message in its answer, and may report on it before the sender has written that name down. What was
sent without an answer has no name: it is known by our key, where the provider gives it back, else by being the only
message to that number whose outcome nobody knows.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Row, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from channels.delivery import delivery_table, platform_key
from channels.failing import confirm_afterwards, fail_afterwards
from channels.models import DeliveryState
from channels.port import thread_of
from channels.reach import note_refused
from channels.sms.models import SmsReport
from channels.sms.outcomes import says_unreachable
from channels.sms.pushes import Report
from channels.sms.settings import CHANNEL
from kit.db import AsyncSession
from kit.log import log
from kit.outbox import ClaimedJob, NewJob, enqueue_one, finish, retry

report_table: Table = SmsReport.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

REPORT_QUEUE = "sms"
REPORTED = "sms.reported"
#: Seconds between looks: a receipt follows at once, unless the worker that sent has died and its lease has to run out.
_LOOK_AGAIN_S = (5.0, 5.0, 20.0, 60.0, 300.0, 900.0)
_LOOKS = len(_LOOK_AGAIN_S)
_LOOK_BACK = timedelta(days=3)
_KEPT = timedelta(days=90)
_UNDER_WAY = frozenset({DeliveryState.SENDING.value, DeliveryState.QUEUED.value})


async def take_report(
    session: AsyncSession, now: datetime, *, account: str, siblings: Sequence[str], report: Report
) -> None:
    """Note the report, once; what it is about may be on any of the ``siblings`` of the account that was called."""
    if not await _note(session, now, account, report):
        log.info("report repeated by the provider", account=account, provider_id=report.provider_id)
        return
    if not await settle(session, now, siblings, report):
        payload = {"siblings": list(siblings), "report": asdict(report)}
        soon = now + timedelta(seconds=_LOOK_AGAIN_S[0])
        job = NewJob(kind=REPORTED, payload=payload, queue=REPORT_QUEUE, run_at=soon, max_attempts=_LOOKS)
        await enqueue_one(session, now, job)


async def handle_reported(session: AsyncSession, now: datetime, job: ClaimedJob) -> None:
    """One more look; the last one that finds nothing gives up, as for a message that another program has sent."""
    report = Report(**job.payload["report"])
    if await settle(session, now, job.payload["siblings"], report):
        await finish(session, job)
    elif job.attempt < job.max_attempts:
        await retry(session, now, job, error="no such delivery yet", after_s=_LOOK_AGAIN_S[job.attempt])
    else:
        log.warning("report on a message that is not ours", provider_id=report.provider_id, code=report.code)
        await finish(session, job)


async def settle(session: AsyncSession, now: datetime, siblings: Sequence[str], report: Report) -> bool:
    """Write down what became of the delivery; False when it is not known, or still under way."""
    found = await _delivery_of(session, now, siblings, report)
    if found is None or found.state in _UNDER_WAY:
        return False
    if report.arrived:
        await confirm_afterwards(session, now, found.key, provider_id=report.provider_id)
        return True
    await fail_afterwards(session, now, found.key, code=report.code or "report_failed", text=report.text)
    if says_unreachable(report.code, report.text):
        await note_refused(session, now, found.thread, code=report.code, text=report.text)
    return True


async def _delivery_of(
    session: AsyncSession, now: datetime, siblings: Sequence[str], report: Report
) -> Row[Any] | None:
    among = {"of_accounts": list(siblings), "of_address": report.address}
    named = (await session.execute(_BY_NAME, {**among, "of_name": report.provider_id})).first()
    if named is not None:
        return named
    if report.key:
        keyed = (await session.execute(_BY_KEY, {**among, "of_key": report.key.partition("~")[0]})).first()
        ours = keyed is not None and platform_key(keyed.key, resends=keyed.resends, part=0) == report.key
        return keyed if ours else None
    threads = [thread_of(CHANNEL, account, report.address) for account in siblings]
    unsure = (await session.execute(_UNSURE, {"of_threads": threads, "since": now - _LOOK_BACK})).all()
    return unsure[0] if len(unsure) == 1 else None


async def _note(session: AsyncSession, now: datetime, account: str, report: Report) -> bool:
    row = {
        "account": account,
        "provider_id": report.provider_id,
        "address": report.address,
        "arrived": report.arrived,
        "code": report.code,
        "text": report.text,
        "told_at": now,
    }
    return (await session.execute(_NOTE[session.get_bind().dialect.name], row)).first() is not None


async def last_told(session: AsyncSession, account: str) -> datetime | None:
    """When the provider last called with a report."""
    return (await session.execute(_LAST, {"of_account": account})).scalar_one_or_none()


async def sent_before(session: AsyncSession, account: str, moment: datetime) -> bool:
    """Whether anything was sent on the account that should have been reported on."""
    return (await session.execute(_SENT, {"of_account": account, "moment": moment})).first() is not None


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """What no provider repeats any more."""
    await session.execute(delete(report_table).where(report_table.c.told_at < now - _KEPT))


def _noting(dialect_insert: Any) -> Insert:
    once = dialect_insert(report_table).on_conflict_do_nothing(index_elements=["account", "provider_id", "address"])
    noted: Insert = once.returning(report_table.c.provider_id)
    return noted


# Built once: to build a statement costs more than to run it.
_NOTE = {"postgresql": _noting(postgresql.insert), "sqlite": _noting(sqlite.insert)}
_FOUND = select(*(delivery_table.c[name] for name in ("key", "thread", "state", "resends")))
_AMONG = (
    delivery_table.c.channel == CHANNEL,
    delivery_table.c.account.in_(bindparam("of_accounts", expanding=True)),
    delivery_table.c.address == bindparam("of_address"),
)
_BY_NAME = _FOUND.where(*_AMONG, delivery_table.c.provider_id == bindparam("of_name"))
_BY_KEY = _FOUND.where(*_AMONG, delivery_table.c.key == bindparam("of_key"))
_UNSURE = _FOUND.where(
    delivery_table.c.thread.in_(bindparam("of_threads", expanding=True)),
    delivery_table.c.state == DeliveryState.UNKNOWN.value,
    delivery_table.c.queued_at > bindparam("since"),
).limit(2)
_LAST = (
    select(report_table.c.told_at)
    .where(report_table.c.account == bindparam("of_account"))
    .order_by(report_table.c.told_at.desc())
    .limit(1)
)
_SENT = (
    select(delivery_table.c.id)
    .where(delivery_table.c.channel == CHANNEL, delivery_table.c.account == bindparam("of_account"))
    .where(delivery_table.c.state == DeliveryState.SENT.value, delivery_table.c.sent_at < bindparam("moment"))
    .limit(1)
)
