import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from fastapi import FastAPI
from sqlmodel import col, select

from channels.inbox import MESSAGE_RECEIVED
from channels.models import InboundMessage
from channels.port import Button, Outbound
from channels.webchat.adapter import WebChat
from channels.webchat.repository import topic
from channels.webchat.site import ChatSite
from channels.webchat.typing import is_visitor_typing
from kit.bus import Listener, LocalBus
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import Job
from tests.channels.webchat.browser import Browser, error_of


async def accepted(ground: Ground) -> list[InboundMessage]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(InboundMessage).order_by(col(InboundMessage.id)))).all())


async def jobs(ground: Ground) -> list[str]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(Job.kind))).all())


class TestSaying:
    async def test_a_message_reaches_the_inbox_with_all_that_is_known(self, browser: Browser, ground: Ground) -> None:
        await browser.open(locale="en", page="https://shop.test/invoice")
        said = await browser.say("Cannot issue invoices", client_id="first")
        assert (said["seq"], said["client_id"], said["duplicate"]) == (1, "first", False)
        [inbound] = await accepted(ground)
        assert (inbound.channel, inbound.address) == ("webchat", browser.visitor)
        assert (inbound.text, inbound.locale) == ("Cannot issue invoices", "en")
        assert inbound.raw["page"] == "https://shop.test/invoice"
        assert await jobs(ground) == [MESSAGE_RECEIVED]

    async def test_what_was_said_comes_back_as_said(self, browser: Browser) -> None:
        await browser.open()
        await browser.say("第一行\n  第二行 <b>😀</b>", client_id="a-1")
        [message] = await browser.news()
        assert message["text"] == "第一行\n  第二行 <b>😀</b>"
        assert (message["seq"], message["author"], message["client_id"]) == (1, "customer", "a-1")
        assert message["at"] == "2026-11-24T02:00:00.000Z"
        assert message["buttons"] == message["links"] == message["attachments"] == []

    async def test_a_repeated_message_is_said_once(self, browser: Browser, ground: Ground) -> None:
        await browser.open()
        first = await browser.say("开不了票", client_id="same")
        again = await browser.say("开不了票", client_id="same")
        assert (again["seq"], again["duplicate"]) == (first["seq"], True)
        assert len(await browser.news()) == len(await accepted(ground)) == 1

    async def test_the_same_message_at_the_same_moment_is_said_once(self, browser: Browser, ground: Ground) -> None:
        await browser.open()
        answers = await asyncio.gather(*(browser.say("急", client_id="same") for _ in range(8)))
        assert {answer["seq"] for answer in answers} == {1}
        assert sorted(answer["duplicate"] for answer in answers) == [False] + [True] * 7
        assert len(await accepted(ground)) == 1

    async def test_a_client_id_is_the_visitors_own(self, browser: Browser, ground: Ground) -> None:
        for _ in range(2):
            browser.token = ""
            await browser.open()
            assert (await browser.say("你好", client_id="same"))["duplicate"] is False
        assert len(await accepted(ground)) == 2

    async def test_numbers_have_no_gap_whoever_speaks_at_once(self, browser: Browser, channel: WebChat) -> None:
        await browser.open()
        replies = (
            channel.send(key=f"k{n}", account="site", address=browser.visitor, message=Outbound(text=f"答{n}"))
            for n in range(10)
        )
        await asyncio.gather(*(browser.say(f"问{n}") for n in range(10)), *replies)
        assert [message["seq"] for message in await browser.news()] == list(range(1, 21))

    async def test_a_refused_message_uses_up_no_number(self, browser: Browser, ground: Ground) -> None:
        await browser.open()
        refused = await browser.post("messages", {"client_id": "a", "text": "看图", "uploads": ["nothere"]})
        assert error_of(refused) == (422, "chat_upload_unknown")
        assert (await browser.say("再来"))["seq"] == 1
        assert [inbound.text for inbound in await accepted(ground)] == ["再来"]


