import httpx
from fastapi import FastAPI

from kit.audit import history
from kit.ground import Ground
from knowledge.library import Library
from knowledge.search.calibration import PLAIN_LEXICAL
from knowledge.tuning.calibrations import in_force, propose_calibration
from knowledge.tuning.synonyms import list_synonyms
from tests.knowledge.console.editor import HOME
from tests.knowledge.test_library import LOGIN, PRINT, put
from tests.support.console import HTMX, Person

WORDS = f"{HOME}/words"
FIGURES = {"right_first": 0.9, "answered": 0.5, "precision": 0.97, "abstained": 0.8}


async def keep(person: Person, word: str, variants: str, locale: str = "zh") -> httpx.Response:
    form = {"locale": locale, "word": word, "variants": variants}
    return await person.client.post(WORDS, data=form, headers=HTMX)


async def pairs(ground: Ground) -> list[tuple[str, str]]:
    async with ground.db.reading() as session:
        return [(row.word, row.variant) for row in await list_synonyms(session)]


class TestGroups:
    async def test_a_group_is_added_changed_and_removed(self, mei: Person, ground: Ground) -> None:
        assert (await keep(mei, "打印", "小方块、出纸\n吐票")).status_code == 200
        assert await pairs(ground) == [("打印", "出纸"), ("打印", "吐票"), ("打印", "小方块")]
        page = await mei.page(WORDS)
        assert "<strong>打印</strong> ← 出纸、吐票、小方块" in page
        assert (await keep(mei, "打印", "小方块, 吐纸")).status_code == 200
        assert await pairs(ground) == [("打印", "吐纸"), ("打印", "小方块")]
        assert (await keep(mei, "打印", "")).status_code == 200
        assert await pairs(ground) == []
        async with ground.db.reading() as session:
            told = await history(session, "search_synonym", "zh:打印")
        assert len(told) == 3
        assert {entry.actor for entry in told} == {"梅兰"}

    async def test_a_word_of_another_group_changes_nothing_at_all(self, mei: Person, ground: Ground) -> None:
        await keep(mei, "打印", "小方块")
        assert (await keep(mei, "登录", "进门，小方块")).status_code == 409
        assert await pairs(ground) == [("打印", "小方块")]

    async def test_an_editor_looks_but_does_not_touch(self, zhou: Person, mei: Person, ground: Ground) -> None:
        await keep(mei, "打印", "小方块")
        page = await zhou.page(WORDS)
        assert "小方块" in page
        assert 'name="variants"' not in page
        assert (await keep(zhou, "打印", "别的")).status_code == 403
        assert await pairs(ground) == [("打印", "小方块")]

    async def test_a_word_is_found_in_what_is_ours_and_in_what_is_shipped(self, mei: Person) -> None:
        await keep(mei, "打印", "小方块")
        page = await mei.page(f"{WORDS}?q=小方块")
        assert "<strong>打印</strong>" in page
        assert "咋办" not in page
        assert "<strong>怎么办</strong>" in await mei.page(f"{WORDS}?q=咋办")


class TestTrying:
    async def test_it_says_what_would_be_done_and_why(self, app: FastAPI, mei: Person, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        library: Library = app.state.library
        await library.refresh()
        await keep(mei, "打印", "小方块")
        await library.refresh()
        page = await mei.page(f"{WORDS}/try?question=小方块偏了缺一块")
        assert "原话</dt><dd><code>小方块偏了缺一块" in page
        assert "词后</dt><dd><code>打印" in page
        assert page.index("/help/fix-print") < page.index("最接近的问法")
        assert "同义词 <mark>打印" in page

    async def test_before_there_is_an_index_it_says_so(self, mei: Person) -> None:
        assert "搜索还没准备好" in await mei.page(f"{WORDS}/try?question=打印")


class TestFits:
    async def propose(self, ground: Ground, encoder: str = "") -> int:
        figures = {"before": FIGURES, "after": {**FIGURES, "answered": 0.62}, "trials": 400, "judged": 60}
        async with ground.db.transaction() as session:
            now = ground.clock.now()
            row = await propose_calibration(session, now, PLAIN_LEXICAL, encoder=encoder, figures=figures, by="wang")
            return row.id

    async def counting(self, ground: Ground) -> int | None:
        async with ground.db.reading() as session:
            return await in_force(session, "")

    async def test_before_and_after_stand_side_by_side_until_one_is_accepted(self, mei: Person, ground: Ground) -> None:
        fit = await self.propose(ground)
        page = await mei.page(f"{HOME}/fits")
        for text in ("50.0%", "62.0%", "+12.0", "400 个试题，其中 60 个", "待决定"):
            assert text in page
        assert await self.counting(ground) is None
        assert (await mei.client.post(f"{HOME}/fits/{fit}/accept", headers=HTMX)).status_code == 200
        assert await self.counting(ground) == fit
        assert "正在使用" in await mei.page(f"{HOME}/fits")
        assert (await mei.client.post(f"{HOME}/fits/{fit}/refuse", headers=HTMX)).status_code == 409

    async def test_one_that_is_refused_says_by_whom(self, mei: Person, ground: Ground) -> None:
        fit = await self.propose(ground)
        for _ in range(2):
            assert (await mei.client.post(f"{HOME}/fits/{fit}/refuse", headers=HTMX)).status_code == 200
        assert "梅兰 不采用" in await mei.page(f"{HOME}/fits")
        assert await self.counting(ground) is None

    async def test_one_for_another_encoder_has_no_button(self, mei: Person, ground: Ground) -> None:
        fit = await self.propose(ground, encoder="e5")
        assert f"{fit}/accept" not in await mei.page(f"{HOME}/fits")
        assert (await mei.client.post(f"{HOME}/fits/{fit}/accept", headers=HTMX)).status_code == 404
