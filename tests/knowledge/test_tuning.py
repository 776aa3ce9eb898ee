from datetime import timedelta

import pytest

from kit.ground import Ground
from knowledge.answers import log_answer, mark_helped
from knowledge.calibrate import propose_fit, report_fit
from knowledge.library import Library
from knowledge.search.calibration import PLAIN_LEXICAL, Calibration, Outcome
from knowledge.search.fitting import FEWEST_JUDGED
from knowledge.tuning.calibrations import accept_calibration, current_calibration, propose_calibration
from knowledge.tuning.errors import (
    CalibrationNotFoundError,
    SynonymTakenError,
    SynonymUselessError,
    TooLittleToFitError,
)
from knowledge.tuning.synonyms import add_synonym, list_synonyms, remove_synonym
from tests.knowledge.test_library import LOGIN, PRINT, put


async def teach(ground: Ground, word: str, variant: str) -> int:
    async with ground.db.transaction() as session:
        row = await add_synonym(session, ground.clock.now(), locale="zh", word=word, variant=variant, author="wang")
        return row.id


class TestSynonyms:
    async def test_a_word_of_the_house_is_understood_after_the_next_refresh_and_forgotten_when_removed(
        self, ground: Ground
    ) -> None:
        await put(ground, LOGIN, PRINT)
        library = Library(ground.db, ground.clock, None)
        await library.refresh()
        untaught = library.search("小方块偏了缺一块", "zh").hits[0]
        number = await teach(ground, "打印", "小方块")
        await library.refresh()
        taught = library.search("小方块偏了缺一块", "zh").hits[0]
        assert taught.article == "fix-print"
        assert taught.score > untaught.score
        assert "打印" in "".join(library.explain("小方块偏了", taught).meant)
        async with ground.db.transaction() as session:
            await remove_synonym(session, number)
        await library.refresh()
        assert library.search("小方块偏了缺一块", "zh").hits[0].score == pytest.approx(untaught.score)

    async def test_it_is_kept_as_it_is_compared(self, ground: Ground) -> None:
        await teach(ground, "税控盘", "　ＵＫＥＹ２ ")
        async with ground.db.reading() as session:
            [row] = await list_synonyms(session)
        assert (row.word, row.variant, row.author) == ("税控盘", "ukey2", "wang")

    @pytest.mark.parametrize(("word", "variant"), [("打印", ""), ("打印", "，。"), ("UKey", "ukey")])
    async def test_one_without_a_difference_is_refused(self, ground: Ground, word: str, variant: str) -> None:
        with pytest.raises(SynonymUselessError):
            await teach(ground, word, variant)

    async def test_a_word_has_one_meaning(self, ground: Ground) -> None:
        await teach(ground, "打印", "小方块")
        with pytest.raises(SynonymTakenError):
            await teach(ground, "登录", "小方块")


NEVER = Calibration(right=PLAIN_LEXICAL.right, known=PLAIN_LEXICAL.known, right_from=1.1)


class TestCalibrations:
    async def test_a_fit_counts_once_it_is_accepted_and_an_earlier_one_may_come_back(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        library = Library(ground.db, ground.clock, None)
        await library.refresh()
        async with ground.db.transaction() as session:
            now = ground.clock.now()
            silent = await propose_calibration(session, now, NEVER, encoder="", figures={"trials": 3}, by="wang")
            before = await propose_calibration(session, now, PLAIN_LEXICAL, encoder="", figures={}, by="wang")
        await library.refresh()
        assert library.search("打印缺一块", "zh").outcome is Outcome.ANSWER
        later = now
        for row, outcome in ((silent, Outcome.ABSTAIN), (before, Outcome.ANSWER), (silent, Outcome.ABSTAIN)):
            later += timedelta(minutes=1)
            async with ground.db.transaction() as session:
                await accept_calibration(session, later, row.id, encoder="", by="li")
            await library.refresh()
            assert library.search("打印缺一块", "zh").outcome is outcome

    async def test_one_for_another_encoder_is_not_there(self, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            now = ground.clock.now()
            row = await propose_calibration(session, now, NEVER, encoder="e5", figures={}, by="wang")
            for number in (row.id, row.id + 1):
                with pytest.raises(CalibrationNotFoundError):
                    await accept_calibration(session, now, number, encoder="", by="li")
            assert await current_calibration(session, "") is None


class TestFitting:
    async def test_it_shows_before_and_after_and_changes_nothing(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        row, fit = await propose_fit(ground.db, ground.clock, None, by="wang")
        assert row.figures["before"].keys() == row.figures["after"].keys()
        assert (row.accepted_at, row.fitted_by, fit.judged) == (None, "wang", 0)
        assert f"yingpiao search fit --accept {row.id}" in report_fit(row.id, fit)[-1]
        async with ground.db.reading() as session:
            assert await current_calibration(session, "") is None

    async def test_what_people_said_of_past_answers_counts_from_fifty_on(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        async with ground.db.transaction() as session:
            for number in range(FEWEST_JUDGED):
                await log_answer(
                    session,
                    ground.clock.now(),
                    reference=f"page-{number}",
                    locale="zh",
                    question=f"打印{number}缺一块",
                    outcome="answer",
                    slug="fix-print",
                    confidence=0.9,
                    candidates=[],
                )
                await mark_helped(session, f"page-{number}", "fix-print", helped=False)
        _, fit = await propose_fit(ground.db, ground.clock, None, by="wang")
        assert fit.judged == FEWEST_JUDGED
        assert fit.calibration.answer_from > PLAIN_LEXICAL.answer_from

    async def test_an_empty_knowledge_base_cannot_be_fitted_on(self, ground: Ground) -> None:
        with pytest.raises(TooLittleToFitError):
            await propose_fit(ground.db, ground.clock, None, by="wang")
