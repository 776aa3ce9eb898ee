"""Rows that have served, and only grow in number."""

import asyncio

from channels.context import ChannelContext
from channels.wechat.passive import KEPT_FOR, forget_before

EVERY_S = 3600


async def forget_slots(context: ChannelContext, stopping: asyncio.Event) -> None:
    """Delete, now and every hour, what no retry of the platform can ask for any more."""
    ground = context.ground
    async with ground.db.bus.listening("stopping") as listener:
        while not stopping.is_set():
            async with ground.db.transaction() as session:
                await forget_before(session, ground.clock.now() - KEPT_FOR)
            await listener.wait(EVERY_S)
