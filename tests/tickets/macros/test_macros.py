"""Macros on a ticket: everything that can be done is done, and what cannot says why."""

from typing import Any

import pytest
from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from bot.defaults import install_defaults
from kit.access.identity import Role
from kit.errors import AppError
from kit.ground import Ground
from tests.support.tickets import WANG, Opened, kinds_of, messages_of, open_one, ticket_now
from tests.support.web import add_staff
from tickets.desk.models import Category, Team, TeamMember
from tickets.macros.checklists import open_steps, steps_of, tick
from tickets.macros.models import CannedReply, Macro
from tickets.macros.running import Outcome, Run, run_macro
from tickets.macros.service import (
    all_canned,
    all_macros,
    create_canned,
    create_macro,
    delete_macro,
    search_canned,
    update_macro,
    usable_macros,
    use_canned,
)
from tickets.macros.variables import values_of
from tickets.repository import get_ticket
from tickets.rhythm import rhythm_of


async def make(ground: Ground, *actions: dict[str, Any], **fields: Any) -> Macro:
    async with ground.db.transaction() as session:
        return await create_macro(session, {"key": "m", "name_zh": "宏", "actions": list(actions), **fields})


async def run(ground: Ground, opened: Opened, macro: Macro, *, seen: int | None = None) -> list[Outcome]:
    async with ground.db.transaction() as session:
        ticket = await get_ticket(session, opened.ticket_id)
        now = ground.clock.now()
        words = await values_of(session, now, ticket, staff=WANG, base_url="http://desk.test", zone="Asia/Shanghai")
        now, rhythm = ground.clock.now(), rhythm_of(ground.settings)
        whole = Run(session=session, now=now, staff=WANG, rhythm=rhythm, words=words)
        return await run_macro(whole, macro, ticket.id, seen=seen or ticket.version)


class TestRunning:
    async def test_several_things_at_a_stroke(self, ground: Ground) -> None:
        opened = await open_one(ground, person={"name": "张三"})
        macro = await make(
            ground,
            {"do": "reply", "text_zh": "{customer_name}您好，{number}正在处理。", "text_en": ""},
            {"do": "tags", "add": ["平台故障"]},
            {"do": "priority", "to": 1},
            {"do": "note", "text": "已电话确认"},
            {"do": "stage", "to": "waiting"},
        )
        outcomes = await run(ground, opened, macro)
        assert [outcome.done for outcome in outcomes] == [True] * 5
        ticket = await ticket_now(ground, opened.ticket_id)
        assert (ticket.tags, ticket.priority, ticket.stage) == (["平台故障"], 1, "waiting")
        texts = [message.text for message in await messages_of(ground, opened.conversation_id)]
        assert texts[1:] == [f"张三您好，{ticket.number}正在处理。", "已电话确认"]
        assert (await kinds_of(ground, opened.ticket_id))[-1] == "macro"

    async def test_what_is_refused_says_why_and_leaves_the_others_alone(self, ground: Ground) -> None:
        opened = await open_one(ground)
        macro = await make(
            ground,
            {"do": "team", "to": "nowhere"},
            {"do": "resolve", "text_zh": "好了", "text_en": ""},
            {"do": "stage", "to": "waiting"},
            {"do": "tags", "add": ["完"]},
        )
        outcomes = await run(ground, opened, macro)
        codes = [outcome.refusal.code if outcome.refusal else "" for outcome in outcomes]
        assert codes == ["macro_team_unknown", "", "move_not_allowed", ""]
        ticket = await ticket_now(ground, opened.ticket_id)
        assert (ticket.stage, ticket.tags) == ("confirming", ["完"])

    async def test_nothing_is_done_to_what_somebody_changed_meanwhile(self, ground: Ground) -> None:
        opened = await open_one(ground)
        macro = await make(ground, {"do": "tags", "add": ["一"]})
        await run(ground, opened, macro)
        with pytest.raises(AppError) as refused:
            await run(ground, opened, macro, seen=1)
        assert refused.value.code == "ticket_changed"

    async def test_an_english_customer_is_answered_in_english(self, ground: Ground) -> None:
        opened = await open_one(ground)
        async with ground.db.transaction() as session:
            (await get_ticket(session, opened.ticket_id)).locale = "en"
        await run(ground, opened, await make(ground, {"do": "reply", "text_zh": "好", "text_en": "Fine"}))
        assert (await messages_of(ground, opened.conversation_id))[-1].text == "Fine"


