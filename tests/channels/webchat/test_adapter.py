import asyncio

import pytest

from channels.errors import DeliveryRefusedError
from channels.port import Attachment, Button, Link, Outbound
from channels.webchat.adapter import WebChat
from channels.webchat.typing import show_typing
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.webchat.browser import Browser


@pytest.fixture
async def visitor(browser: Browser) -> Browser:
    await browser.open()
    return browser


async def test_a_message_arrives_with_all_its_parts(visitor: Browser, channel: WebChat) -> None:
    message = Outbound(
        text="请看这里",
        author="staff",
        author_name="王敏",
        buttons=(Button(id="ok", label="好的"),),
        links=(Link(label="状态页", url="https://desk.test/status"),),
        attachments=(Attachment(id="f" * 32, name="说明.pdf", mime="application/pdf", size=10),),
    )
    receipt = await channel.send(key="k", account="site", address=visitor.visitor, message=message)
    [seen] = await visitor.news()
    assert receipt.provider_id == f"{visitor.visitor}:1"
    assert (seen["author"], seen["name"], seen["text"]) == ("staff", "王敏", "请看这里")
    assert seen["buttons"] == [{"id": "ok", "label": "好的"}]
    assert seen["links"] == [{"label": "状态页", "url": "https://desk.test/status"}]
    assert seen["attachments"][0]["name"] == "说明.pdf"
    assert seen["attachments"][0]["url"].startswith("files/")


async def test_a_repeated_key_is_said_once_and_gets_the_same_receipt(visitor: Browser, channel: WebChat) -> None:
    async def send() -> str:
        receipt = await channel.send(key="k", account="site", address=visitor.visitor, message=Outbound(text="您好"))
        return receipt.provider_id

    assert {await send(), await send(), *(await asyncio.gather(*(send() for _ in range(5))))} == {
        f"{visitor.visitor}:1"
    }
    assert len(await visitor.news()) == 1


async def test_whoever_has_left_is_refused(visitor: Browser, channel: WebChat) -> None:
    await visitor.post("forget")
    await refused(channel, visitor.visitor)


async def test_whoever_never_came_is_refused(channel: WebChat) -> None:
    await refused(channel, "nobody")


async def refused(channel: WebChat, address: str) -> None:
    with pytest.raises(DeliveryRefusedError) as error:
        await channel.send(key="k", account="site", address=address, message=Outbound(text="您好"))
    assert error.value.code == "visitor_gone"


async def test_typing_is_shown_until_the_message_is_there_or_time_has_passed(
    visitor: Browser, channel: WebChat, ground: Ground, clock: FrozenClock
) -> None:
    async def shown() -> object:
        return (await visitor.get("messages")).json()["typing"]

    async def show() -> None:
        async with ground.db.transaction() as session:
            await show_typing(session, clock.now(), visitor.visitor, who="staff", name="王敏")

    assert await shown() is None
    await show()
    assert await shown() == {"who": "staff", "name": "王敏"}
    clock.advance(seconds=9)
    assert await shown() is None
    await show()
    await channel.send(key="k", account="site", address=visitor.visitor, message=Outbound(text="您好"))
    assert await shown() is None
