"""The page of what was not answered."""

from typing import Any

from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.gaps.models import Gap, Remedy
from tests.knowledge.console.editor import HOME
from tests.support.console import HTMX, Person


async def _gap(ground: Ground, **fields: Any) -> int:
    values = {
        "centre": b"",
        "model": "words",
        "created_at": ground.clock.now(),
        "newest_at": ground.clock.now(),
        "score": 5.0,
        "people": 7,
        "asked": 9,
        "unhelped": 8,
        "weeks": [0, 0, 0, 0, 1, 2, 3, 4],
        "examples": [{"text": "差额征税怎么开", "locale": "zh"}, {"text": "差额票入口在哪", "locale": "zh"}],
        "remedy": Remedy.ARTICLE,
        "reason": {"near": "fix-login", "second": "", "percent": 40, "rejected": 0, "second_percent": 0},
        **fields,
    }
    async with ground.db.transaction() as session:
        gap = Gap(**values)
        session.add(gap)
        await session.flush()
        return gap.id


class TestThePage:
    async def test_says_who_asks_what_and_what_would_help(self, zhou: Person, ground: Ground) -> None:
        await _gap(ground)
        page = await zhou.page(f"{HOME}/gaps")
        assert "差额征税怎么开" in page
        assert "7 人" in page
        assert "建议写一篇新文章" in page
        assert "近八周每周人数：0, 0, 0, 0, 1, 2, 3, 4" in page

    async def test_the_worst_comes_first(self, zhou: Person, ground: Ground) -> None:
        await _gap(ground, score=1.0, examples=[{"text": "小事", "locale": "zh"}])
        await _gap(ground, score=9.0, examples=[{"text": "大事", "locale": "zh"}])
        page = await zhou.page(f"{HOME}/gaps")
        assert page.index("大事") < page.index("小事")

    async def test_what_people_typed_is_text(self, zhou: Person, ground: Ground) -> None:
        await _gap(ground, examples=[{"text": "<b>x</b>", "locale": "zh"}])
        assert "<b>x</b>" not in await zhou.page(f"{HOME}/gaps")

    async def test_one_press_begins_a_draft(self, zhou: Person, ground: Ground) -> None:
        gap_id = await _gap(ground)
        answer = await zhou.client.post(f"{HOME}/gaps/{gap_id}/draft")
        assert answer.status_code == 303, answer.text
        assert "差额征税怎么开" in await zhou.page(answer.headers["location"])
        assert "差额征税怎么开" in await zhou.page(f"{HOME}/gaps?show=drafted")

    async def test_is_set_aside_by_a_supervisor_for_a_reason(
        self, zhou: Person, mei: Person, ground: Ground, clock: FrozenClock
    ) -> None:
        gap_id = await _gap(ground)
        way = f"{HOME}/gaps/{gap_id}/aside"
        assert (await zhou.client.post(way, data={"reason": "x"}, headers=HTMX)).status_code == 403
        assert (await mei.client.post(way, data={"reason": " "}, headers=HTMX)).status_code == 422
        assert (await mei.client.post(way, data={"reason": "税务局的事"}, headers=HTMX)).status_code == 200
        assert "差额征税怎么开" not in await zhou.page(f"{HOME}/gaps")
        assert "梅兰 搁置：税务局的事" in await mei.page(f"{HOME}/gaps?show=aside")
        await mei.client.post(f"{HOME}/gaps/{gap_id}/back")
        assert "差额征税怎么开" in await zhou.page(f"{HOME}/gaps")

    async def test_one_that_is_gone_is_said_to_be(self, zhou: Person) -> None:
        answer = await zhou.client.post(f"{HOME}/gaps/999/draft", headers=HTMX)
        assert answer.status_code == 404
        assert "不在了" in answer.text
