"""The working half of the product: runners on their queues, and a ticker for what is due by time."""

import asyncio
import logging
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.bootstrap import Runtime
from bot.editorial import look_after_articles
from bot.improving import look_after_improvements
from bot.learning import learn_if_due
from bot.noticing import Lookout
from bot.unanswered import follow_gaps
from channels.accounts.service import ACCOUNTS_CHANGED
from channels.registry import backgrounds
from kit.log import log
from kit.outbox import reap
from tickets.followups.service import fire_due
from tickets.notices.service import forget_old
from tickets.reports import keep_up
from tickets.rhythm import Choices
from tickets.routing.returning import look_after
from tickets.sending.holding import hand_over_due
from tickets.sla.following import follow_changes
from tickets.watching.viewers import forget_gone

#: How soon room that has become free is filled.
LOOK_AFTER_S = 2
LEARN_LOOK_S = 300
#: Much less than the minutes in which a crowd gathers.
RADAR_LOOK_S = 15
ARTICLES_LOOK_S = 60
GAPS_LOOK_S = 3600
#: How old the counts of reports may be.
REPORTS_S = 30
#: How often accounts are looked for when nobody told of a change.
ACCOUNTS_LOOK_S = 5


@dataclass
class Worker:
    """Runs until told to stop. ``alone``: no other process works this database (one SQLite file)."""

    runtime: Runtime
    alone: bool = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Take over what a dead process left, then work; ends when the jobs in hand are finished."""
        await self.take_over(everything=self.alone)
        await self.runtime.library.open()
        scheduler = self._scheduler()
        scheduler.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.runtime.library.follow(stopping), name="library")
                for runner in self.runtime.runners:
                    group.create_task(runner.run(stopping), name=f"runner {runner.queue}")
                group.create_task(self.run_accounts(stopping), name="accounts")
                group.create_task(Choices(self.runtime.ground).follow(stopping), name="choices")
                for background in backgrounds(self.runtime.channels):
                    group.create_task(background(self.runtime.context, stopping), name="background")
        finally:
            scheduler.shutdown(wait=False)

    async def run_accounts(self, stopping: asyncio.Event) -> None:
        """A runner for each account that may send, as accounts come, go and pause."""
        running: dict[tuple[str, str], tuple[asyncio.Event, asyncio.Task[None]]] = {}
        async with (
            self.runtime.ground.db.bus.listening(ACCOUNTS_CHANGED, "stopping") as listener,
            asyncio.TaskGroup() as group,
        ):
            while not stopping.is_set():
                wanted = set(await self.runtime.sending_accounts())
                for pair in wanted - running.keys():
                    ending = asyncio.Event()
                    runner = self.runtime.outward(*pair)
                    running[pair] = (ending, group.create_task(runner.run(ending), name=f"runner {runner.queue}"))
                for pair in running.keys() - wanted:
                    running.pop(pair)[0].set()
                if await listener.wait(ACCOUNTS_LOOK_S):
                    self.runtime.context.accounts.forget()
            for ending, _task in running.values():
                ending.set()

    def _scheduler(self) -> AsyncIOScheduler:
        # The memory store is right: the scheduler only ticks, what is due is rows that any node may claim.
        # That a tick was left out because the last one still ran is by design, and not worth a line each time.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        settings = self.runtime.ground.settings
        scheduler.add_job(self.tick, "interval", seconds=settings.tick_s)
        scheduler.add_job(self.take_over, "interval", seconds=max(1.0, settings.lease_s / 3))
        scheduler.add_job(self.look_after, "interval", seconds=LOOK_AFTER_S)
        scheduler.add_job(self.learn, "interval", seconds=LEARN_LOOK_S)
        scheduler.add_job(Lookout(self.runtime.ground).look, "interval", seconds=RADAR_LOOK_S)
        scheduler.add_job(self.look_after_articles, "interval", seconds=ARTICLES_LOOK_S)
        scheduler.add_job(self.follow_gaps, "interval", seconds=GAPS_LOOK_S)
        scheduler.add_job(self.count_reports, "interval", seconds=REPORTS_S)
        return scheduler

    async def tick(self) -> None:
        """Hand over what has come due, and let open tickets follow changed targets."""
        ground = self.runtime.ground
        async with ground.db.transaction() as session:
            await fire_due(session, ground.clock.now())
            await hand_over_due(session, ground.clock.now())
        async with ground.db.transaction() as session:
            await follow_changes(session, ground.clock.now())

    async def count_reports(self) -> None:
        """What has happened since is in the reports."""
        ground = self.runtime.ground
        await keep_up(ground.db, ground.clock.now())
        async with ground.db.transaction() as session:
            await forget_gone(session, ground.clock.now())
            await forget_old(session, ground.clock.now())

    async def look_after(self) -> None:
        """Who fell silent is away, what they had is the team's again, and who has room gets what waits."""
        ground = self.runtime.ground
        async with ground.db.transaction() as session:
            await look_after(session, ground.clock.now(), zone=ground.settings.time_zone)

    async def look_after_articles(self) -> None:
        """What followed on answers is counted, and owners are reminded of what is due."""
        await look_after_articles(self.runtime.ground)
        await look_after_improvements(self.runtime.ground)

    async def follow_gaps(self) -> None:
        """What was asked since and not answered is in the gaps."""
        await follow_gaps(self.runtime.ground, self.runtime.library)

    async def learn(self) -> None:
        """Each night, and when nothing was learnt yet: from past tickets, what tickets are about."""
        await learn_if_due(self.runtime.ground)

    async def take_over(self, *, everything: bool = False) -> None:
        """Jobs whose worker is gone are ready again."""
        ground = self.runtime.ground
        async with ground.db.transaction() as session:
            taken = await reap(session, ground.clock.now(), everything=everything)
        if taken:
            log.warning("jobs taken over", count=taken)
