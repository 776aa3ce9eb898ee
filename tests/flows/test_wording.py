"""With a language model switched on: better words where they are borne out, else the plain ones; never none."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.wording import WORDING_QUEUE
from kit.clock import FrozenClock
from kit.outbox import claim, reap
from knowledge.llm.simulated import Behaviour, SimulatedModel, simulated_model
from tests.support.desk import Desk, make_desk
from tests.support.ground import open_ground

QUESTION = "离线发票一直上传不了怎么办"


@pytest.fixture
async def service() -> AsyncIterator[SimulatedModel]:
    async with simulated_model() as served:
        yield served


@pytest.fixture
async def worded(tmp_path: Path, clock: FrozenClock, database_url: str, service: SimulatedModel) -> AsyncIterator[Desk]:
    chosen = {"llm_url": service.url, "llm_model": "some-model", "llm_uses": ["answer"], "llm_answer_s": 1.5}
    async with open_ground(tmp_path, clock=clock, url=database_url, **chosen) as ground:
        yield await make_desk(ground, clock)


async def plainly(desk: Desk, tmp_path: Path) -> str:
    article = desk.runtime.library.article("fix-offline-not-uploaded", "zh")
    return "\n".join([article.summary, "", *(f"{number}. {step}" for number, step in enumerate(article.steps, 1))])


async def test_the_matter_is_said_in_its_words_and_all_else_stays(
    worded: Desk, service: SimulatedModel, tmp_path: Path
) -> None:
    article = worded.runtime.library.article("fix-offline-not-uploaded", "zh")
    service.writes = f"{article.steps[0].rstrip('。')}[2]。"
    [told] = await worded.write(QUESTION)
    plain = await plainly(worded, tmp_path)
    assert plain not in told
    assert article.steps[0].rstrip("。") in told
    assert article.title in told
    assert "解决了吗" in told
    assert worded.labels()[:2] == ["解决了", "没解决"]
    assert await worded.press("解决了") != []


async def test_whatever_goes_wrong_the_plain_answer_is_given_once(
    worded: Desk, service: SimulatedModel, tmp_path: Path
) -> None:
    service.behaviour = Behaviour.BROKEN
    plain = await plainly(worded, tmp_path)
    [told] = await worded.write(QUESTION)
    assert plain in told


async def test_while_it_is_stuck_others_are_answered(worded: Desk, service: SimulatedModel, tmp_path: Path) -> None:
    service.behaviour = Behaviour.SLOW_FIRST_BYTE
    inward = next(runner for runner in worded.runtime.runners if runner.queue == "in")
    await worded.write(QUESTION, pump=False)
    await worded.write("你好", who="zhang", pump=False)
    worded.clock.advance(seconds=1)
    while await inward.run_once():
        pass
    for sender in worded.senders:
        await sender.run_once()
    assert worded.news("zhang") != []
    assert worded.news("li") == []
    # So long that it may not be asked any more.
    await worded.later(seconds=2)
    [told] = worded.news("li")
    assert await plainly(worded, tmp_path) in told
    assert service.asked == 0


async def test_switched_off_nothing_is_put_off(desk: Desk) -> None:
    assert "wording" not in {runner.queue for runner in desk.runtime.runners}
    [told] = await desk.write(QUESTION)
    assert "解决了吗" in told


async def test_after_a_worker_died_over_it_the_plain_answer_is_given_and_nobody_asked_again(
    worded: Desk, service: SimulatedModel, tmp_path: Path
) -> None:
    await worded.write(QUESTION, pump=False)
    worded.clock.advance(seconds=1)
    inward = next(runner for runner in worded.runtime.runners if runner.queue == "in")
    while await inward.run_once():
        pass
    async with worded.ground.db.transaction() as session:
        await claim(session, worded.clock.now(), queue=WORDING_QUEUE, limit=1, lease_s=0.1)
    await worded.later(seconds=0.2)
    assert worded.news() == []
    async with worded.ground.db.transaction() as session:
        await reap(session, worded.clock.now())
    await worded.pump()
    [told] = worded.news()
    assert await plainly(worded, tmp_path) in told
    assert service.asked == 0


async def test_what_the_desk_knows_of_the_person_does_not_leave(worded: Desk, service: SimulatedModel) -> None:
    await worded.write(f"{QUESTION}，我是小灯泡", sender_name="小灯泡")
    assert service.asked == 1
    assert "小灯泡" not in service.seen.decode()
