"""A platform has taken a message and says later that it did not arrive."""

from datetime import datetime

from sqlalchemy import bindparam, update

from channels.delivery import delivery_table
from channels.inbox import IN_QUEUE
from channels.models import DeliveryState
from kit.db import AsyncSession
from kit.log import log
from kit.outbox import NewJob, enqueue_one

#: For the composition root; the payload names the ``key`` of the delivery.
DELIVERY_FAILED = "delivery.failed"


async def fail_afterwards(session: AsyncSession, now: datetime, key: str, *, code: str, text: str) -> bool:
    """Take back that the delivery was sent; False when it was not, or this was told before.

    For platforms whose messages are one part: all of it is sent again, if at all.
    """
    failed = (await session.execute(_FAIL, {"of_key": key, "code": code, "text": text})).first()
    if failed is None:
        return False
    await enqueue_one(session, now, NewJob(kind=DELIVERY_FAILED, payload={"key": key}, queue=IN_QUEUE))
    log.warning("delivery failed afterwards", thread=failed.thread, key=key, code=code)
    return True


# Built once: to build a statement costs more than to run it.
_MAYBE_ARRIVED = [DeliveryState.SENT.value, DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value]
_FAIL = (
    update(delivery_table)
    .where(delivery_table.c.key == bindparam("of_key"), delivery_table.c.state.in_(_MAYBE_ARRIVED))
    .values(state=DeliveryState.FAILED.value, error_code=bindparam("code"), error_text=bindparam("text"), parts_sent=0)
    .returning(delivery_table.c.thread)
)
