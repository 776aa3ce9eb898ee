"""The whole product behind a simulated provider: bot, desk and queues as in production."""

import pytest

from channels.models import DeliveryState
from channels.simulator.sms.phone import Telephone
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.sms.provider import LI
from tests.support.platforms import PlatformDesk, make_platform_desk
from tickets.conversations.models import Author

TENCENT = {
    "provider": "tencent",
    "sdk_app_id": "1400006666",
    "access_key_id": "AKIDz8krbsJ5yKBZQpn74WF",
    "api_url": "https://dysmsapi.aliyuncs.com",
    "templates": [{"kind": "answer", "code": "1003", "text": "您的工单{1}有新消息。", "variables": {"1": "number"}}],
}


async def contact_by_sms(desk: PlatformDesk) -> Telephone:
    """Somebody who was written to once, and so can answer."""
    telephone: Telephone = await desk.simulated.person(LI)
    telephone.last_from = (next(iter(desk.simulated.customers.values())), "应票")
    return telephone


@pytest.fixture(params=["aliyun", "tencent"])
async def desk(request: pytest.FixtureRequest, ground: Ground, clock: FrozenClock) -> PlatformDesk:
    return await make_platform_desk(ground, clock, "sms", **(TENCENT if request.param == "tencent" else {}))


async def test_a_reply_becomes_a_conversation_and_a_ticket_is_answered_by_template(desk: PlatformDesk) -> None:
    li = await contact_by_sms(desk)
    await desk.while_working(li.says("发票开错了抬头，请帮我转人工处理"))
    await desk.later(seconds=2)
    (conversation,) = await desk.conversations()
    assert (conversation.channel, conversation.address) == ("sms", LI)
    said = [message.text for message in await desk.messages() if message.author == Author.CUSTOMER]
    assert said == ["发票开错了抬头，请帮我转人工处理"]
    # Whatever the bot has to say goes out as approved, or not at all.
    assert all(text.startswith("【应票】您的工单") for text in li.texts)
    assert desk.simulated.violations == []


async def test_a_wish_to_be_left_alone_is_seen_by_staff_and_not_answered(desk: PlatformDesk) -> None:
    li = await contact_by_sms(desk)
    await desk.while_working(li.says("TD"))
    await desk.later(seconds=2)
    assert [message.text for message in await desk.messages()] == ["TD"]
    assert li.texts == []
    assert [one for one in await desk.deliveries() if one.state == DeliveryState.SENT] == []


async def test_staff_answer_by_template_and_the_networks_report_is_seen(desk: PlatformDesk) -> None:
    li = await contact_by_sms(desk)
    await desk.while_working(li.says("转人工"))
    await desk.later(seconds=2)
    await desk.later(minutes=1)
    await desk.replies("抬头已经改好，新发票明天寄出。")
    ticket = await desk.ticket()
    assert ticket.number in li.texts[-1]
    assert "抬头" not in li.texts[-1]
    # Tencent takes the same words for the same number once in half a minute: the reply waits behind the news.
    await desk.later(minutes=1)
    await desk.later(minutes=1)
    li.breaks("MK:0010", "用户关机")
    await desk.replies("单号是 SF1234567。")
    assert (await desk.messages())[-1].delivery == DeliveryState.SENT
    await desk.while_working(reported(desk))
    await desk.later(seconds=2)
    (*_, failed) = await desk.messages()
    assert (failed.text, failed.delivery) == ("单号是 SF1234567。", DeliveryState.FAILED)
    assert desk.simulated.violations == []


async def reported(desk: PlatformDesk) -> None:
    await desk.simulated.report()


async def test_an_answer_to_a_message_about_a_ticket_belongs_to_it(desk: PlatformDesk) -> None:
    li = await contact_by_sms(desk)
    await desk.while_working(li.says("转人工"))
    await desk.later(seconds=2)
    await desk.later(minutes=1)
    await desk.replies("请问是哪一张发票？")
    await desk.later(minutes=5)
    await desk.while_working(li.says("10月那张"))
    await desk.later(seconds=2)
    (said,) = [message for message in await desk.messages() if message.text == "10月那张"]
    assert said.ticket_id == (await desk.ticket()).id
    assert len(await desk.tickets()) == 1
