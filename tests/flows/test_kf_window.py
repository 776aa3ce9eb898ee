"""The reply window on 微信客服: five messages, sessions that people take over, callbacks that get lost."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.simulator.faults import Drop, Garbage, LoseAnswer, Refuse, Stall, Twice, Unreachable
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.flows.kf_window_story import Acts, KfStep, Moves, Serves, open_kf_desk
from tests.flows.ledger import Replies
from tests.flows.window_story import Breaks, Passes, Retries, Revokes
from tests.support.ground import open_ground
from tests.support.trying import tries

MOMENTS = (1, 19, 20, 21, 130, 700, 3600, 47 * 3600, 48 * 3600 - 1, 48 * 3600, 49 * 3600)
FAULTS = st.sampled_from((None, None, None, Twice(), LoseAnswer(), Drop()))
DEEDS = st.one_of(
    st.builds(Acts, st.just("says"), st.just("在吗"), FAULTS),
    st.builds(Acts, st.just("says"), st.just("在吗"), FAULTS),
    st.builds(Acts, st.sampled_from(("enters", "blocks", "unblocks")), st.none(), st.none()),
    st.builds(Moves, st.sampled_from(("hand_over", "hand_back"))),
    st.builds(Serves, st.sampled_from(("accepts", "ends"))),
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
        Breaks(Refuse(code=-1, text="system busy")),
        Breaks(Refuse(code=45009, text="api freq out of limit")),
        Revokes(),
    ]
)
STEPS: st.SearchStrategy[list[KfStep]] = st.lists(
    st.one_of(DEEDS, DEEDS, REPLIES, REPLIES, st.sampled_from(MOMENTS).map(Passes), BREAKS, st.just(Retries())),
    min_size=5,
    max_size=25,
)


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
        def live(steps: list[KfStep]) -> None:
            assert runner.run(lived(steps)) == []

        async def lived(steps: list[KfStep]) -> list[str]:
            history = await desk.begin()
            await history.live(steps)
            seen = await history.faults()
            await history.come_to_an_end()
            return seen + await history.faults(ended=True)

        opened = AsyncExitStack()
        ground: Ground = runner.run(opened.enter_async_context(open_ground(tmp_path, clock=clock, url=database_url)))
        desk = runner.run(opened.enter_async_context(open_kf_desk(ground, clock)))
        try:
            live()
        finally:
            runner.run(opened.aclose())
