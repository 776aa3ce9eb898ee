"""Reading a mailbox over a real socket: everything once, by one reader, whatever breaks in between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

import bot.schema  # noqa: F401 - the tables.
from channels.accounts.book import Account
from channels.email import polling
from channels.email.arriving import take_all
from channels.email.background import poll
from channels.email.cursors import Cursor, hold
from channels.email.mailbox import Mailbox
from channels.email.polling import LEASE, Reader
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.log import log
from tests.channels.email.arrivals import OURS, OurMailbox, mail, open_mailbox
from tests.support.mail_servers import ImapServer, imap_server


@pytest.fixture
async def server() -> AsyncIterator[ImapServer]:
    async with imap_server({OURS: "pw"}) as standing:
        yield standing


@pytest.fixture
async def box(ground: Ground, clock: FrozenClock, server: ImapServer) -> AsyncIterator[OurMailbox]:
    async with open_mailbox(ground, clock, **_at(server)) as opened:
        yield opened


@pytest.fixture
async def reader(box: OurMailbox) -> AsyncIterator[Reader]:
    one = Reader(box.context, box.account)
    yield one
    await one.close()


def _at(server: ImapServer) -> dict[str, object]:
    return {"imap_host": server.host, "imap_port": server.port, "imap_security": "none"}


async def arrive(server: ImapServer, box: OurMailbox, *texts: str) -> None:
    for text in texts:
        await server.append(OURS, mail(text, subject="Re: x"), at=box.clock.now())


async def trouble(box: OurMailbox) -> str:
    cursor = await box.cursor()
    return cursor.trouble if cursor else ""


class TestTaking:
    async def test_mails_are_taken_in_order_and_once_and_marked_as_read(
        self, server: ImapServer, box: OurMailbox, reader: Reader
    ) -> None:
        await arrive(server, box, "一", "二")
        assert await reader.look() == 0
        await arrive(server, box, "三")
        await reader.look()
        await reader.look()
        assert await box.texts() == ["一", "二", "三"]
        assert await server.seen(OURS) == [True, True, True]
        assert (server.visits, await box.unparsed()) == (1, [])

    async def test_of_a_mailbox_with_years_in_it_the_last_days_are_taken(
        self, server: ImapServer, box: OurMailbox, reader: Reader
    ) -> None:
        now = box.clock.now()
        await server.append(OURS, mail("多年以前"), at=now.replace(year=2019))
        await server.append(OURS, mail("上周"), at=now.replace(day=10))
        await arrive(server, box, "今天")
        await reader.look()
        await reader.look()
        assert await box.texts() == ["今天"]
        assert await server.seen(OURS) == [False, False, True]

    async def test_an_empty_mailbox_is_read_from_then_on(
        self, server: ImapServer, box: OurMailbox, reader: Reader
    ) -> None:
        await reader.look()
        await server.append(OURS, mail("今天", subject="Re: x"), at=box.clock.now().replace(year=2019))
        await reader.look()
        assert await box.texts() == ["今天"]

    async def test_many_are_taken_in_several_trips(
        self, server: ImapServer, box: OurMailbox, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(polling, "BATCH", 3)
        for number in range(8):
            raw = mail("x", subject="Re: x", sender=f"p{number}@customer.test")
            await server.append(OURS, raw, at=box.clock.now())
        await reader.look()
        assert [heard.address for heard in await box.heard()] == [f"p{number}@customer.test" for number in range(8)]

    async def test_one_that_is_too_large_is_left_where_it_is(
        self, server: ImapServer, box: OurMailbox, reader: Reader
    ) -> None:
        reader.mail_max = 1000
        await server.append(OURS, mail("长" * 2000, subject="很长"), at=box.clock.now())
        await arrive(server, box, "短")
        await reader.look()
        large, small = await box.texts()
        assert large.startswith("很长")
        assert "长长长" not in large
        assert small == "短"

    async def test_what_cannot_be_read_is_kept_and_holds_up_nothing(
        self, server: ImapServer, box: OurMailbox, reader: Reader
    ) -> None:
        await server.append(OURS, b"not a mail at all", at=box.clock.now())
        await arrive(server, box, "一")
        await reader.look()
        await reader.look()
        assert (await box.texts(), len(await box.unparsed())) == (["一"], 1)


class TestNumbersAnew:
    @pytest.mark.parametrize("first", [1, 5000])
    async def test_nothing_is_taken_twice_or_lost(
        self, server: ImapServer, box: OurMailbox, reader: Reader, first: int
    ) -> None:
        await arrive(server, box, "一", "二")
        await reader.look()
        await arrive(server, box, "三")
        await server.renumber(OURS, first=first)
        assert await reader.look() > 0
        await reader.look()
        await arrive(server, box, "四")
        await reader.look()
        assert await box.texts() == ["一", "二", "三", "四"]

    async def test_nor_after_a_long_silence(self, server: ImapServer, box: OurMailbox, reader: Reader) -> None:
        await arrive(server, box, "一")
        await reader.look()
        box.clock.advance(days=10)
        await server.append(OURS, mail("停机时", subject="Re: x"), at=box.clock.now().replace(day=27))
        box.clock.advance(days=10)
        await server.renumber(OURS)
        await reader.look()
        await reader.look()
        assert await box.texts() == ["一", "停机时"]


class TestOneReader:
    async def test_of_two_workers_one_reads(self, server: ImapServer, box: OurMailbox, reader: Reader) -> None:
        other = Reader(box.context, box.account)
        await arrive(server, box, "一")
        await reader.look()
        assert await other.look() == polling.TURN_S
        assert server.visits == 1
        await other.close()

    async def test_a_dead_one_is_followed_when_its_lease_is_over(
        self, server: ImapServer, box: OurMailbox, reader: Reader
    ) -> None:
        await arrive(server, box, "一")
        await reader.look()
        await arrive(server, box, "二")
        box.clock.advance(seconds=LEASE.total_seconds())
        heir = Reader(box.context, box.account)
        await heir.look()
        assert await box.texts() == ["一", "二"]
        assert await reader.look() == polling.TURN_S
        await heir.close()

    async def test_one_that_takes_longer_than_its_lease_keeps_the_turn(
        self, server: ImapServer, box: OurMailbox, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(polling, "RENEW_S", 0.001)
        other, held = Reader(box.context, box.account), asyncio.Event()

        async def noticed(*given: Any, **named: Any) -> Cursor | None:
            cursor = await hold(*given, **named)
            held.set()
            return cursor

        async def slowly(*given: Any) -> None:
            box.clock.advance(seconds=LEASE.total_seconds() - 1)
            for _ in range(2):
                # The first may have begun before.
                held.clear()
                await asyncio.wait_for(held.wait(), 5)
            box.clock.advance(seconds=LEASE.total_seconds() - 1)
            assert await other.look() == polling.TURN_S
            await take_all(*given)

        monkeypatch.setattr(polling, "hold", noticed)
        monkeypatch.setattr(polling, "take_all", slowly)
        await arrive(server, box, "一")
        assert await reader.look() == 0
        cursor = await box.cursor()
        assert cursor is not None
        assert (await box.texts(), cursor.last_uid > 0) == (["一"], True)
        await other.close()

    async def test_one_that_leaves_gives_the_turn_back(self, box: OurMailbox) -> None:
        for _ in range(2):
            one = Reader(box.context, box.account)
            assert await one.look() == 0
            await one.close()

    async def test_one_that_died_between_mail_and_cursor_is_followed_without_a_repetition(
        self, server: ImapServer, box: OurMailbox, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await arrive(server, box, "一")

        async def die(*_args: object, **_named: object) -> bool:
            raise asyncio.CancelledError

        with monkeypatch.context() as patched:
            patched.setattr(polling, "advance", die)
            with pytest.raises(asyncio.CancelledError):
                await reader.look()
        assert await box.texts() == ["一"]
        await reader.look()
        assert await box.texts() == ["一"]
        cursor = await box.cursor()
        assert cursor is not None
        assert cursor.last_uid > 0


class TestTrouble:
    async def test_a_broken_line_is_told_and_passes(self, server: ImapServer, box: OurMailbox, reader: Reader) -> None:
        await reader.look()
        await arrive(server, box, "一")
        server.hang_up()
        await asyncio.sleep(0)
        assert await reader.look() > 0
        assert await trouble(box)
        await reader.look()
        assert (await box.texts(), await trouble(box)) == (["一"], "")

    async def test_a_wrong_password_is_told_in_the_servers_words_and_pauses_grow(
        self, server: ImapServer, box: OurMailbox
    ) -> None:
        reader = Reader(box.context, _with_password(box.account, "old"))
        pauses = [await reader.look() for _ in range(10)]
        assert "sign_in" in await trouble(box)
        assert pauses[0] <= 2
        assert 150 <= pauses[-1] <= 300
        assert server.visits == 10
        await reader.close()

    async def test_while_the_database_is_away_the_mail_waits(
        self, server: ImapServer, box: OurMailbox, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log, "exception", lambda _event, **_: None, raising=False)
        await arrive(server, box, "一")

        async def away(*_args: object, **_named: object) -> None:
            raise OperationalError("", {}, Exception("away"))

        with monkeypatch.context() as patched:
            patched.setattr("channels.email.arriving.accept_many", away)
            assert await reader.look() > 0
        assert (await box.texts(), await server.seen(OURS)) == ([], [False])
        await reader.look()
        assert await box.texts() == ["一"]

    async def test_the_database_may_go_while_we_wait_for_news(
        self, server: ImapServer, box: OurMailbox, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log, "exception", lambda _event, **_: None, raising=False)
        monkeypatch.setattr(polling, "RENEW_S", 0.01)

        async def away(*_args: object, **_named: object) -> None:
            raise OperationalError("", {}, Exception("away"))

        await reader.look()
        with monkeypatch.context() as patched:
            patched.setattr(polling, "hold", away)
            await reader.wait()
            assert await reader.look() > 0
        await arrive(server, box, "一")
        assert await reader.look() == 0
        assert await box.texts() == ["一"]

    async def test_a_mail_removed_meanwhile_is_no_trouble(
        self, server: ImapServer, box: OurMailbox, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await arrive(server, box, "一", "二")
        right = Mailbox.whole

        def too_late(one: Mailbox, uids: Sequence[int]) -> dict[int, bytes]:
            return dict(list(right(one, uids).items())[:1])

        monkeypatch.setattr(Mailbox, "whole", too_late)
        assert await reader.look() == 0
        assert await box.texts() == ["一"]


async def test_the_worker_reads_as_mail_comes_and_stops_at_once(server: ImapServer, box: OurMailbox) -> None:
    stopping = asyncio.Event()
    async with asyncio.timeout(20):
        working = asyncio.create_task(poll(box.context, stopping))
        await _until_read(box, working)
        # It idles now, or is about to: the server at hand does not tell of what came in that very moment.
        while not await box.texts():
            await arrive(server, box, "一")
            await asyncio.sleep(0.2)
        stopping.set()
        box.ground.bus.publish("stopping")
        await working
    reader = Reader(box.context, box.account)
    assert await reader.look() == 0
    await reader.close()


async def test_it_reads_a_server_that_tells_nothing(
    ground: Ground, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "LOOK_S", 0.05)
    stopping = asyncio.Event()
    async with (
        imap_server({OURS: "pw"}, idles=False) as server,
        open_mailbox(ground, clock, **_at(server)) as box,
        asyncio.timeout(20),
    ):
        working = asyncio.create_task(poll(box.context, stopping))
        await _until_read(box, working)
        await arrive(server, box, "一")
        while not await box.texts():  # noqa: ASYNC110 - nobody tells of it.
            await asyncio.sleep(0.01)
        stopping.set()
        box.ground.bus.publish("stopping")
        await working


async def _until_read(box: OurMailbox, working: "asyncio.Task[None]") -> None:
    """The mailbox was looked into once."""
    while not ((cursor := await box.cursor()) and cursor.looked_at):
        assert not working.done()
        await asyncio.sleep(0.01)


def _with_password(account: Account, password: str) -> Account:
    known = {name: getattr(account, name) for name in ("id", "channel", "name", "label", "hook", "paused", "settings")}
    return Account(**known, secrets={"password": password})
