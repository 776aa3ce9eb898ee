"""A playbook gone through on the phones of real platforms, with not one call the platform forbids."""

import pytest

from bot.installation import CONTENT
from channels.simulator.stands import STANDS
from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.playbooks.shelf import read_sources, ship_folder
from tests.support.platforms import PlatformDesk, make_platform_desk


@pytest.fixture(params=["wechat", "wecom", "telegram"])
async def desk(request: pytest.FixtureRequest, ground: Ground, clock: FrozenClock) -> PlatformDesk:
    assert request.param in STANDS
    async with ground.db.transaction() as session:
        await ship_folder(session, clock.now(), await read_sources(CONTENT / "playbooks"))
    return await make_platform_desk(ground, clock, request.param)


async def test_from_the_question_through_the_steps_to_a_ticket(desk: PlatformDesk) -> None:
    li = await desk.customer()
    await li.write("登录不上怎么办")
    (asked,) = await li.press("一步步带我查")
    assert "您是在哪儿登录不上" in asked
    await li.press("电子税务局网页")
    (step,) = await li.write("5")
    assert "同一个账号在别处登着" in step
    await li.press("上一步")
    await li.press("账号被锁了")
    (end,) = await li.press("还不行")
    assert "剩下的交给我们" in end
    ticket = await desk.ticket()
    assert ticket.number in end
    assert ticket.facts["登录的地方"] == "电子税务局网页"
    assert ticket.facts["提示的意思"] == "账号被锁了"
    assert desk.simulated.violations == []
