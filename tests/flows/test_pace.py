"""The limits of a platform hold over several processes; people never wait for notices."""

from datetime import timedelta

import pytest

from channels.delivery import Letter, Recipient, queue, queue_many
from channels.port import Outbound
from kit.ground import Ground
from kit.outbox import Priority
from tests.flows.pace_story import ACCOUNT, CHANNEL, START, Workers, most_in_a_second, shortest_gap, working

PROCESSES = 4
CHATS, ROUNDS = 60, 4


def to(chat: int) -> Recipient:
    return Recipient(channel=CHANNEL, account=ACCOUNT, address=f"chat-{chat}")


async def put_notices(ground: Ground) -> None:
    letters = [
        Letter(key=f"notice:{chat}:{number}", to=to(chat), message=Outbound(text="平台恢复了。"))
        for chat in range(CHATS)
        for number in range(ROUNDS)
    ]
    async with ground.db.transaction() as session:
        await queue_many(session, START, letters, priority=Priority.BROADCAST)


async def reply_waits(ground: Ground, workers: Workers, chat: int) -> timedelta:
    """Queue a reply now; how long it takes to leave."""
    asked, key = workers.now, f"staff:{chat}:{workers.now.timestamp()}"
    async with ground.db.transaction() as session:
        await queue(
            session, asked, key=key, to=to(chat), message=Outbound(text="我来看一下。"), priority=Priority.PERSON
        )
    while True:
        for sent in await workers.step():
            if sent.key == key:
                return sent.at - asked


async def test_never_over_the_limits_and_a_persons_reply_leaves_within_a_second(
    ground: Ground, database_url: str
) -> None:
    if ground.db.is_sqlite:
        pytest.skip("several worker processes share a PostgreSQL")
    await put_notices(ground)
    waits: list[timedelta] = []
    with working(database_url, PROCESSES) as workers:
        while len(workers.sent) < CHATS * ROUNDS + len(waits):
            left = await workers.step()
            if left and len(waits) < 12:
                # To somebody who has had a notice in this very moment, and to somebody who waits for one.
                busy = int(left[-1].chat.removeprefix("chat-"))
                waits += [await reply_waits(ground, workers, busy), await reply_waits(ground, workers, CHATS - 1)]
    assert most_in_a_second(workers.sent) <= 30
    assert shortest_gap(workers.sent) >= timedelta(seconds=1)
    assert max(waits) <= timedelta(seconds=1, milliseconds=80)
    keys = [sent.key for sent in workers.sent]
    assert len(keys) == len(set(keys)) == CHATS * ROUNDS + len(waits)
