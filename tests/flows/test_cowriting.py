"""A draft and a summary for staff, by a language model: offered only where it is on, never sent by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.app import create_app
from kit.clock import FrozenClock
from knowledge.llm.counting import ALL, counts_since
from knowledge.llm.simulated import Behaviour, SimulatedModel, simulated_model
from tests.support.desk import Desk, make_desk
from tests.support.ground import open_ground
from tests.support.tickets import messages_of, open_one
from tests.support.web import add_staff, open_client, sign_in_client
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, get_conversation, post

QUESTION = "离线发票一直上传不了怎么办，我叫李伟，电话13800138000"
USES = ["draft", "summary"]


@pytest.fixture
async def service() -> AsyncIterator[SimulatedModel]:
    async with simulated_model() as served:
        yield served


@pytest.fixture
async def helped(tmp_path: Path, clock: FrozenClock, database_url: str, service: SimulatedModel) -> AsyncIterator[Desk]:
    chosen = {"llm_url": service.url, "llm_model": "some-model", "llm_uses": USES, "llm_staff_s": 1.5}
    async with open_ground(tmp_path, clock=clock, url=database_url, **chosen) as ground:
        yield await make_desk(ground, clock)


@asynccontextmanager
async def at(desk: Desk, *, lang: str = "zh") -> AsyncIterator[httpx.AsyncClient]:
    """An agent's browser."""
    await add_staff(desk.ground, login="xu", name="徐敏")
    async with open_client(create_app(desk.runtime)) as client:
        await sign_in_client(client, desk.ground, login="xu")
        client.cookies.set("yp_lang", lang)
        yield client


