"""The line above the composer: what the person will get, and what it costs."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from channels.console import NAVIGATION
from channels.console.endpoints import build_router
from channels.console.site import ChannelSite
from channels.context import ChannelContext
from channels.delivery import Recipient, queue
from channels.port import Notice, Outbound
from channels.registry import PLATFORMS, build_channels
from channels.sms.limits import take_one
from kit.access.identity import Role
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.console.office import person
from tests.channels.sms.provider import ALIYUN, LI, enter
from tests.support.console import Person
from tests.support.web import make_app

ROOT = Path(__file__).resolve().parents[3]
THREAD = f"sms:aliyun-应票:{LI}"


@pytest.fixture
async def context(ground: Ground, clock: FrozenClock) -> ChannelContext:
    context = ChannelContext.of(ground)
    await enter(context, clock, {**ALIYUN, "price_cents": 4.5})
    return context


@pytest.fixture
async def agent(ground: Ground, context: ChannelContext) -> AsyncIterator[Person]:
    templates = [ROOT / "channels/console/templates", ROOT / "tickets/console/templates"]
    statics = {"tickets": ROOT / "tickets/console/static", "channels": ROOT / "channels/console/static"}
    app: FastAPI = make_app(ground, build_router(), templates=templates, statics=statics, navigation=NAVIGATION)
    app.state.channel_site = ChannelSite(context=context, platforms=PLATFORMS, channels=build_channels(context))
    async for someone in person(app, ground, Role.AGENT, "wang"):
        yield someone


async def line(agent: Person, *, path: str = "window", lang: str = "zh", **query: str) -> str:
    asked = {"thread": THREAD, **query}
    address = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in asked.items())
    part = await agent.page(f"/console/channels/{path}?{address}", lang)
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", part, flags=re.DOTALL)).split())


async def test_the_composer_shows_what_will_be_sent(agent: Person) -> None:
    assert await line(agent) == (
        "对方会收到短信：【应票】您的工单〔工单号〕有新回复，请看〔查询页〕。（1 条，约 ¥0.05）"
    )
    assert (await line(agent, lang="en")).endswith("(1 message, about ¥0.05)")


async def test_it_is_filled_with_what_the_last_message_was(agent: Person, ground: Ground, clock: FrozenClock) -> None:
    values = {"number": "260001", "page": "https://desk.test/t/abcdefghjk"}
    message = Outbound(text="…", notice=Notice(kind="promised", values=values))
    to = Recipient(channel="sms", account="aliyun-应票", address=LI)
    async with ground.db.transaction() as session:
        await queue(session, clock.now(), key="staff:1", to=to, message=message)
    assert "工单260001有新回复，请看https://desk.test/t/abcdefghjk。" in await line(agent)


async def test_any_news_can_be_looked_at(agent: Person) -> None:
    assert "会在〔时间〕前答复" in await line(agent, path="sms/preview", kind="promised")
    assert "有新消息" in await line(agent, path="sms/preview", kind="nonsense")


async def test_longer_texts_are_counted(agent: Person, context: ChannelContext, clock: FrozenClock) -> None:
    long = [{"kind": "replied", "code": "SMS_1", "text": "字" * 140}]
    await enter(context, clock, {**ALIYUN, "sign_name": "长签名", "templates": long})
    assert "（3 条，约 ¥0.14）" in await line(agent, thread=f"sms:aliyun-长签名:{LI}")


async def test_it_says_why_nothing_can_be_sent(agent: Person, context: ChannelContext, clock: FrozenClock) -> None:
    await enter(context, clock, {**ALIYUN, "sign_name": "空签名", "templates": []})
    said = await line(agent, thread=f"sms:aliyun-空签名:{LI}")
    assert said.startswith("短信发不出：没有审核通过的短信模板可用（客服回复）。")


async def test_it_says_when_the_days_share_is_used_up(agent: Person, ground: Ground, clock: FrozenClock) -> None:
    async with ground.db.transaction() as session:
        for _ in range(50):
            assert await take_one(session, clock.now(), "aliyun-应票", LI, most=50)
    assert (await line(agent)).startswith("短信发不出：这个号码今天已经发了 50 条短信。")


async def test_other_threads_have_none(agent: Person) -> None:
    for thread in ("webchat:web:1", "sms:nobody:+86138", "nonsense", ""):
        assert await line(agent, path="sms/preview", thread=thread) == ""
