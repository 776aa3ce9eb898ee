"""Whatever people do and whatever we say: no call that the platform forbids, no message in an unknown place."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from channels.simulator.faults import Drop, Garbage, LoseAnswer, Refuse, Stall, Twice, Unreachable
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.flows.ledger import Replies
from tests.flows.window_story import Breaks, Does, Passes, Retries, Revokes, Says, Step, open_desk
from tests.support.ground import open_ground
from tests.support.trying import tries

#: Around the ends of the windows of a minute and of two days, and long enough for another try.
MOMENTS = (1, 30, 59, 60, 60, 61, 61, 700, 3600, 47 * 3600, 48 * 3600 - 1, 48 * 3600, 49 * 3600)

PUSH_FAULTS = st.sampled_from((None, None, None, Twice(), LoseAnswer(), Drop()))
DEEDS = st.one_of(
    st.builds(Says, answers=st.sampled_from((0, 0, 1, 2)), fault=PUSH_FAULTS, lost=st.integers(1, 2)),
    st.builds(Does, st.sampled_from(("clicks", "scans")), st.sampled_from(("menu-1", "menu-2")), PUSH_FAULTS),
    st.builds(Does, st.sampled_from(("follows", "unfollows")), st.none(), PUSH_FAULTS),
    st.builds(Does, st.sampled_from(("blocks", "unblocks"))),
    st.builds(Does, st.just("views"), st.just("https://example.com")),
)
REPLIES = st.builds(
    Replies,
    author=st.sampled_from(("bot", "bot", "staff", "system")),
    bubbles=st.integers(1, 3),
    size=st.sampled_from((1, 1, 1, 4)),
    buttons=st.sampled_from((0, 0, 2)),
    worth_s=st.sampled_from((None, None, 90.0)),
)
BREAKS = st.sampled_from(
    [
        Breaks(Stall()),
        Breaks(Stall(carried_out=False)),
        Breaks(Garbage()),
        Breaks(Unreachable()),
        Breaks(Refuse(code=-1, text="system error")),
        Breaks(Refuse(code=45015, text="response out of time limit")),
        Breaks(Refuse(code=45011, text="minute quota")),
        Revokes(),
    ]
)
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(DEEDS, DEEDS, REPLIES, REPLIES, st.sampled_from(MOMENTS).map(Passes), BREAKS, st.just(Retries())),
    min_size=5,
    max_size=25,
)

#: What a message had allowed ends when the person leaves: following again allows three messages and no more.
FOLLOWED_AGAIN: list[Step] = [Says(), Does("unfollows"), Does("follows"), Replies("staff", size=4)]
#: A minute after a click nothing may be said, however little of the three was used.
CLICKED: list[Step] = [Does("clicks", "menu-1"), Replies("staff"), Passes(60), Replies("staff")]
#: Two days after a message as well; and a click in between does not make the two days longer.
CLICKED_LATE: list[Step] = [
    Says(),
    Passes(48 * 3600 - 30),
    Does("clicks", "menu-1"),
    Replies("staff"),
    Passes(30),
    Replies("staff", size=4),
]


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of lines about things that went wrong on purpose are of no use to anybody."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("quiet")
def test_no_history_breaks_a_rule_or_loses_sight_of_a_reply(
    tmp_path: Path, clock: FrozenClock, database_url: str
) -> None:
    checks = settings(
        max_examples=tries(300), deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    with asyncio.Runner() as runner:

        @checks
        @given(STEPS)
        @example(FOLLOWED_AGAIN)
        @example(CLICKED)
        @example(CLICKED_LATE)
        def live(steps: list[Step]) -> None:
            assert runner.run(lived(steps)) == []

        async def lived(steps: list[Step]) -> list[str]:
            history = await desk.begin()
            await history.live(steps)
            seen = await history.faults()
            await history.come_to_an_end()
            return seen + await history.faults(ended=True)

        opened = AsyncExitStack()
        ground: Ground = runner.run(opened.enter_async_context(open_ground(tmp_path, clock=clock, url=database_url)))
        desk = runner.run(opened.enter_async_context(open_desk(ground, clock)))
        try:
            live()
        finally:
            runner.run(opened.aclose())
