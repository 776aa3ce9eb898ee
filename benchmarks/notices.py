"""A hundred thousand notices at a platform's pace, by several worker processes: ``python -m benchmarks.notices``.

Time is simulated, so an hour of sending takes minutes; what is measured is that the limits hold, how long a reply by
a person waits meanwhile, and what a sent message costs. Needs a PostgreSQL (``YINGPIAO_TEST_DATABASE_URL``):
``python -m tests.support.postgres -- python -m benchmarks.notices``.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.processes import Server
from benchmarks.stores import fresh_database
from channels.delivery import Letter, Recipient, queue, queue_many
from channels.port import Outbound
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import Priority
from tests.flows.pace_story import (
    ACCOUNT,
    CHANNEL,
    RATE,
    START,
    Workers,
    most_in_a_second,
    shortest_gap,
    working,
)
from tests.support.ground import open_ground
from tests.support.postgres import VARIABLE

_BATCH = 500
#: As long as a burst takes to come back: each step sends a burst and no step sends nothing.
_STEP = timedelta(seconds=RATE.burst / RATE.per_second)
#: A reply is asked for after so many steps.
_REPLY_EVERY = 250


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.notices", description=__doc__)
    parser.add_argument("--notices", type=int, default=100_000)
    parser.add_argument("--chats", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=4)
    chosen = parser.parse_args()
    server = os.environ.get(VARIABLE, "")
    if not server:
        sys.exit(
            "Several worker processes need a PostgreSQL: "
            "python -m tests.support.postgres -- python -m benchmarks.notices"
        )
    with tempfile.TemporaryDirectory() as folder, fresh_database(server, Path(folder)) as url:
        asyncio.run(_measure(Server(url), url, Path(folder), chosen))


async def _measure(database: Server, url: str, folder: Path, chosen: argparse.Namespace) -> None:
    async with open_ground(folder, clock=FrozenClock(START), url=url) as ground:
        await _put(ground, chosen.notices, chosen.chats)
        before, started = database.cpu_s + _own_children(), time.perf_counter()
        with working(url, chosen.processes) as workers:
            waits = await _send(ground, workers, chosen)
        took = time.perf_counter() - started
        spent = database.cpu_s + _own_children() - before
    keys = [sent.key for sent in workers.sent]
    assert len(keys) == len(set(keys)) == chosen.notices + len(waits), "a message was lost or doubled"
    simulated = (workers.now - START).total_seconds()
    print(f"{chosen.notices} notices to {chosen.chats} chats and {len(waits)} replies by {chosen.processes} processes")
    print(f"simulated time {simulated:.0f} s ({len(keys) / simulated:.1f}/s), real time {took:.0f} s")
    print(f"most in any second {most_in_a_second(workers.sent)} (limit 30)")
    print(f"shortest time between two to one chat {shortest_gap(workers.sent).total_seconds():.3f} s (limit 1)")
    print(f"a reply by a person left after at most {max(waits).total_seconds():.3f} s (aim 1)")
    print(f"CPU {1000 * spent / len(keys):.1f} ms a message, workers and database")


async def _put(ground: Ground, notices: int, chats: int) -> None:
    keys = range(notices)
    for first in range(0, notices, _BATCH):
        letters = [
            Letter(
                key=f"notice:{number}", to=_to(number % chats), message=Outbound(text="平台已恢复，可以继续开票了。")
            )
            for number in keys[first : first + _BATCH]
        ]
        async with ground.db.transaction() as session:
            await queue_many(session, START, letters, priority=Priority.BROADCAST)


async def _send(ground: Ground, workers: Workers, chosen: argparse.Namespace) -> list[timedelta]:
    waiting: dict[str, timedelta] = {}
    asked: dict[str, timedelta] = {}
    steps = 0
    while len(workers.sent) < chosen.notices + len(waiting) + len(asked):
        if steps % _REPLY_EVERY == 0 and chosen.notices - len(workers.sent) > 2 * RATE.burst:
            key = f"staff:{steps}"
            await _reply(ground, workers, key, chat=(steps * 7919) % chosen.chats)
            asked[key] = workers.now - START
        for sent in await workers.step(_STEP):
            if sent.key in asked:
                waiting[sent.key] = sent.at - START - asked.pop(sent.key)
        steps += 1
    return list(waiting.values())


async def _reply(ground: Ground, workers: Workers, key: str, *, chat: int) -> None:
    async with ground.db.transaction() as session:
        await queue(
            session,
            workers.now,
            key=key,
            to=_to(chat),
            message=Outbound(text="我来看一下。", author="staff"),
            priority=Priority.PERSON,
        )


def _to(chat: int) -> Recipient:
    return Recipient(channel=CHANNEL, account=ACCOUNT, address=f"chat-{chat}")


def _own_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
