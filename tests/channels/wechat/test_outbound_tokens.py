"""The access token: one for all processes, fetched by one of them."""

import asyncio

import pytest
from sqlmodel import select

from channels.errors import AccountClosedError, DeliveryDelayedError
from channels.simulator.faults import Garbage, Refuse, Unreachable
from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from channels.wechat.outbound_models import WeChatToken
from channels.wechat.tokens import EARLY_S, LEASE_S, RENEW_EVERY_S, TokenProvider
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.secretbox import SecretBox
from tests.channels.wechat.outbound_line import GH, Line


@pytest.fixture
async def line(ground: Ground) -> Line:
    opened = Line(ground)
    await opened.add_account()
    return opened


@pytest.fixture
async def us(line: Line) -> Credentials:
    return Credentials.of(await line.context.accounts.named("wechat", GH))


def another_process(line: Line) -> TokenProvider:
    """A provider that shares nothing with others but the database."""
    return WeChatApi(line.new_context()).tokens


async def stored(line: Line) -> WeChatToken:
    async with line.ground.db.reading() as session:
        return (await session.exec(select(WeChatToken))).one()


class TestOneToken:
    async def test_many_that_need_it_at_once_in_several_processes_fetch_it_once(
        self, line: Line, us: Credentials
    ) -> None:
        providers = [another_process(line) for _ in range(4)]
        tokens = await asyncio.gather(*(provider.token(us) for provider in providers for _ in range(5)))
        assert len(set(tokens)) == 1
        assert line.asked("stable_token") == 1

    async def test_it_serves_until_five_minutes_before_its_end(
        self, line: Line, us: Credentials, clock: FrozenClock
    ) -> None:
        first = await another_process(line).token(us)
        clock.advance(seconds=7200 - EARLY_S - 1)
        assert await another_process(line).token(us) == first
        clock.advance(seconds=1)
        assert await another_process(line).token(us) != first
        assert line.asked("stable_token") == 2

    async def test_while_another_process_fetches_the_next_the_old_one_serves(
        self, line: Line, us: Credentials, clock: FrozenClock
    ) -> None:
        first = await another_process(line).token(us)
        clock.advance(seconds=7200 - EARLY_S)
        begun, slow = asyncio.Event(), asyncio.Event()

        async def slow_fetch(_us: Credentials) -> tuple[str, float]:
            begun.set()
            await slow.wait()
            return "the next", 7200

        fetching = TokenProvider(line.ground.db, clock, line.context.box, slow_fetch)
        waiting = asyncio.create_task(fetching.token(us))
        await begun.wait()
        assert await another_process(line).token(us) == first
        slow.set()
        assert await waiting == "the next"
        assert await another_process(line).token(us) == "the next"

    async def test_a_process_that_died_while_fetching_is_replaced(
        self, line: Line, us: Credentials, clock: FrozenClock
    ) -> None:
        begun = asyncio.Event()

        async def never(_us: Credentials) -> tuple[str, float]:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

        dying = asyncio.create_task(TokenProvider(line.ground.db, clock, line.context.box, never).token(us))
        await begun.wait()
        dying.cancel()
        clock.advance(seconds=LEASE_S + 1)
        assert await another_process(line).token(us)

    async def test_a_token_that_is_nearly_over_when_it_comes_is_not_asked_for_all_the_time(
        self, line: Line, us: Credentials, clock: FrozenClock
    ) -> None:
        asked = []

        async def short(_us: Credentials) -> tuple[str, float]:
            asked.append(clock.now())
            return "short", 120

        provider = TokenProvider(line.ground.db, clock, line.context.box, short)
        for _ in range(20):
            await provider.token(us)
            clock.advance(seconds=2)
        assert len(asked) == 2

    async def test_one_that_cannot_be_opened_any_more_is_replaced(self, line: Line, us: Credentials) -> None:
        await another_process(line).token(us)
        async with line.ground.db.transaction() as session:
            row = (await session.exec(select(WeChatToken))).one()
            row.sealed = SecretBox("another key, of another time").seal({"token": "x"})
            session.add(row)
        assert await another_process(line).token(us) != "x"

    @pytest.mark.parametrize("answer", ["{}", '{"access_token": 5}', "[]", "null", '{"access_token": "t"', ""])
    async def test_an_answer_without_a_token_is_a_delay(self, line: Line, us: Credentials, answer: str) -> None:
        line.platform.faults.add("stable_token", Garbage(body=answer))
        with pytest.raises(DeliveryDelayedError):
            await another_process(line).token(us)

    async def test_it_lies_sealed_in_the_database(self, line: Line, us: Credentials) -> None:
        token = await another_process(line).token(us)
        row = await stored(line)
        assert row.sealed is not None
        assert token not in row.sealed
        assert us.app_secret not in str(row)
        assert us.app_secret not in repr(us)


