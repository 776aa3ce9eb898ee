"""What people answer by short message: into the conversation of the number, or a wish to be left alone."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from channels.delivery import delivery_table
from channels.inbox import accept
from channels.models import DeliveryState
from channels.port import Inbound, thread_of
from channels.reach import note_refused
from channels.sms.pushes import Reply
from channels.sms.settings import CHANNEL
from kit.db import AsyncSession
from kit.log import log

#: The code of a thread whose person wants no more messages.
UNSUBSCRIBED = "unsubscribed"
#: A reply so long afterwards answers nothing in particular.
_ANSWERED_FOR = timedelta(days=7)
#: How many deliveries to look back over.
_LOOK_BACK = 200_000
#: What carriers and providers tell people to send; alone, with nothing but marks around it.
_LEAVE_ME = re.compile(r"\W*(?:td?|r|退订|拒收|取消订阅|unsubscribe|stop)\W*", re.IGNORECASE)


def wants_out(text: str) -> bool:
    """Whether somebody wants no more messages."""
    return _LEAVE_ME.fullmatch(text) is not None


async def take_reply(session: AsyncSession, now: datetime, *, account: str, reply: Reply, settle_s: float) -> None:
    """Accept the reply, once."""
    leaving = wants_out(reply.text)
    thread = thread_of(CHANNEL, account, reply.address)
    inbound = Inbound(
        channel=CHANNEL,
        account=account,
        address=reply.address,
        platform_id=f"up:{reply.id}",
        text=reply.text,
        sent_at=reply.sent_at,
        position=int(reply.sent_at.timestamp()) if reply.sent_at else 0,
        # A wish to be left alone is kept for staff to see, and any answer would go against it.
        answers="" if leaving else await newest_key(session, now, thread),
        automatic=leaving,
        back_in_reach=not leaving,
        proven=True,
        raw=dict(reply.raw),
    )
    if await accept(session, now, inbound, settle_s=settle_s) and leaving:
        log.info("person unsubscribed", thread=thread)
        await note_refused(session, now, thread, code=UNSUBSCRIBED, text=reply.text)


async def newest_key(session: AsyncSession, now: datetime, thread: str) -> str:
    """The key of what was last sent there of late; empty when there is nothing."""
    row = {"of_threads": [thread], "since": now - _ANSWERED_FOR, "back": _LOOK_BACK}
    found = (await session.execute(_NEWEST, row)).first()
    return found.key if found else ""


async def account_written_by(session: AsyncSession, now: datetime, accounts: Sequence[str], address: str) -> str | None:
    """Which of the accounts has last written to the number."""
    threads = [thread_of(CHANNEL, account, address) for account in accounts]
    row = {"of_threads": threads, "since": now - _ANSWERED_FOR, "back": _LOOK_BACK}
    found = (await session.execute(_NEWEST, row)).first()
    return found.account if found else None


# Built once: to build a statement costs more than to run it.
_NEWEST_ID = select(func.max(delivery_table.c.id)).scalar_subquery()
_NEWEST = (
    select(delivery_table.c.key, delivery_table.c.account)
    .where(delivery_table.c.id > _NEWEST_ID - bindparam("back"))
    .where(
        delivery_table.c.thread.in_(bindparam("of_threads", expanding=True)),
        delivery_table.c.state.in_([DeliveryState.SENT.value, DeliveryState.UNKNOWN.value]),
        delivery_table.c.queued_at > bindparam("since"),
    )
    .order_by(delivery_table.c.id.desc())
    .limit(1)
)
