import pytest

from knowledge.quality.agreement import agreement_of
from knowledge.quality.errors import MarksMissingError
from knowledge.quality.sheet import Criterion, total_of


class TestKappa:
    def test_a_worked_example(self) -> None:
        pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
        found = agreement_of(pairs)
        assert found is not None
        assert (found.pairs, found.same, found.kappa, found.band) == (50, 0.7, 0.4, "fair")

    def test_full_agreement_on_different_marks_is_one(self) -> None:
        found = agreement_of([("yes", "yes"), ("no", "no"), ("partly", "partly")])
        assert found is not None
        assert (found.kappa, found.band) == (1.0, "high")

    def test_less_than_chance_is_below_nought(self) -> None:
        found = agreement_of([("yes", "no"), ("no", "yes")])
        assert found is not None
        assert found.kappa == -1.0

    def test_one_and_the_same_mark_throughout_tells_nothing(self) -> None:
        found = agreement_of([("yes", "yes")] * 9)
        assert found is not None
        assert (found.same, found.kappa, found.band) == (1.0, None, "unknown")

    def test_without_two_scores_there_is_nothing(self) -> None:
        assert agreement_of([]) is None


SHEET = [Criterion("right", "对", "right", 4), Criterion("tone", "语气", "tone", 1)]


class TestTotals:
    @pytest.mark.parametrize(
        ("right", "tone", "total"),
        [("yes", "yes", 100), ("no", "yes", 20), ("partly", "no", 40), ("na", "partly", 50), ("na", "na", None)],
    )
    def test_by_weight_of_what_applies(self, right: str, tone: str, total: int | None) -> None:
        assert total_of(SHEET, {"right": right, "tone": tone}) == total

    @pytest.mark.parametrize("marks", [{"right": "yes"}, {"right": "yes", "tone": "superb"}])
    def test_a_mark_is_needed_for_each(self, marks: dict[str, str]) -> None:
        with pytest.raises(MarksMissingError):
            total_of(SHEET, marks)
