import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.search.calibration import PLAIN, PLAIN_LEXICAL, Calibration, Evidence, Outcome, shipped

FLOATS = st.floats(-5, 5)


def evidence(**changes: float) -> Evidence:
    plain = dict.fromkeys(("score", "margin", "lead", "lexical", "cosine", "head", "background"), 0.0)
    return Evidence(**{**plain, **changes})


class TestOutcome:
    @pytest.mark.parametrize(
        ("found", "outcome"),
        [
            (evidence(score=1.9, margin=0.9, lead=1.2), Outcome.ANSWER),
            (evidence(score=1.2, margin=0.1, lead=0.5), Outcome.CLARIFY),
            (evidence(score=0.5, margin=0.3, lead=0.1), Outcome.ABSTAIN),
            (evidence(score=1.1, margin=0.3, lead=-0.6), Outcome.ABSTAIN),
        ],
    )
    def test_a_clear_lead_answers_a_close_race_asks_and_a_weak_match_is_silent(
        self, found: Evidence, outcome: Outcome
    ) -> None:
        assert PLAIN.outcome(found) is outcome

    @given(score=FLOATS, margin=FLOATS, lead=FLOATS)
    def test_probabilities_are_probabilities(self, score: float, margin: float, lead: float) -> None:
        found = evidence(score=score, margin=margin, lead=lead)
        for calibration in (PLAIN, PLAIN_LEXICAL, shipped("semantic"), shipped("lexical")):
            assert 0.0 <= calibration.probability_right(found) <= 1.0
            assert 0.0 <= calibration.probability_known(found) <= 1.0

    @given(score=FLOATS, margin=FLOATS, more=st.floats(0, 5))
    def test_more_margin_never_makes_the_bot_less_sure(self, score: float, margin: float, more: float) -> None:
        for calibration in (PLAIN, PLAIN_LEXICAL, shipped("semantic"), shipped("lexical")):
            less_sure = calibration.probability_right(evidence(score=score, margin=margin))
            assert calibration.probability_right(evidence(score=score, margin=margin + more)) >= less_sure

    def test_a_question_in_the_very_words_of_a_phrasing_is_answered(self) -> None:
        for calibration in (PLAIN, PLAIN_LEXICAL, shipped("semantic"), shipped("lexical")):
            assert calibration.outcome(evidence(lexical=1.0)) is Outcome.ANSWER

    def test_the_thresholds_decide(self) -> None:
        sure = Calibration(right=(0.0,) * 8, known=(9.0,) + (0.0,) * 7, answer_from=0.5)
        silent = Calibration(right=(0.0,) * 8, known=(-9.0,) + (0.0,) * 7, answer_from=0.5)
        assert sure.outcome(evidence()) is Outcome.ANSWER
        assert silent.outcome(evidence()) is Outcome.ABSTAIN
