"""The whole product behind a simulated 客服账号: bot, desk and queues as in production."""

import pytest

from bot.bootstrap import make_runtime
from bot.defaults import install_defaults
from kit.clock import FrozenClock
from kit.outbox.runner import Runner
from knowledge.articles import import_folder
from tests.channels.wecom.kf import KFID
from tests.channels.wecom.scene import Scene
from tests.support.desk import article_files, remembered_index


class House:
    """All queues of one product, worked by hand."""

    def __init__(self, scene: Scene, runners: tuple[Runner, ...], clock: FrozenClock) -> None:
        self.scene = scene
        self.runners = runners
        self.clock = clock

    async def later(self, **units: float) -> None:
        """Let time pass and everything happen that is due, and a second more for typed words to settle."""
        self.clock.advance(**units)
        await self._work()
        self.clock.advance(seconds=1)
        await self._work()

    async def _work(self) -> None:
        await self.scene.platform.settle()
        busy = True
        while busy:
            busy = False
            for runner in self.runners:
                while await runner.run_once():
                    busy = True


@pytest.fixture
async def house(scene: Scene, clock: FrozenClock) -> House:
    office = scene.office
    async with office.ground.db.transaction() as session:
        await install_defaults(session)
        await import_folder(session, clock.now(), article_files())
    runtime = make_runtime(
        office.ground,
        context=office.context,
        channels={"wecom": office.channel},
        own_accounts={},
        build=remembered_index,
    )
    await runtime.library.open()
    return House(scene, (*runtime.runners, runtime.outward("wecom", KFID)), clock)


class TestProduct:
    async def test_a_question_is_answered_and_a_reply_pressed(self, house: House) -> None:
        li = await house.scene.li()
        await li.says("登录不了怎么办")
        await house.later(seconds=2)
        assert li.last.buttons
        await li.presses(li.last.buttons[0])
        await house.later(seconds=2)
        assert len(li.inbox) == 2
        assert house.scene.platform.violations == []

    async def test_who_comes_in_is_greeted_once(self, house: House) -> None:
        li = await house.scene.li()
        await li.enters()
        await house.later(seconds=2)
        assert len(li.inbox) == 1
        assert li.last.via == "send_msg_on_event"
        await li.says("登录不了怎么办")
        await house.later(seconds=2)
        assert len(li.inbox) == 2
        assert house.scene.platform.violations == []

    async def test_a_greeting_that_is_late_is_not_made_up_for(self, house: House) -> None:
        li = await house.scene.li()
        await li.enters()
        await house.later(seconds=30)
        await li.says("登录不了怎么办")
        await house.later(seconds=2)
        assert len(li.inbox) == 1
        assert house.scene.platform.violations == []
