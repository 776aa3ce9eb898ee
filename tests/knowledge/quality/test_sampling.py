from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from kit.audit import Author
from kit.ground import Ground
from knowledge.quality.errors import NothingToSampleError, PeriodUnfitError
from knowledge.quality.models import QualityItem, QualitySample
from knowledge.quality.sampling import Candidate, Wish, draw, share_out, take_sample
from tests.support.answers import SpokenTalks, answered

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
LI = Author("李雷", None)

outcomes = st.sampled_from(["answer", "clarify", "abstain"])
channels = st.sampled_from(["web", "wechat", "email"])
talks = st.lists(st.tuples(channels, outcomes), max_size=60).map(
    lambda sorts: [
        Candidate(f"{channel}:a:{number}", number, number, AT, AT, "zh", outcome, channel)
        for number, (channel, outcome) in enumerate(sorts)
    ]
)


class TestDrawing:
    @given(talks, st.integers(1, 80), st.integers(0, 9), st.randoms())
    def test_the_same_seed_draws_the_same_in_whatever_order_talks_come(
        self, found: list[Candidate], size: int, seed: int, chance: Random
    ) -> None:
        shuffled = list(found)
        chance.shuffle(shuffled)
        drawn = draw(found, size, seed)
        assert drawn == draw(shuffled, size, seed)
        assert len(drawn) == len(set(drawn)) == min(size, len(found))

    @given(talks, st.integers(1, 80))
    def test_every_sort_is_there_if_there_is_room(self, found: list[Candidate], size: int) -> None:
        sorts = {one.sort for one in found}
        drawn = {one.sort for one in draw(found, size, 1)}
        assert len(drawn) >= min(size, len(sorts))

    def test_beyond_one_of_each_shares_follow_how_many_there_are(self) -> None:
        counts = {("web", "zh", "answer"): 90, ("web", "zh", "abstain"): 9, ("email", "en", "answer"): 1}
        assert list(share_out(counts, 20).values()) == [18, 1, 1]

    def test_another_seed_draws_others(self) -> None:
        found = [Candidate(f"web:a:{n}", n, n, AT, AT, "zh", "answer", "web") for n in range(200)]
        assert draw(found, 20, 1) != draw(found, 20, 2)


async def take(ground: Ground, size: int, seed: int = 7, back: int = 7) -> QualitySample:
    today = ground.clock.now().astimezone(ZONE).date()
    wish = Wish(first=today - timedelta(days=back), last=today, size=size, seed=seed)
    async with ground.db.transaction() as session:
        return await take_sample(session, ground.clock.now(), LI, wish, talks=SpokenTalks(), zone=ZONE)


async def items(ground: Ground) -> list[QualityItem]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(QualityItem).order_by(col(QualityItem.id)))).all())


class TestSamples:
    async def test_nobody_is_drawn_twice_until_they_ask_again(self, ground: Ground) -> None:
        for number in range(5):
            await answered(ground, f"web:site:{number}")
        first = await take(ground, 3)
        second = await take(ground, 3)
        assert (first.population, first.size) == (5, 3)
        assert (second.population, second.size) == (2, 2)
        assert max(Counter(item.reference for item in await items(ground)).values()) == 1
        with pytest.raises(NothingToSampleError):
            await take(ground, 3)
        await answered(ground, "web:site:0", ago=timedelta(hours=1))
        assert (await take(ground, 3)).population == 1

    async def test_a_talk_is_known_by_its_first_question_and_its_worst_outcome(self, ground: Ground) -> None:
        await answered(ground, "web:site:9", "王会计问打印", ago=timedelta(hours=5))
        await answered(ground, "web:site:9", "还是不行", outcome="abstain", ago=timedelta(hours=4))
        await answered(ground, "web:site:9", "登录不了", outcome="clarify", ago=timedelta(hours=3))
        await take(ground, 1)
        [item] = await items(ground)
        assert (item.question, item.outcome, item.channel) == ("〔人名〕问打印", "abstain", "web")
        assert item.ended_at - item.began_at == timedelta(hours=2)

    async def test_a_search_in_the_help_centre_is_no_talk_and_other_days_are_not_asked_for(
        self, ground: Ground
    ) -> None:
        await answered(ground, "help")
        await answered(ground, "web:site:old", ago=timedelta(days=30))
        with pytest.raises(NothingToSampleError):
            await take(ground, 1)

    async def test_days_the_wrong_way_round_are_refused(self, ground: Ground) -> None:
        await answered(ground, "web:site:1")
        with pytest.raises(PeriodUnfitError):
            await take(ground, 1, back=-1)
