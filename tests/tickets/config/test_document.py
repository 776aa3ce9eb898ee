"""The whole configuration as one file: out, in again, and out the same."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlmodel import select

from kit.audit import Author, latest, verify
from kit.ground import Ground
from tests.support.tickets import open_one
from tests.tickets.config.desks import documents
from tickets.config.changing import Planned, apply, plan
from tickets.config.document import DocumentError, as_data, export, read
from tickets.config.section import Hand, ItemMisfitError
from tickets.config.words import problem_words
from tickets.config.yaml_text import write
from tickets.desk.models import Category, Team
from tickets.repository import get_ticket

ZHAO = Author("赵敏", 1)


async def take_in(ground: Ground, text: str, *, prune: bool = False) -> list[Planned]:
    async with ground.db.transaction() as session:
        steps = await plan(session, await read(session, text, prune=prune), prune=prune)
        await apply(Hand(session, ground.clock.now(), ZHAO), steps)
        return steps


async def taken_out(ground: Ground) -> str:
    async with ground.db.reading() as session:
        return await export(session)


async def troubles(ground: Ground, text: str) -> list[tuple[int, str, str]]:
    async with ground.db.reading() as session:
        with pytest.raises(DocumentError) as refused:
            await read(session, text)
    return [(one.line, one.path, problem_words(one.code, one.values, "zh")) for one in refused.value.troubles]


@settings(
    max_examples=25,
    deadline=None,
    # Each example is some hundred statements: to make a failing one smaller would take minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(document=documents())
async def test_what_is_taken_out_changes_nothing_when_it_comes_back(desk: Ground, document: dict[str, Any]) -> None:
    await take_in(desk, write(document), prune=True)
    text = await taken_out(desk)
    for prune in (False, True):
        assert await take_in(desk, text, prune=prune) == []
    assert await taken_out(desk) == text
    async with desk.db.reading() as session:
        wanted = as_data(await read(session, write(document)))
        found = as_data(await read(session, text))
    # All that was asked for is there; what could not be removed from an earlier example may be there besides.
    for section, items in wanted.items():
        if isinstance(items, dict):
            assert items.items() <= found[section].items()


async def test_carrying_it_out_twice_changes_nothing_the_second_time(desk: Ground) -> None:
    text = "version: 1\nteams:\n  shanghai: {name_zh: 上海, name_en: Shanghai, return_after: 90m}\n"
    assert [step.action for step in await take_in(desk, text)] == ["create"]
    assert await take_in(desk, text) == []


async def test_every_change_is_in_the_audit(desk: Ground) -> None:
    await take_in(desk, "version: 1\nteams:\n  a: {name_zh: 甲, name_en: A}\ntags: {大客户: }\n")
    async with desk.db.reading() as session:
        entries = await latest(session)
        assert {(entry.kind, entry.key, entry.actor) for entry in entries} == {
            ("teams", "a", "赵敏"),
            ("tags", "大客户", "赵敏"),
        }
        assert await verify(session) is None


async def test_no_secret_is_in_the_file(desk: Ground) -> None:
    text = await taken_out(desk)
    assert "zhao" in text
    assert "password" not in text
    assert "argon2" not in text


class TestWhatIsWrong:
    async def test_is_told_with_its_line_and_what_to_do(self, desk: Ground) -> None:
        text = (
            "version: 1\n"
            "teams:\n"
            "  shanghai:\n"
            "    name_zh: 上海\n"
            "    name_en: Shanghai\n"
            "    regoin: 上海\n"
            "    return_after: soon\n"
            "    members: [nobody]\n"
            "categories:\n"
            "  login: {name_zh: 登录, name_en: Login, team: shangai}\n"
            "team: {}\n"
        )
        assert await troubles(desk, text) == [
            (6, "teams.shanghai.regoin", "没有“regoin”这个字段。是不是想写“region”？"),
            (7, "teams.shanghai.return_after", "“soon”不是时长。请写成 30m、4h 或 1h 30m。"),
            (8, "teams.shanghai.members.0", "人员里没有“nobody”。现有：zhao。"),
            (10, "categories.login.team", "团队里没有“shangai”。现有：shanghai。"),
            (11, "team", "没有“team”这一部分。是不是想写“teams”？"),
        ]

    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("", 1, "文件是空的"),
            ("teams: {}\n", 1, "version: 1"),
            ("version: 2\n", 1, "version: 1"),
            ("version: 1\nteams: [a]\n", 2, "名称: 值"),
            ("version: 1\nteams:\n  a: {\n", 4, "读不懂"),
            ("version: 1\nteams: &x {}\ntags: *x\n", 3, "不支持"),
            ("version: 1\ntags: {a: }\ntags: {b: }\n", 3, "写了两次"),
            ("version: 1\nteams:\n  A B: {name_zh: a, name_en: b}\n", 3, "不能当代号"),
            ("version: 1\nrota:\n  nowhere: {}\n", 3, "团队里没有"),
            ("version: 1\nteams:\n  a:\n    name_zh: 甲\n", 3, "必须填"),
            ("version: 1\nteams:\n  a: !!python/name:os.system\n", 3, "读不懂"),
            ("version: 1\n" + "a: " + "[" * 60 + "]" * 60, 2, "太深"),
        ],
    )
    async def test_never_reaches_the_database(self, desk: Ground, text: str, line: int, words: str) -> None:
        found = await troubles(desk, text)
        assert found[0][0] == line
        assert words in found[0][2]

    async def test_one_bad_item_keeps_all_the_others_out(self, desk: Ground) -> None:
        with pytest.raises(DocumentError):
            await take_in(desk, "version: 1\ntags: {a: }\nteams: {b: {name_zh: 乙}}\n")
        assert "  a:" not in await taken_out(desk)

    async def test_the_last_administrator_cannot_be_taken_away(self, desk: Ground) -> None:
        with pytest.raises(ItemMisfitError):
            await take_in(desk, "version: 1\npeople: {zhao: {name: 赵敏, role: agent}}\n")
        with pytest.raises(ItemMisfitError):
            await take_in(desk, "version: 1\n", prune=True)

    async def test_the_words_no_and_22_00_stay_words(self, desk: Ground) -> None:
        await take_in(desk, "version: 1\ntags: {no: , on: , 0123: }\nrhythm: {desk: {quiet_hours: 22:00-08:00}}\n")
        text = await taken_out(desk)
        assert await take_in(desk, text) == []
        async with desk.db.reading() as session:
            assert set((await read(session, text))["tags"]) == {"no", "on", "0123"}


class TestWhatTheFileDoesNotMention:
    async def test_stays_unless_it_is_to_be_removed(self, desk: Ground) -> None:
        await take_in(desk, "version: 1\ntags: {a: , b: }\n")
        people = "people: {zhao: {name: 赵敏, role: admin}}\n"
        assert await take_in(desk, f"version: 1\n{people}tags: {{a: }}\n") == []
        steps = await take_in(desk, f"version: 1\n{people}tags: {{a: }}\n", prune=True)
        assert [(step.section, step.key, step.action) for step in steps] == [("tags", "b", "remove")]

    async def test_is_closed_where_tickets_use_it(self, desk: Ground) -> None:
        await take_in(
            desk,
            "version: 1\nteams: {a: {name_zh: 甲, name_en: A}, b: {name_zh: 乙, name_en: B}}\n"
            "categories: {c: {name_zh: 丙, name_en: C, team: a}, d: {name_zh: 丁, name_en: D}}\n",
        )
        opened = await open_one(desk)
        async with desk.db.transaction() as session:
            category = (await session.exec(select(Category).where(Category.key == "c"))).one()
            ticket = await get_ticket(session, opened.ticket_id)
            ticket.category_id = category.id
        text = "version: 1\npeople: {zhao: {name: 赵敏, role: admin}}\n"
        await take_in(desk, text, prune=True)
        async with desk.db.reading() as session:
            categories = {row.key: row.active for row in (await session.exec(select(Category))).all()}
            teams = {row.key: row.active for row in (await session.exec(select(Team))).all()}
        assert categories == {"c": False}
        assert teams["a"] is False
        assert await take_in(desk, text, prune=True) == []
