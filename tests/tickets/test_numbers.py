import asyncio
from datetime import UTC, datetime

from kit.ground import Ground
from tickets.numbers import new_lookup_code, new_token, next_number

BEFORE_MIDNIGHT_IN_SHANGHAI = datetime(2026, 11, 24, 15, 59, tzinfo=UTC)
AFTER_MIDNIGHT_IN_SHANGHAI = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)
ZONE = "Asia/Shanghai"


async def numbered(ground: Ground, now: datetime) -> str:
    async with ground.db.transaction() as session:
        return await next_number(session, now, zone=ZONE)


class TestNumbers:
    async def test_count_up_through_a_day_of_the_organisation(self, ground: Ground) -> None:
        numbers = [await numbered(ground, BEFORE_MIDNIGHT_IN_SHANGHAI) for _ in range(2)]
        numbers.append(await numbered(ground, AFTER_MIDNIGHT_IN_SHANGHAI))
        assert numbers == ["YP-261124-0001", "YP-261124-0002", "YP-261125-0001"]

    async def test_are_never_given_twice_to_many_at_once(self, ground: Ground) -> None:
        numbers = await asyncio.gather(*(numbered(ground, ground.clock.now()) for _ in range(20)))
        assert len(set(numbers)) == 20

    async def test_a_number_of_a_transaction_that_failed_is_free_again(self, ground: Ground) -> None:
        try:
            async with ground.db.transaction() as session:
                await next_number(session, ground.clock.now(), zone=ZONE)
                raise RuntimeError  # noqa: TRY301 - the failure is what is tested.
        except RuntimeError:
            pass
        assert (await numbered(ground, ground.clock.now())).endswith("-0001")


class TestSecrets:
    def test_a_token_cannot_be_guessed_and_fits_into_an_address(self) -> None:
        tokens = {new_token() for _ in range(100)}
        assert len(tokens) == 100
        assert all(len(token) >= 22 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)

    def test_a_lookup_code_has_six_digits(self) -> None:
        assert all(len(code) == 6 and code.isdecimal() for code in (new_lookup_code() for _ in range(50)))