class TestRefusedTokens:
    async def test_whoever_complains_first_gets_a_new_one_for_all(self, line: Line, us: Credentials) -> None:
        one, two = another_process(line), another_process(line)
        first = await one.token(us)
        line.platform.tokens.revoke(line.official.app_id)
        tokens = await asyncio.gather(*(each.token(us, refused=first) for each in (one, two, one, two)))
        assert len(set(tokens)) == 1
        assert first not in tokens
        assert line.asked("stable_token") == 2

    async def test_it_is_replaced_once_a_minute_however_often_it_is_refused(
        self, line: Line, us: Credentials, clock: FrozenClock
    ) -> None:
        provider = another_process(line)
        token = await provider.token(us)
        for _ in range(50):
            token = await provider.token(us, refused=token)
        assert line.asked("stable_token") == 2
        clock.advance(seconds=RENEW_EVERY_S)
        await provider.token(us, refused=token)
        assert line.asked("stable_token") == 3

    async def test_it_is_never_forced(self, line: Line, us: Credentials) -> None:
        provider = another_process(line)
        await provider.token(us, refused=await provider.token(us))
        assert [body.get("force_refresh", False) for body in line.bodies("stable_token")] == [False, False]


class TestFailures:
    async def test_after_a_failure_nobody_asks_for_a_minute(
        self, line: Line, us: Credentials, clock: FrozenClock
    ) -> None:
        line.official.whitelist = set()
        for _ in range(10):
            with pytest.raises(AccountClosedError) as closed:
                await another_process(line).token(us)
            assert (closed.value.code, closed.value.broken) == ("40164", True)
        assert line.asked("stable_token") == 1
        clock.advance(seconds=61)
        line.official.whitelist = None
        assert await another_process(line).token(us)

    @pytest.mark.parametrize("code", [40001, 40013, 40125, 40243, 41004, 89503])
    async def test_wrong_credentials_are_a_matter_for_staff(self, line: Line, us: Credentials, code: int) -> None:
        line.platform.faults.add("stable_token", Refuse(code=code))
        with pytest.raises(AccountClosedError) as closed:
            await another_process(line).token(us)
        assert closed.value.broken

    async def test_who_checks_the_account_asks_the_platform_and_no_memory(self, line: Line, us: Credentials) -> None:
        api = WeChatApi(line.context)
        line.official.whitelist = set()
        with pytest.raises(AccountClosedError):
            await api.callback_addresses(us)
        line.official.whitelist = None
        assert await api.callback_addresses(us)

    async def test_a_corrected_secret_is_tried_at_once(self, line: Line, us: Credentials) -> None:
        wrong = Credentials(account=us.account, app_id=us.app_id, app_secret="wrong", api_url=us.api_url, verified=True)
        with pytest.raises(AccountClosedError):
            await another_process(line).token(wrong)
        assert await another_process(line).token(us)

    async def test_a_token_of_other_credentials_is_not_used(self, line: Line, us: Credentials) -> None:
        await another_process(line).token(us)
        wrong = Credentials(account=us.account, app_id=us.app_id, app_secret="wrong", api_url=us.api_url, verified=True)
        with pytest.raises(AccountClosedError):
            await another_process(line).token(wrong)

    async def test_no_way_to_the_platform_is_a_delay(self, line: Line, us: Credentials) -> None:
        line.platform.faults.add("stable_token", Unreachable())
        with pytest.raises(DeliveryDelayedError) as delayed:
            await another_process(line).token(us)
        assert not isinstance(delayed.value, AccountClosedError)

    async def test_the_old_token_outlives_a_failed_refresh(
        self, line: Line, us: Credentials, clock: FrozenClock
    ) -> None:
        first = await another_process(line).token(us)
        clock.advance(seconds=7200 - EARLY_S)
        line.platform.faults.add("stable_token", Unreachable())
        assert await another_process(line).token(us) == first
