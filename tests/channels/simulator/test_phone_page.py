"""The phone without a browser: what the command makes of the product's database, and what the page is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlmodel import select

import bot.schema  # noqa: F401 - the tables.
from bot.simulating import Simulation, simulated
from channels.accounts.models import ChannelAccount
from kit.ground import Ground
from kit.secretbox import SecretBox

OURS = {"x-phone": "1"}
CHANNELS = ["wechat", "wecom", "telegram"]


@asynccontextmanager
async def page(ground: Ground, channel: str) -> AsyncIterator[httpx.AsyncClient]:
    """The page of a running simulator; the product behind it is not there."""
    simulation = Simulation(channel=channel, port=8091, product_url="http://127.0.0.1:9")
    async with simulated(ground, simulation) as app, app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8091") as client:
            yield client


async def accounts(ground: Ground) -> list[ChannelAccount]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(ChannelAccount))).all())


@pytest.mark.parametrize("channel", CHANNELS)
class TestAccount:
    async def test_it_is_entered_once_and_paused_while_nobody_simulates(self, ground: Ground, channel: str) -> None:
        async with page(ground, channel):
            (first,) = await accounts(ground)
            assert (first.channel, first.paused) == (channel, False)
            assert first.settings["api_url"] == "http://127.0.0.1:8091"
        assert [account.paused for account in await accounts(ground)] == [True]
        async with page(ground, channel):
            (again,) = await accounts(ground)
        box = SecretBox.of(ground.settings)
        assert (again.id, again.paused) == (first.id, False)
        assert box.open(again.secrets) == box.open(first.secrets)


@pytest.mark.parametrize("channel", CHANNELS)
class TestPage:
    async def test_it_is_there_in_both_languages(self, ground: Ground, channel: str) -> None:
        async with page(ground, channel) as client:
            texts = [(await client.get("/", params={"lang": lang})).text for lang in ("zh", "en")]
            assert 'lang="zh-CN"' in texts[0]
            assert 'lang="en"' in texts[1]
            assert "phone.js" in texts[0]

    async def test_what_nobody_on_this_page_asked_for_is_refused(self, ground: Ground, channel: str) -> None:
        async with page(ground, channel) as client:
            said = {"person": "小李", "do": "say", "text": "您好"}
            assert (await client.post("/phone/do", json=said)).status_code == 403
            assert (await client.post("/phone/send", params={"kind": "image"})).status_code == 403
            elsewhere = await client.get("/", headers={"host": "evil.example"})
            assert elsewhere.status_code == 400
            assert (await state(client))["entries"] == []

    @pytest.mark.parametrize(
        ("asked", "status"),
        [
            ({"do": "say", "text": " "}, 422),
            ({"do": "meet", "text": ""}, 422),
            ({"do": "fly"}, 409),
            ({"do": "press", "entry": "none", "text": "好"}, 409),
        ],
        ids=str,
    )
    async def test_what_cannot_be_done_is_refused(
        self, ground: Ground, channel: str, asked: dict[str, str], status: int
    ) -> None:
        async with page(ground, channel) as client:
            assert (await client.post("/phone/do", json=asked, headers=OURS)).status_code == status

    async def test_the_state_is_given_once(self, ground: Ground, channel: str) -> None:
        async with page(ground, channel) as client:
            version = (await state(client))["version"]
            assert (await client.get("/phone/state", params={"version": version})).status_code == 204


async def state(client: httpx.AsyncClient) -> dict[str, Any]:
    seen: dict[str, Any] = (await client.get("/phone/state", params={"lang": "zh"})).json()
    return seen