class TestKeeping:
    @pytest.mark.parametrize(
        "action",
        [
            {"do": "dance"},
            {"do": "reply", "text_zh": " "},
            {"do": "stage", "to": "solved"},
            {"do": "priority", "to": 9},
            {"do": "snooze", "hours": 0},
            {"do": "tags", "add": []},
            {"do": "assign"},
        ],
    )
    async def test_what_cannot_run_is_not_kept(self, ground: Ground, action: dict[str, Any]) -> None:
        with pytest.raises(AppError) as refused:
            await make(ground, {"do": "note", "text": "x"}, action)
        assert refused.value.code == "macro_action_invalid"
        assert refused.value.values["place"] == 2

    async def test_a_key_is_given_once_and_a_macro_is_changed_and_deleted(self, ground: Ground) -> None:
        macro = await make(ground, {"do": "note", "text": "x"})
        with pytest.raises(AppError) as refused:
            await make(ground, {"do": "note", "text": "x"})
        assert refused.value.code == "macro_key_taken"
        async with ground.db.transaction() as session:
            await update_macro(session, macro.id, {"name_zh": "新名"})
            assert [one.name_zh for one in await usable_macros(session, 1)] == ["新名"]
            await delete_macro(session, macro.id)
            assert await usable_macros(session, 1) == []

    async def test_ones_own_and_ones_teams(self, ground: Ground) -> None:
        mine, other = await add_staff(ground, role=Role.AGENT), await add_staff(ground, role=Role.SUPERVISOR)
        async with ground.db.transaction() as session:
            team = Team(key="t", name_zh="组", name_en="Team")
            session.add(team)
            await session.flush()
            session.add(TeamMember(team_id=team.id, staff_id=mine.id or 0))
        note = {"do": "note", "text": "x"}
        await make(ground, note, key="own", scope="own", staff_id=mine.id)
        await make(ground, note, key="team", scope="team", team_id=team.id)
        async with ground.db.reading() as session:
            assert [one.key for one in await usable_macros(session, mine.id or 0)] == ["own", "team"]
            assert await usable_macros(session, other.id or 0) == []


class TestCanned:
    async def test_it_is_found_by_shortcut_pinyin_and_words_the_used_first(self, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            for shortcut, title in (("wait", "请稍候"), ("retry", "请重试一次"), ("done", "已经修复")):
                await create_canned(session, {"shortcut": shortcut, "title_zh": title, "body_zh": f"{title}，谢谢"})

        async def found(query: str, category: int | None = None) -> list[str]:
            async with ground.db.reading() as session:
                return [one.shortcut for one in await search_canned(session, 1, query, category_id=category)]

        assert await found("wai") == ["wait"]
        assert await found("qsh") == ["wait"]
        assert await found("qingchongshi") == ["retry"]
        assert await found("修复") == ["done"]
        assert await found("xxx") == []
        async with ground.db.transaction() as session:
            retry = (await session.exec(select(CannedReply).where(col(CannedReply.shortcut) == "retry"))).one()
            await use_canned(session, retry.id, 1)
        assert await found("q") == ["retry", "wait"]

    async def test_a_shortcut_is_a_word(self, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            with pytest.raises(AppError) as refused:
                await create_canned(session, {"shortcut": "请等", "title_zh": "请", "body_zh": "请"})
        assert refused.value.code == "canned_shortcut_invalid"


class TestChecklist:
    async def test_steps_are_ticked_and_unticked(self, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            category = Category(key="login", name_zh="登录", name_en="Login")
            category.checklist_zh, category.checklist_en = "问税号\n\n看日志\n", "Ask the tax ID\nRead the log"
            session.add(category)
        opened = await open_one(ground, category="login")
        async with ground.db.transaction() as session:
            ticket = await get_ticket(session, opened.ticket_id)
            assert [step.text for step in await steps_of(session, ticket, "en")] == ["Ask the tax ID", "Read the log"]
            now = ground.clock.now()
            for _ in range(2):
                await tick(session, now, ticket, step="看日志", done=True, staff=WANG)
            assert [step.name for step in await open_steps(session, ticket, "zh")] == ["问税号"]
            await tick(session, now, ticket, step="看日志", done=False, staff=WANG)
            assert len(await open_steps(session, ticket, "zh")) == 2
            with pytest.raises(AppError):
                await tick(session, now, ticket, step="喝茶", done=True, staff=WANG)
        assert (await kinds_of(ground, opened.ticket_id)).count("checked") == 2


class TestWhatANewDeskHas:
    async def test_every_text_is_there_in_both_languages_and_every_macro_runs(self, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            await install_defaults(session)
            await install_defaults(session)
        async with ground.db.reading() as session:
            canned, macros = await all_canned(session), await all_macros(session)
        assert (len(canned), len(macros)) == (10, 3)
        assert all(one.title_en and one.body_en and one.title_zh and one.body_zh for one in canned)
        for macro in macros:
            opened = await open_one(ground, who=macro.key, person={"name": "张三"})
            assert [outcome.refusal for outcome in await run(ground, opened, macro) if not outcome.done] == []
