"""What makes a gap matter, and what makes it sink."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from knowledge.gaps.failing import Failure
from knowledge.gaps.ranking import Asked, Doubt, standing, wanting

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def _asked(
    people: int, *, failure: Failure | None = Failure.TICKET, times: int = 1, every_hours: int = 20
) -> Iterator[Asked]:
    for place in range(people * times):
        yield Asked(f"p{place % people}", NOW - timedelta(hours=1 + place * every_hours), failure)


class TestStanding:
    def test_counts_people_and_not_questions(self) -> None:
        crowd = standing([*_asked(12)], NOW, foreign=False)
        one = standing([*_asked(1, times=60, every_hours=3)], NOW, foreign=False)
        assert (crowd.people, one.people, one.asked) == (12, 1, 60)
        assert one.doubts == [Doubt.FEW]
        assert one.score < crowd.score / 10

    def test_a_day_of_outage_sinks(self) -> None:
        outage = standing([*_asked(40, every_hours=0)], NOW, foreign=False)
        assert outage.doubts == [Doubt.BURST]
        assert outage.score < standing([*_asked(12)], NOW, foreign=False).score

    def test_what_mostly_ends_well_matters_less(self) -> None:
        failed = [*_asked(10)]
        helped = [Asked(f"h{place}", NOW - timedelta(hours=place), None) for place in range(90)]
        assert standing([*failed, *helped], NOW, foreign=False).score < standing(failed, NOW, foreign=False).score / 5

    def test_what_is_answered_well_never_ranks_nor_widens(self) -> None:
        helped = [Asked(f"h{place}", NOW - timedelta(hours=place), None) for place in range(30)]
        assert standing([*_asked(10), *helped], NOW, foreign=False).score == 0
        assert wanting([*_asked(10)])
        assert not wanting([*_asked(10), *helped])
        assert not wanting([*_asked(10, every_hours=0)])

    def test_a_chat_that_nobody_minds_sinks(self) -> None:
        chat = standing([*_asked(100, failure=Failure.SILENT, every_hours=5)], NOW, foreign=False)
        assert chat.score < standing([*_asked(5)], NOW, foreign=False).score

    def test_weeks_hold_different_people_oldest_first(self) -> None:
        found = standing(
            [*_asked(3, every_hours=0), Asked("p0", NOW - timedelta(days=8), Failure.SILENT)], NOW, foreign=False
        )
        assert found.weeks == [0, 0, 0, 0, 0, 0, 1, 3]

    def test_what_grows_comes_before_what_dies_away(self) -> None:
        recent = [Asked(f"p{n}", NOW - timedelta(days=n), Failure.TICKET) for n in range(12)]
        old = [Asked(f"p{n}", NOW - timedelta(days=15 + n), Failure.TICKET) for n in range(12)]
        assert standing(recent, NOW, foreign=False).score > standing(old, NOW, foreign=False).score
