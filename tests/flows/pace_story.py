"""Many notices and a few replies, sent by several worker processes in simulated time.

All processes are given the same moment, work until nothing may be sent in it any more, and report what left; then
the next moment comes. So thousands of seconds pass in minutes, and every send has an exact time.
"""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

import structlog

from channels.delivery import DELIVERY_DUE, out_queue
from channels.models import DeliveryState
from channels.pace import AccountGate
from channels.port import Capabilities, Outbound, Rate, Receipt
from channels.sending import Sender
from kit.clock import FrozenClock
from kit.db import AsyncSession, Database
from kit.outbox.runner import Runner

CHANNEL, ACCOUNT = "fake", "main"
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
#: The limits of Telegram: 30 a second in all, one a second to a person.
RATE = Rate(per_second=25, burst=5, chat_every_s=1)
STEP = timedelta(milliseconds=40)


@dataclass(frozen=True)
class Sent:
    """One message at the platform, and when."""

    at: datetime
    chat: str
    key: str


@dataclass
class _Recorder:
    """A platform that takes everything and drops nothing, not even repeats."""

    clock: FrozenClock
    name: str = CHANNEL
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(text_limit=4096, rate=RATE))
    sent: list[Sent] = field(default_factory=list)

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        self.sent.append(Sent(self.clock.now(), address, key))
        return Receipt(provider_id=key)


async def _no_listener(_session: AsyncSession, _key: str, _state: DeliveryState) -> None:
    return None


async def _work(url: str, orders: Connection) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    clock = FrozenClock(START)
    db, platform = Database(url), _Recorder(clock)
    sender = Sender(db=db, clock=clock, channels={CHANNEL: platform}, listener=_no_listener)
    runner = Runner(
        db,
        clock,
        out_queue(CHANNEL, ACCOUNT),
        independent={DELIVERY_DUE: sender.handle},
        gate=AccountGate(CHANNEL, ACCOUNT, RATE),
        lease_s=1_000_000,
    )
    while (moment := await asyncio.to_thread(orders.recv)) is not None:
        clock.advance(seconds=(moment - clock.now()).total_seconds())
        while await runner.run_once():
            pass
        orders.send(platform.sent)
        platform.sent = []
    await db.close()


def _main(url: str, orders: Connection) -> None:
    with asyncio.Runner() as runner:
        runner.run(_work(url, orders))


@dataclass
class Workers:
    """Several processes on one database; ``sent`` is everything that left, in order of its moment."""

    lines: list[Connection]
    now: datetime = START
    sent: list[Sent] = field(default_factory=list)

    async def step(self, length: timedelta = STEP) -> list[Sent]:
        """Let the next moment come in all of them, and return what left in it."""
        self.now += length
        for line in self.lines:
            line.send(self.now)
        left = [one for line in self.lines for one in await asyncio.to_thread(line.recv)]
        self.sent += left
        return left


@contextmanager
def working(url: str, count: int) -> Iterator[Workers]:
    """Start ``count`` worker processes, and end them."""
    context = multiprocessing.get_context("forkserver")
    lines: list[Connection] = []
    processes: list[ForkServerProcess] = []
    for _ in range(count):
        ours, theirs = context.Pipe()
        process = context.Process(target=_main, args=(url, theirs), daemon=True)
        process.start()
        lines.append(ours)
        processes.append(process)
    try:
        yield Workers(lines)
    finally:
        for line in lines:
            line.send(None)
        for process in processes:
            process.join(30)


def most_in_a_second(sent: list[Sent]) -> int:
    """The largest number of messages in any second, wherever it begins."""
    moments = sorted(one.at for one in sent)
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def shortest_gap(sent: list[Sent]) -> timedelta:
    """The shortest time between two messages to one person."""
    by_chat: dict[str, list[datetime]] = {}
    for one in sent:
        by_chat.setdefault(one.chat, []).append(one.at)
    gaps = [
        later - earlier
        for moments in by_chat.values()
        for earlier, later in zip(sorted(moments), sorted(moments)[1:], strict=False)
    ]
    return min(gaps, default=timedelta.max)