class TestButtons:
    async def test_a_press_carries_the_id_and_the_label_we_offered(
        self, browser: Browser, channel: WebChat, ground: Ground
    ) -> None:
        await browser.open()
        offer = Outbound(text="解决了吗？", buttons=(Button(id="fixed:yes", label="解决了"),))
        await channel.send(key="k", account="site", address=browser.visitor, message=offer)
        await browser.say(button={"id": "fixed:yes", "label": "我乱写的"}, reply_to=1)
        [inbound] = await accepted(ground)
        assert (inbound.button, inbound.text) == ("fixed:yes", "解决了")
        assert inbound.raw["reply_to"] == 1

    async def test_a_button_nobody_offered_is_only_its_words(self, browser: Browser, ground: Ground) -> None:
        await browser.open()
        await browser.say(button={"id": "ticket:close:1", "label": "关闭"}, reply_to=1)
        await browser.say(button={"id": "ticket:close:1", "label": "关闭"})
        assert [(inbound.button, inbound.text) for inbound in await accepted(ground)] == [(None, "关闭")] * 2


class TestResuming:
    async def test_only_what_came_after_is_sent_again(self, browser: Browser) -> None:
        await browser.open()
        for text in ("一", "二", "三"):
            await browser.say(text)
        assert [message["text"] for message in await browser.news(since=1)] == ["二", "三"]
        assert await browser.news(since=3) == []

    async def test_long_histories_come_in_pages(self, browser: Browser) -> None:
        await browser.open()
        for text in ("一", "二", "三"):
            await browser.say(text)
        assert [message["seq"] for message in await browser.news(since=0, limit=2)] == [1, 2]
        response = await browser.get("messages", since=0, limit=2)
        assert response.json()["last_seq"] == 3

    async def test_a_waiting_browser_is_answered_as_soon_as_somebody_speaks(
        self, browser: Browser, channel: WebChat, app: FastAPI, ground: Ground
    ) -> None:
        await browser.open()
        bus = HeardBus()
        app.state.webchat = ChatSite(replace(ground, bus=bus))
        waiting = asyncio.create_task(browser.news(wait=25))
        await bus.heard.wait()
        await channel.send(key="k", account="site", address=browser.visitor, message=Outbound(text="您好"))
        bus.publish(topic(browser.visitor))
        async with asyncio.timeout(5):
            assert [message["text"] for message in await waiting] == ["您好"]

    async def test_a_waiting_browser_does_not_hold_up_a_stopping_server(self, browser: Browser, app: FastAPI) -> None:
        await browser.open()
        app.state.stopping.set()
        async with asyncio.timeout(5):
            assert await browser.news(wait=25) == []


class HeardBus(LocalBus):
    """Tells when somebody has begun to listen."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = asyncio.Event()

    @asynccontextmanager
    async def listening(self, *topics: str) -> AsyncIterator[Listener]:
        async with super().listening(*topics) as listener:
            self.heard.set()
            yield listener


class TestTyping:
    async def test_the_desk_sees_that_the_visitor_is_writing_for_a_while(
        self, browser: Browser, ground: Ground, clock: FrozenClock
    ) -> None:
        async def seen() -> bool:
            async with ground.db.reading() as session:
                return await is_visitor_typing(session, clock.now(), browser.visitor)

        await browser.open()
        assert (await browser.post("typing", {"typing": True})).status_code == 204
        assert await seen()
        await browser.post("typing", {"typing": False})
        assert not await seen()
        await browser.post("typing", {"typing": True})
        clock.advance(seconds=9)
        assert not await seen()


class TestPace:
    async def test_too_fast_is_told_how_long_to_wait_and_then_goes_on(
        self, browser: Browser, clock: FrozenClock
    ) -> None:
        await browser.open()
        for number in range(60):
            await browser.say("急", client_id=f"p{number}")
        clock.advance(seconds=20)
        refused = await browser.post("messages", {"client_id": "one-more", "text": "急"})
        assert error_of(refused) == (429, "chat_too_fast")
        assert refused.headers["retry-after"] == "40"
        assert "40 秒" in refused.json()["error"]["message"]
        assert (await browser.say("急", client_id="p59"))["duplicate"] is True
        clock.advance(seconds=40)
        assert (await browser.say("急", client_id="one-more"))["seq"] == 61

    async def test_one_visitor_does_not_slow_another(self, browser: Browser) -> None:
        await browser.open()
        for _ in range(60):
            await browser.say("急")
        browser.token = ""
        await browser.open()
        assert (await browser.say("我是同一家公司的另一个人"))["seq"] == 1
