"""The whole product beside the simulated platform: asked, answered, handed over, and not one call it forbids."""

import pytest

from channels.models import DeliveryState
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.platforms import Customer, PlatformDesk, make_platform_desk
from tests.support.scanning import VIRUS, SuspiciousScanner


@pytest.fixture
async def desk(switched_on: Ground, clock: FrozenClock) -> PlatformDesk:
    return await make_platform_desk(switched_on, clock, "weibo")


@pytest.fixture
async def li(desk: PlatformDesk) -> Customer:
    return await desk.customer("li", name="小李")


async def hand_over(desk: PlatformDesk, li: Customer) -> None:
    """The customer asks for a person, and says what the bot wants to know first."""
    await li.write("离线发票一直上传不了怎么办")
    for answer in ("转人工", "提示网络异常 -1001", "北京", "13800138000", "没有了"):
        if await desk.tickets():
            break
        await li.write(answer)
    assert len(await desk.tickets()) == 1


async def test_a_question_is_answered(desk: PlatformDesk, li: Customer) -> None:
    told = await li.write("离线发票一直上传不了怎么办")
    assert told
    assert all(len(text) < 300 for text in told)
    assert desk.simulated.violations == []


async def test_a_person_is_asked_for_and_answers(desk: PlatformDesk, li: Customer) -> None:
    await hand_over(desk, li)
    await desk.replies("您好，我是王芳。")
    assert any("王芳" in text for text in li.news())
    assert desk.simulated.violations == []


async def test_after_two_days_a_reply_waits_for_the_next_message(desk: PlatformDesk, li: Customer) -> None:
    await hand_over(desk, li)
    desk.clock.advance(hours=49)
    li.news()
    await desk.replies("补传好了，请看一下。")
    assert li.news() == []
    assert desk.simulated.violations == []
    assert "补传好了" in "\n".join(await li.write("好了吗"))
    assert desk.simulated.violations == []


async def test_who_has_unfollowed_is_not_written_to(desk: PlatformDesk, li: Customer) -> None:
    await hand_over(desk, li)
    await desk.while_working(li.person.unfollows())
    li.news()
    await desk.replies("您还在吗？")
    assert li.news() == []
    assert desk.simulated.violations == []
    assert (await desk.deliveries())[-1].state in {DeliveryState.FAILED, DeliveryState.EXPIRED}


async def test_a_mention_gets_one_answer_at_most(desk: PlatformDesk, li: Customer) -> None:
    await desk.while_working(li.person.mentions("@应票 离线发票一直上传不了怎么办"))
    await desk.later(seconds=5)
    assert len(li.news()) <= 1
    assert desk.simulated.violations == []


async def test_a_picture_with_a_virus_is_only_named(desk: PlatformDesk, li: Customer) -> None:
    desk.ground.files.scanner = SuspiciousScanner()
    await li.send("image", b"\x89PNG\r\n\x1a\n" + VIRUS)
    await desk.later(seconds=5)
    (file,) = [file for message in await desk.messages() for file in message.attachments]
    assert (file["id"], file["scan"]) == ("", "infected")


async def test_a_picture_lies_with_the_ticket(desk: PlatformDesk, li: Customer) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    await li.send("image", png)
    await desk.later(seconds=5)
    files = [file for message in await desk.messages() for file in message.attachments]
    assert [desk.ground.files.path(file["id"]).read_bytes() for file in files] == [png]
