"""Rows with something wrong: each cell has its reason, which says how to mend it."""

import pytest

from kit.i18n import LOCALES, catalogue
from kit.sheets import Cell
from tests.support.records import Office, line


class TestProblems:
    @pytest.mark.parametrize(
        ("changes", "column", "key"),
        [
            ({"发生时间": None}, "occurred_at", "missing_moment"),
            ({"发生时间": "去年"}, "occurred_at", "date_bad"),
            ({"发生时间": "03/04/2026"}, "occurred_at", "date_ambiguous"),
            (
                {"发生时间": "2027-01-01", "首次回复时间": None, "解决时间": None, "满意度": None},
                "occurred_at",
                "date_future",
            ),
            ({"首次回复时间": "2026-11-03 09:00"}, "first_replied_at", "before_opened"),
            ({"解决时间": "2026-11-02"}, "resolved_at", "before_opened"),
            ({"解决时间": "2026-11-03 09:35"}, "resolved_at", "before_replied"),
            ({"类别": "登陆"}, "category", "unknown_near"),
            ({"类别": "天气预报"}, "category", "unknown"),
            ({"渠道": "口信鸽"}, "channel", "unknown"),
            ({"处理人": "王方"}, "handled_by", "unknown_near"),
            ({"电话": "12"}, "phone", "phone"),
            ({"电话": 1.3800138000123457e18}, "phone", "cut"),
            ({"税号": 9.1350100000100004e17}, "tax_id", "cut"),
            ({"税号": "91350100M000100Y4X"}, "tax_id", "tax_id"),
            ({"满意度": "好极了"}, "satisfaction", "score"),
            ({"满意度": 9}, "satisfaction", "score"),
            ({"解决时间": None}, "satisfaction", "score_open"),
            ({"标题": None, "问题描述": None}, "description", "missing_matter"),
            ({"标题": "长" * 201}, "subject", "too_long"),
        ],
    )
    @pytest.mark.parametrize("name", ["台账.csv", "台账.xlsx"])
    async def test_each_has_its_cell_and_reason(
        self, office: Office, changes: dict[str, Cell], column: str, key: str, name: str
    ) -> None:
        if name.endswith("csv") and key == "cut":
            changes = {header: f"{value:.5E}" for header, value in changes.items()}
        batch = await office.reads(line(**changes), name=name)
        assert await office.problems(batch) == [(2, column, key)]
        [row] = await office.rows(batch)
        [problem] = row.problems
        for locale in LOCALES:
            assert catalogue().translate(f"entry.problem.{key}", locale, **problem["values"])
        assert batch.mapping[problem["place"]] == column

    async def test_the_nearest_name_is_suggested(self, office: Office) -> None:
        [row] = await office.rows(await office.reads(line(类别="登陆")))
        assert row.problems[0]["values"]["near"] == "登录"

    @pytest.mark.parametrize("score", [4, "4", "4分", "4/5", "满意"])
    async def test_scores_are_understood(self, office: Office, score: Cell) -> None:
        [row] = await office.rows(await office.reads(line(满意度=score)))
        assert row.values["satisfaction"] == 4

    async def test_a_day_without_a_time_is_not_before_its_own_morning(self, office: Office) -> None:
        batch = await office.reads(line(首次回复时间=None, 解决时间="2026-11-03"))
        assert batch.broken == 0
        [row] = await office.rows(batch)
        assert row.values["resolved_at"] == row.values["occurred_at"]


class TestTwice:
    async def test_within_the_file(self, office: Office) -> None:
        batch = await office.reads(line(), line(), line(原编号="A-1"), line(原编号="A-1", 标题="别的"))
        assert await office.problems(batch) == [
            (3, "occurred_at", "twice_in_file"),
            (5, "reference", "twice_in_file"),
        ]

    async def test_what_is_here_already_is_named_by_its_number(self, office: Office) -> None:
        await office.enters(await office.reads(line(原编号="A-1")))
        number = (await office.ticket()).number
        batch = await office.reads(line(原编号="A-1", 标题="别的", 问题描述="别的"), line(), line(原编号=number))
        assert [key for _, _, key in await office.problems(batch)] == [
            "known_reference",
            "known_ticket",
            "known_reference",
            "known_ticket",
        ]
        assert {row.problems[0]["values"]["number"] for row in await office.rows(batch)} == {number}

    async def test_somebody_known_by_the_same_number_is_only_a_hint(self, office: Office) -> None:
        await office.enters(await office.reads(line()))
        batch = await office.reads(line(渠道="窗口", 姓名="李四", 标题="打印不了", 问题描述="打印不了"))
        assert batch.broken == 0
        [row] = await office.rows(batch)
        assert [one["key"] for one in row.hints] == ["maybe_known"]
        assert row.hints[0]["values"] == {"name": "张三"}


class TestMapping:
    async def test_it_is_changed_and_remembered(self, office: Office) -> None:
        odd = ("几时", "啥事")
        row = ["2026-11-03 09:30", "登录不了"]
        batch = await office.reads(row, headers=odd)
        assert batch.broken == 1
        await office.reader.map_anew(batch.id, ["occurred_at", "description"])
        mended = await office.batch(batch.id)
        assert (mended.broken, mended.mapping) == (0, ["occurred_at", "description"])
        assert (await office.reads(row, headers=odd)).mapping == ["occurred_at", "description"]
