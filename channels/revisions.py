"""A person has changed what they wrote: not a new message, but the old one reads differently now."""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from channels.inbox import IN_QUEUE, inbound_table
from channels.port import thread_of
from kit.db import AsyncSession
from kit.log import log
from kit.outbox import NewJob, enqueue_one

#: Whoever keeps conversations handles this.
MESSAGE_REVISED = "message.revised"


async def accept_revision(
    session: AsyncSession, now: datetime, *, channel: str, account: str, address: str, platform_id: str, text: str
) -> bool:
    """Give the message ``platform_id`` its new text; False when there is no such message.

    Who has not looked at it yet sees only the new text. It is told as an event all the same, behind what is under
    way: a turn that is reading the old text at this very moment cannot be seen from here.
    """
    name = {"of_channel": channel, "of_account": account, "of_platform_id": platform_id}
    known = (await session.execute(_KNOWN, name)).first()
    if known is None or known.text == text:
        return known is not None
    thread = thread_of(channel, account, address)
    await session.execute(_REVISE, {**name, "new_text": text})
    payload = {"thread": thread, "platform_id": platform_id, "text": text}
    await enqueue_one(session, now, NewJob(kind=MESSAGE_REVISED, payload=payload, queue=IN_QUEUE, lane=f"in:{thread}"))
    log.info("message revised", thread=thread, platform_id=platform_id)
    return True


# Built once: to build a statement costs more than to run it.
_NAME = (
    inbound_table.c.channel == bindparam("of_channel"),
    inbound_table.c.account == bindparam("of_account"),
    inbound_table.c.platform_id == bindparam("of_platform_id"),
)
_KNOWN = select(inbound_table.c.text).where(*_NAME)
_REVISE = update(inbound_table).where(*_NAME).values(text=bindparam("new_text"))
