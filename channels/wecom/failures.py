"""Messages the platform had taken and could not deliver: told afterwards, by the msgid we gave them."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import SmallInteger, and_, bindparam, case, func, or_, select, update

from channels.delivery import delivery_table, platform_key
from channels.failing import DELIVERY_FAILED
from channels.inbox import IN_QUEUE
from channels.models import DeliveryState
from channels.port import thread_of
from channels.reach import note_refused
from channels.wecom.cursors import PULL_QUEUE
from channels.wecom.settings import CHANNEL
from channels.windows import close_window
from kit.db import AsyncSession
from kit.i18n import translate
from kit.log import log
from kit.outbox import ClaimedJob, NewJob, enqueue_one, finish, retry

SEND_FAILED = "kf.send_failed"
#: A failure may be told before the sender has written down that the message was taken.
_LOOK_AGAIN_S = 3.0
#: How many deliveries to look back over, how many of the customer's, and how many parts of each.
_LOOK_BACK, _RECENT, _PARTS = 50_000, 50, 20

_USER_REFUSES = 10
#: Forty-eight hours over, session ended, five messages said.
_WINDOW = frozenset({4, 5, 6})
_REASONS = {
    0: "channels.wecom.fail.unknown",
    1: "channels.wecom.fail.account_deleted",
    2: "channels.wecom.fail.application_off",
    4: "channels.wecom.fail.expired",
    5: "channels.wecom.fail.ended",
    6: "channels.wecom.fail.quota",
    7: "channels.wecom.fail.no_channels",
    8: "channels.wecom.fail.unverified",
    9: "channels.wecom.fail.unverified",
    10: "channels.wecom.fail.refused",
    11: "channels.wecom.fail.nobody_signed_in",
    12: "channels.wecom.fail.kind",
}


def msgid_of(key: str) -> str:
    """Our name for a message at the platform: at most 32 letters, and the same for every try of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


async def queue_send_failed(
    session: AsyncSession, now: datetime, *, account: str, customer: str, msgid: str, fail_type: int
) -> None:
    """Look into a failure the platform has told of."""
    payload = {"account": account, "customer": customer, "msgid": msgid, "fail_type": fail_type}
    await enqueue_one(session, now, NewJob(kind=SEND_FAILED, payload=payload, queue=PULL_QUEUE, max_attempts=4))


async def note_send_failed(
    session: AsyncSession, now: datetime, *, account: str, customer: str, msgid: str, fail_type: int
) -> bool:
    """Mark the delivery as failed, with the platform's reason, and tell; False when it is not known as sent (yet)."""
    thread = thread_of(CHANNEL, account, customer)
    found = await _part_of(session, account, thread, msgid)
    if found is None:
        return False
    key, part = found
    reason = translate(_REASONS.get(fail_type, _REASONS[0]), "zh")
    code = f"msg_send_fail:{fail_type}"
    failed = (await session.execute(_FAIL, {"of_key": key, "code": code, "text": reason, "part": part})).scalars().all()
    if not failed:
        return False
    if fail_type == _USER_REFUSES:
        await note_refused(session, now, thread, code=code, text=reason)
    elif fail_type in _WINDOW:
        await close_window(session, thread)
    for one in failed:
        job = NewJob(kind=DELIVERY_FAILED, payload={"key": one}, queue=IN_QUEUE)
        await enqueue_one(session, now, job)
    log.warning("delivery failed afterwards", thread=thread, key=key, code=code)
    return True


async def handle_send_failed(session: AsyncSession, now: datetime, job: ClaimedJob) -> None:
    """One look; the last one that finds nothing gives up, as for a message that another program has sent."""
    if await note_send_failed(session, now, **job.payload):
        await finish(session, job)
    elif job.attempt < job.max_attempts:
        await retry(session, now, job, error="no such delivery yet", after_s=_LOOK_AGAIN_S)
    else:
        log.warning("failure of a message that is not ours", msgid=job.payload["msgid"])
        await finish(session, job)


async def _part_of(session: AsyncSession, account: str, thread: str, msgid: str) -> tuple[str, int] | None:
    """The delivery of a msgid, and which part of it (from 0) that names.

    By the last part's, which the delivery carries, else by working out those of its other parts.
    """
    named = {"of_channel": CHANNEL, "of_account": account}
    found = (await session.execute(_BY_ID, {**named, "of_id": msgid})).first()
    if found is not None:
        return found.key, max(0, found.parts_sent - 1)
    newest = (await session.execute(_NEWEST)).scalar_one() or 0
    recent = {**named, "of_thread": thread, "after": newest - _LOOK_BACK, "most": _RECENT}
    for row in (await session.execute(_RECENT_KEYS, recent)).all():
        for part in range(_PARTS):
            if msgid_of(platform_key(row.key, resends=row.resends, part=part)) == msgid:
                return row.key, part
    return None


# Built once: to build a statement costs more than to run it.
_ACCOUNT = (delivery_table.c.channel == bindparam("of_channel"), delivery_table.c.account == bindparam("of_account"))
_BY_ID = select(delivery_table.c.key, delivery_table.c.parts_sent).where(
    *_ACCOUNT, delivery_table.c.provider_id == bindparam("of_id"), delivery_table.c.carried_by.is_(None)
)
_NEWEST = select(func.max(delivery_table.c.id))
_RECENT_KEYS = (
    select(delivery_table.c.key, delivery_table.c.resends)
    .where(*_ACCOUNT, delivery_table.c.id > bindparam("after"), delivery_table.c.thread == bindparam("of_thread"))
    .order_by(delivery_table.c.id.desc())
    .limit(bindparam("most"))
)
_WAITING = [DeliveryState.QUEUED.value, DeliveryState.PARKED.value]
_PART = bindparam("part", type_=SmallInteger)
_FAIL: Any = (
    update(delivery_table)
    .where(or_(delivery_table.c.key == bindparam("of_key"), delivery_table.c.carried_by == bindparam("of_key")))
    # Also one that was taken in part and whose further parts wait: without this one they are not worth sending.
    .where(
        or_(
            delivery_table.c.state == DeliveryState.SENT.value,
            and_(delivery_table.c.state.in_(_WAITING), delivery_table.c.parts_sent - _PART >= 1),
        )
    )
    .values(
        state=DeliveryState.FAILED.value,
        error_code=bindparam("code"),
        error_text=bindparam("text"),
        # A retry begins with the part that failed; what travelled along was a single part.
        parts_sent=case((delivery_table.c.key == bindparam("of_key"), _PART), else_=0),
    )
    .returning(delivery_table.c.key)
)
