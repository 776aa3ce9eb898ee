"""One-time codes: good once, for ten minutes, in another conversation, and not for guessing."""

import asyncio

from sqlmodel import select

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.links import addresses, give_code, joined, offered, show_code
from tickets.linking.models import LinkCode
from tickets.linking.proofs import Standing, new_code


class TestGood:
    async def test_a_code_is_good_elsewhere_until_it_is_spent(self, ground: Ground) -> None:
        a, b, c = await addresses(ground, "a", "b", "c")
        code = await give_code(ground, a)
        assert await show_code(ground, b, code) is Standing.GOOD
        assert await offered(ground, b, code) is not None
        assert await show_code(ground, c, code) is Standing.WRONG
        assert await show_code(ground, b, code) is Standing.WRONG

    async def test_it_is_no_use_where_it_was_given_out_and_stays_good_elsewhere(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        code = await give_code(ground, a)
        assert await show_code(ground, a, code) is Standing.OWN
        assert await offered(ground, a, code) is None
        assert await show_code(ground, b, code) is Standing.GOOD

    async def test_it_is_known_when_both_are_one_person_already(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        await joined(ground, a, b)
        assert await show_code(ground, b, await give_code(ground, a)) is Standing.SAME

    async def test_ten_minutes_are_its_time(self, ground: Ground, clock: FrozenClock) -> None:
        a, b = await addresses(ground, "a", "b")
        code = await give_code(ground, a)
        clock.advance(minutes=9, seconds=59)
        assert await show_code(ground, b, code) is Standing.GOOD
        clock.advance(seconds=1)
        assert await show_code(ground, b, code) is Standing.WRONG

    async def test_a_new_one_makes_the_earlier_one_worthless(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        first, second = await give_code(ground, a), await give_code(ground, a)
        assert await show_code(ground, b, first) is Standing.WRONG
        assert await show_code(ground, b, second) is Standing.GOOD

    async def test_the_database_does_not_know_the_code(self, ground: Ground) -> None:
        (a,) = await addresses(ground, "a")
        code = await give_code(ground, a)
        async with ground.db.reading() as session:
            row = (await session.exec(select(LinkCode))).one()
        assert code not in str(row.model_dump())


class TestGuessing:
    async def test_five_wrong_ones_shut_the_thread_for_a_quarter_of_an_hour(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        a, b, c = await addresses(ground, "a", "b", "c")
        code = await give_code(ground, a)
        for _ in range(5):
            assert await show_code(ground, b, new_code()) is Standing.WRONG
        assert await show_code(ground, b, code) is Standing.LOCKED
        assert await show_code(ground, c, code) is Standing.GOOD
        clock.advance(minutes=15, seconds=1)
        assert await show_code(ground, b, await give_code(ground, a)) is Standing.GOOD

    async def test_after_the_quarter_of_an_hour_five_more_are_counted(self, ground: Ground, clock: FrozenClock) -> None:
        (b,) = await addresses(ground, "b")
        for _ in range(2):
            standings = [await show_code(ground, b, new_code()) for _ in range(6)]
            assert standings == [Standing.WRONG] * 5 + [Standing.LOCKED]
            clock.advance(minutes=16)

    async def test_a_right_one_starts_the_count_anew(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        for _ in range(4):
            await show_code(ground, b, new_code())
        assert await offered(ground, b, await give_code(ground, a)) is not None
        for _ in range(4):
            assert await show_code(ground, b, new_code()) is Standing.WRONG


async def test_of_two_who_show_one_code_at_the_same_moment_exactly_one_is_asked(ground: Ground) -> None:
    for number in range(4):
        a, *others = await addresses(ground, *(f"{name}{number}" for name in "abcd"))
        code = await give_code(ground, a)
        links = await asyncio.gather(*(offered(ground, other, code) for other in others))
        assert sum(link is not None for link in links) == 1