async def prepared(client: httpx.AsyncClient, ticket_id: int, use: str) -> dict[str, Any]:
    answer = await client.post(f"/console/tickets/{ticket_id}/prepared/{use}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def say(desk: Desk, conversation_id: int, text: str, **more: Any) -> None:
    async with desk.ground.db.transaction() as session:
        conversation = await get_conversation(session, conversation_id)
        await post(session, desk.clock.now(), conversation, NewMessage(text=text, author=Author.STAFF, **more))


async def figures(desk: Desk, use: str) -> dict[str, int]:
    async with desk.ground.db.reading() as session:
        rows = await counts_since(session, desk.clock.now().date() - timedelta(days=2))
    return {row.what: row.count for row in rows if row.use == use}


async def test_switched_off_the_page_has_nothing_of_it(desk: Desk) -> None:
    opened = await open_one(desk.ground, QUESTION)
    async with at(desk) as client:
        page = (await client.get(f"/console/tickets/{opened.ticket_id}")).text
        assert 'id="composer"' in page
        assert not [word for word in ("prepare", "起草回复", "总结") if word in page]
        for use in USES:
            assert (await client.post(f"/console/tickets/{opened.ticket_id}/prepared/{use}")).status_code == 404


async def test_only_what_it_may_be_used_for_is_offered(
    tmp_path: Path, clock: FrozenClock, database_url: str, service: SimulatedModel
) -> None:
    chosen = {"llm_url": service.url, "llm_model": "some-model", "llm_uses": ["summary"]}
    async with open_ground(tmp_path, clock=clock, url=database_url, **chosen) as ground:
        desk = await make_desk(ground, clock)
        assert "wording" not in {runner.queue for runner in desk.runtime.runners}
        opened = await open_one(ground, QUESTION)
        async with at(desk, lang="en") as client:
            page = (await client.get(f"/console/tickets/{opened.ticket_id}")).text
            assert "Summarise" in page
            assert "Draft a reply" not in page
            assert (await client.post(f"/console/tickets/{opened.ticket_id}/prepared/draft")).status_code == 404


class TestDraft:
    async def test_it_is_from_the_nearest_article_and_nothing_is_said_to_the_customer(
        self, helped: Desk, service: SimulatedModel
    ) -> None:
        article = helped.runtime.library.article("fix-offline-not-uploaded", "zh")
        service.writes = f"⟦NAME_1⟧，{article.steps[0].rstrip('。')}[2]。我们保证赔偿您[2]。"
        opened = await open_one(helped.ground, QUESTION, person={"name": "李伟"})
        before = await messages_of(helped.ground, opened.conversation_id)
        async with at(helped) as client:
            assert "起草回复" in (await client.get(f"/console/tickets/{opened.ticket_id}")).text
            told = await prepared(client, opened.ticket_id, "draft")
        assert told["text"] == f"李伟，{article.steps[0].rstrip('。')}。"
        assert "草稿" in told["notice"]
        assert await messages_of(helped.ground, opened.conversation_id) == before
        assert await helped.deliveries() == []
        assert await figures(helped, "draft") == {"asked": 1, "worded": 1, "dropped": 1}
        assert (await figures(helped, ALL))["tokens"] == service.tokens

    async def test_who_the_customer_is_does_not_leave(self, helped: Desk, service: SimulatedModel) -> None:
        opened = await open_one(helped.ground, f"{QUESTION}，小灯泡公司的", person={"company": "小灯泡公司"})
        async with at(helped) as client:
            await prepared(client, opened.ticket_id, "draft")
        sent = service.seen.decode() + service.seen.decode("unicode_escape")
        assert service.asked == 1
        assert not [one for one in ("李伟", "13800138000", "小灯泡") if one in sent]

    @pytest.mark.parametrize(
        "behaviour", [Behaviour.BROKEN, Behaviour.BUSY, Behaviour.CUT, Behaviour.MALFORMED, Behaviour.HUGE]
    )
    @pytest.mark.parametrize(("lang", "line"), [("zh", "这次没写成"), ("en", "That did not work")])
    async def test_failing_it_says_so_in_a_line(
        self, helped: Desk, service: SimulatedModel, behaviour: Behaviour, lang: str, line: str
    ) -> None:
        service.behaviour = behaviour
        opened = await open_one(helped.ground, QUESTION)
        async with at(helped, lang=lang) as client:
            told = await prepared(client, opened.ticket_id, "draft")
        assert told["text"] == ""
        assert line in told["notice"]
        assert (await figures(helped, "draft"))["asked"] == 1

    async def test_what_no_article_says_is_no_draft(self, helped: Desk, service: SimulatedModel) -> None:
        service.writes = "今天天气很好，适合出去走走[1]。"
        opened = await open_one(helped.ground, QUESTION)
        async with at(helped) as client:
            assert (await prepared(client, opened.ticket_id, "draft"))["text"] == ""
        assert (await figures(helped, "draft"))["unsupported"] == 1


class TestSummary:
    async def test_it_tells_what_was_said_and_by_whom(self, helped: Desk, service: SimulatedModel) -> None:
        opened = await open_one(helped.ground, "离线发票上传不了，电话13800138000")
        await say(helped, opened.conversation_id, "请先重启开票软件")
        await say(helped, opened.conversation_id, "这位客户很难缠", internal=True)
        service.writes = (
            "客户的离线发票上传不了，电话⟦PHONE_1⟧[1]。客服请客户先重启开票软件[1,2]。"
            "客服的离线发票上传不了[1]。客户已经重启了三次开票软件[2]。离线发票上传好了[1]。"
        )
        async with at(helped) as client:
            assert "总结" in (await client.get(f"/console/tickets/{opened.ticket_id}")).text
            told = await prepared(client, opened.ticket_id, "summary")
        assert told["text"] == "客户的离线发票上传不了，电话13800138000。客服请客户先重启开票软件。"
        sent = service.seen.decode() + service.seen.decode("unicode_escape")
        assert not [one for one in ("13800138000", "难缠") if one in sent]
        assert (await figures(helped, "summary"))["dropped"] == 3

    async def test_late_it_is_given_up(
        self, tmp_path: Path, clock: FrozenClock, database_url: str, service: SimulatedModel
    ) -> None:
        service.behaviour = Behaviour.SLOW_FIRST_BYTE
        chosen = {"llm_url": service.url, "llm_model": "some-model", "llm_uses": USES, "llm_staff_s": 0.15}
        async with open_ground(tmp_path, clock=clock, url=database_url, **chosen) as ground:
            desk = await make_desk(ground, clock)
            opened = await open_one(ground, QUESTION)
            async with at(desk) as client:
                assert (await prepared(client, opened.ticket_id, "summary"))["text"] == ""
            assert await figures(desk, "summary") == {"asked": 1, "late": 1}
