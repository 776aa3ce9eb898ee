"""What every worker does for short messages besides: reports that came early, and a broom."""

import asyncio
from collections.abc import Mapping

from channels.context import ChannelContext
from channels.sms import limits, reports
from kit.outbox import ClaimedJob
from kit.outbox.runner import Independent

SWEEP_EVERY_S = 3600.0


def runners(context: ChannelContext) -> Mapping[str, Mapping[str, Independent]]:
    """The jobs of this platform, by queue and kind."""

    async def handle(job: ClaimedJob) -> None:
        async with context.ground.db.transaction() as session:
            await reports.handle_reported(session, context.ground.clock.now(), job)

    return {reports.REPORT_QUEUE: {reports.REPORTED: handle}}


async def sweep(context: ChannelContext, stopping: asyncio.Event) -> None:
    """Sweep now and then until told to stop."""
    async with context.ground.db.bus.listening("stopping") as listener:
        while not stopping.is_set():
            await sweep_once(context)
            await listener.wait(SWEEP_EVERY_S)


async def sweep_once(context: ChannelContext) -> None:
    """Drop what nobody counts or repeats any more."""
    now = context.ground.clock.now()
    async with context.ground.db.transaction() as session:
        await limits.forget_old(session, now)
        await reports.forget_old(session, now)
