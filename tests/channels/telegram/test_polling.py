"""Long polling at a simulated Telegram: one asker, nothing lost, nothing taken twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels.simulator.faults import Garbage, Refuse, Stall, Unreachable
from channels.telegram.background import poll
from channels.telegram.client import Bots
from channels.telegram.polling import LEASE, Poller
from channels.telegram.repository import trouble_of
from channels.telegram.schema import Update
from channels.telegram.translate import Meaning, translate
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.log import log
from tests.channels.telegram.bot import BOT, TOKEN, OurBot, open_bot


@pytest.fixture
async def bot(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurBot]:
    """A bot that polls."""
    async with open_bot(ground, clock, mode="polling") as opened:
        yield opened


def poller(bot: OurBot) -> Poller:
    """One worker's."""
    return Poller(bot.context, BOT, Bots(bot.context).of(bot.account))


async def asked(one: Poller) -> float:
    """One question that does not wait."""
    return await one.poll_once(wait_s=0)


async def trouble(bot: OurBot) -> str | None:
    async with bot.ground.db.reading() as session:
        return await trouble_of(session, account=BOT)


class TestTaking:
    async def test_what_people_sent_is_taken_in_order_and_confirmed(self, bot: OurBot) -> None:
        person, one = await bot.platform.person(), poller(bot)
        for text in ("一", "二", "三"):
            await person.says(text)
        assert await asked(one) == 0
        await asked(one)
        assert await bot.texts() == ["一", "二", "三"]
        assert bot.platform.bots[TOKEN].pending == []

    async def test_a_webhook_in_the_way_is_taken_down(self, bot: OurBot) -> None:
        person, one = await bot.platform.person(), poller(bot)
        api = Bots(bot.context).of(bot.account)
        await api.set_webhook("https://elsewhere.test/hook", "s")
        await person.says("一")
        await asked(one)
        assert await bot.texts() == ["一"]
        # Somebody sets one while we poll.
        await api.set_webhook("https://elsewhere.test/hook", "s")
        await person.says("二")
        assert await asked(one) > 0
        assert "Conflict" in (await trouble(bot) or "")
        await asked(one)
        assert (await bot.texts(), await trouble(bot)) == (["一", "二"], None)

    async def test_what_cannot_be_read_is_kept_and_not_asked_for_again(self, bot: OurBot) -> None:
        person, one = await bot.platform.person(), poller(bot)
        await person.says("一")
        await bot.platform.push(person.bot, "message", {"message_id": 5})
        await person.says("二")
        await asked(one)
        await asked(one)
        assert (await bot.texts(), len(await bot.unparsed())) == (["一", "二"], 1)
        assert bot.platform.bots[TOKEN].pending == []

    async def test_one_update_that_breaks_us_keeps_back_no_other(
        self, bot: OurBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person, one = await bot.platform.person(), poller(bot)
        monkeypatch.setattr(log, "exception", lambda _event, **_: None, raising=False)

        def wrong(update: Update, account: str) -> Meaning:
            assert "毒" not in str(update)
            return translate(update, account)

        monkeypatch.setattr("channels.telegram.arriving.translate", wrong)
        for text in ("一", "毒", "二"):
            await person.says(text)
        await asked(one)
        assert (await bot.texts(), len(await bot.unparsed())) == (["一", "二"], 1)
        await asked(one)
        assert bot.platform.bots[TOKEN].pending == []


class TestOneAsker:
    async def test_of_two_workers_one_asks(self, bot: OurBot) -> None:
        person, one, other = await bot.platform.person(), poller(bot), poller(bot)
        await person.says("一")
        await asked(one)
        assert await asked(other) > 0
        assert bot.calls("getUpdates") == 1
        assert await bot.texts() == ["一"]

    async def test_a_dead_worker_is_followed_when_its_lease_is_over_and_nothing_is_lost(self, bot: OurBot) -> None:
        person, dead, heir = await bot.platform.person(), poller(bot), poller(bot)
        await person.says("一")
        await asked(dead)
        await person.says("二")
        bot.clock.advance(seconds=LEASE.total_seconds())
        await asked(heir)
        assert await bot.texts() == ["一", "二"]

    async def test_a_worker_that_slept_takes_nothing_with_a_lost_lease(
        self, bot: OurBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person, slow, heir = await bot.platform.person(), poller(bot), poller(bot)
        await person.says("一")
        right = slow.api.updates

        async def slowly(start: int, *, wait_s: int) -> list[object]:
            given = await right(start, wait_s=wait_s)
            bot.clock.advance(seconds=LEASE.total_seconds())
            await asked(heir)
            return given

        monkeypatch.setattr(slow.api, "updates", slowly)
        assert await asked(slow) > 0
        assert await bot.texts() == ["一"]

    async def test_a_worker_killed_before_its_commit_leaves_everything_to_the_next(
        self, bot: OurBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person, killed, heir = await bot.platform.person(), poller(bot), poller(bot)
        await person.says("一")
        await person.says("二")
        taken: list[str] = []

        async def take_one_and_die(*_args: object, **_named: object) -> None:
            taken.append("")
            if len(taken) == 2:
                raise asyncio.CancelledError

        with monkeypatch.context() as patched:
            patched.setattr("channels.telegram.polling.take", take_one_and_die)
            with pytest.raises(asyncio.CancelledError):
                await asked(killed)
        assert await bot.texts() == []
        bot.clock.advance(seconds=LEASE.total_seconds())
        await asked(heir)
        assert await bot.texts() == ["一", "二"]

    async def test_a_worker_that_dies_after_its_commit_has_said_everything(self, bot: OurBot) -> None:
        person, first = await bot.platform.person(), poller(bot)
        await person.says("一")
        await asked(first)
        # It never came to confirm to Telegram what it took: the next one asks from where it stopped.
        bot.clock.advance(seconds=LEASE.total_seconds())
        await person.says("二")
        await asked(poller(bot))
        assert await bot.texts() == ["一", "二"]

    async def test_after_a_week_of_silence_the_numbers_may_begin_anew(self, bot: OurBot) -> None:
        person, one = await bot.platform.person(), poller(bot)
        await person.says("一")
        await asked(one)
        await asked(one)
        bot.clock.advance(days=7)
        await asked(one)
        assert not any("offset" in str(call.body) for call in bot.platform.calls[-1:])


class TestTrouble:
    @pytest.mark.parametrize(
        "fault",
        [
            Refuse(code=409, text="Conflict: terminated by other getUpdates request"),
            Refuse(code=401, text="Unauthorized"),
            Garbage(status=502),
            Garbage(status=200),
            Stall(seconds=60),
            Unreachable(),
        ],
    )
    async def test_it_is_told_to_whoever_looks_and_passes(
        self, bot: OurBot, fault: Refuse | Garbage | Stall | Unreachable
    ) -> None:
        person, one = await bot.platform.person(), poller(bot)
        await person.says("一")
        bot.platform.faults.add("getUpdates", fault)
        assert await asked(one) > 0
        assert await trouble(bot)
        await asked(one)
        assert (await bot.texts(), await trouble(bot)) == (["一"], None)

    async def test_pauses_grow_and_are_never_more_than_a_minute(self, bot: OurBot) -> None:
        one = poller(bot)
        bot.platform.faults.add("getUpdates", Unreachable(), times=12)
        pauses = [await asked(one) for _ in range(12)]
        assert pauses[0] <= 2
        assert 30 <= pauses[-1] <= 60

    async def test_a_429_is_waited_out(self, bot: OurBot) -> None:
        bot.platform.faults.add("getUpdates", Refuse(code=429, text="Too Many Requests", retry_after=17))
        assert await asked(poller(bot)) == 17


async def test_the_worker_polls_accounts_as_they_come_and_stops_at_once(bot: OurBot) -> None:
    person, stopping = await bot.platform.person(), asyncio.Event()
    await person.says("一")
    async with asyncio.timeout(20):
        polling = asyncio.create_task(poll(bot.context, stopping))
        # The second question confirms what the first one brought.
        while bot.platform.bots[TOKEN].pending:  # noqa: ASYNC110 - the simulator tells nobody of it.
            await asyncio.sleep(0.01)
        stopping.set()
        bot.ground.bus.publish("stopping")
        await polling
    # The lease is given back: another worker need not wait for it.
    await person.says("二")
    await asked(poller(bot))
    assert await bot.texts() == ["一", "二"]
