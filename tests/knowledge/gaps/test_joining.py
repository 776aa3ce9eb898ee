"""Two gaps that become one: what somebody decided about either is kept."""

from datetime import UTC, datetime
from typing import Any

import pytest

from knowledge.gaps.following import hand_down
from knowledge.gaps.models import Gap, GapState

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def gap(**more: Any) -> Gap:
    return Gap(centre=b"", model="m", created_at=NOW, newest_at=NOW, **more)


@pytest.mark.parametrize(
    "decided", [{"state": GapState.DRAFTED, "article_id": 7}, {"state": GapState.ASIDE, "aside_reason": "别家的事"}]
)
def test_what_was_decided_of_the_one_that_goes_is_kept(decided: dict[str, Any]) -> None:
    stays = gap()
    hand_down(gap(**decided), stays)
    assert {name: getattr(stays, name) for name in decided} == decided


def test_what_was_decided_of_the_one_that_stays_counts() -> None:
    stays = gap(state=GapState.DRAFTED, article_id=3)
    hand_down(gap(state=GapState.ASIDE, aside_reason="别家的事"), stays)
    assert (stays.state, stays.article_id, stays.aside_reason) == (GapState.DRAFTED, 3, "")
