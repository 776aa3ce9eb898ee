"""A mailbox on a real IMAP server: opened, read without a trace, waited on."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest

from channels.email import mailbox
from channels.email.mailbox import Login, Mailbox, MailboxError
from tests.channels.email.arrivals import OURS, mail
from tests.support.mail_servers import ImapServer, imap_server

_T = TypeVar("_T")


@pytest.fixture
async def server() -> AsyncIterator[ImapServer]:
    async with imap_server({OURS: "pw"}) as standing:
        yield standing


def login(server: ImapServer, **other: str) -> Login:
    known = {"host": server.host, "security": "none", "username": OURS, "password": "pw", "folder": "INBOX"}
    return Login(port=server.port, **(known | other))


async def visited(server: ImapServer, do: Callable[[Mailbox], _T], **other: str) -> _T:
    """Do something in the open mailbox, in a thread as it has to be."""

    def visit() -> _T:
        box = Mailbox(login(server, **other))
        try:
            box.open()
            return do(box)
        finally:
            box.close()

    return await asyncio.to_thread(visit)


class TestReading:
    async def test_mails_are_found_by_their_numbers(self, server: ImapServer) -> None:
        first, second = [await server.append(OURS, mail(text)) for text in ("一", "二")]
        assert await visited(server, lambda box: box.after(0)) == [first, second]
        assert await visited(server, lambda box: box.after(first)) == [second]
        assert await visited(server, lambda box: box.after(second)) == []

    async def test_and_by_the_day_they_came(self, server: ImapServer) -> None:
        await server.append(OURS, mail("旧"), at=datetime(2026, 10, 1, tzinfo=UTC))
        fresh = await server.append(OURS, mail("新"), at=datetime(2026, 11, 24, tzinfo=UTC))
        assert await visited(server, lambda box: box.since(date(2026, 11, 20))) == [fresh]

    async def test_what_is_read_is_whole_and_not_marked(self, server: ImapServer) -> None:
        raw = mail("正文")
        uid = await server.append(OURS, raw)
        assert await visited(server, lambda box: box.whole([uid, uid + 5])) == {uid: raw}
        head = await visited(server, lambda box: box.heads([uid]))
        assert raw.startswith(head[uid].rstrip())
        assert (await visited(server, lambda box: box.sizes([uid])))[uid] == len(raw)
        assert await server.seen(OURS) == [False]

    async def test_until_it_is_said(self, server: ImapServer) -> None:
        uid = await server.append(OURS, mail())
        await visited(server, lambda box: box.mark_read([uid]))
        assert await server.seen(OURS) == [True]

    async def test_nothing_is_asked_about_no_mails(self, server: ImapServer) -> None:
        assert await visited(server, lambda box: (box.whole([]), box.heads([]), box.sizes([]))) == ({}, {}, {})


class TestWaiting:
    async def test_news_end_it(self, server: ImapServer) -> None:
        waits = threading.Event()

        def wait(box: Mailbox) -> tuple[bool, bool]:
            box.start_idling()
            quiet = box.wait(0.01)
            waits.set()
            came = box.wait(10)
            box.stop_idling()
            return quiet, came

        waiting = asyncio.create_task(visited(server, wait))
        await asyncio.to_thread(waits.wait, 5)
        await server.append(OURS, mail())
        assert await waiting == (False, True)

    async def test_it_can_be_broken_off(self, server: ImapServer) -> None:
        boxes: list[Mailbox] = []
        waits = threading.Event()

        def wait(box: Mailbox) -> float:
            boxes.append(box)
            box.start_idling()
            waits.set()
            begun = time.monotonic()
            box.wait(20)
            with pytest.raises(MailboxError):
                box.stop_idling()
            return time.monotonic() - begun

        waiting = asyncio.create_task(visited(server, wait))
        await asyncio.to_thread(waits.wait, 5)
        boxes[0].break_off()
        assert await waiting < 5

    async def test_a_server_that_hangs_up_ends_it(self, server: ImapServer) -> None:
        loop = asyncio.get_running_loop()

        def wait(box: Mailbox) -> None:
            box.start_idling()
            loop.call_soon_threadsafe(server.hang_up)
            box.wait(20)
            box.stop_idling()

        with pytest.raises(MailboxError):
            await visited(server, wait)

    async def test_mail_that_came_before_it_is_not_waited_for(self, server: ImapServer) -> None:
        loop = asyncio.get_running_loop()

        def wait(box: Mailbox) -> bool:
            asyncio.run_coroutine_threadsafe(server.append(OURS, mail()), loop).result(5)
            return box.start_idling()

        assert await visited(server, wait)


class TestTrouble:
    @pytest.mark.parametrize(
        ("other", "step"),
        [
            ({"password": "wrong"}, "sign_in"),
            ({"username": "stranger@desk.test"}, "sign_in"),
            ({"folder": "没有"}, "folder"),
            ({"host": "127.0.0.2"}, "connect"),
            ({"security": "tls"}, "connect"),
            ({"security": "starttls"}, "sign_in"),
        ],
    )
    async def test_it_is_named_by_its_step(self, server: ImapServer, other: dict[str, str], step: str) -> None:
        with pytest.raises(MailboxError) as told:
            await visited(server, Mailbox.open, **other)
        assert told.value.step == step
        assert told.value.said

    async def test_a_line_that_breaks_is_trouble(self, server: ImapServer) -> None:
        def lose(box: Mailbox) -> None:
            loop.call_soon_threadsafe(server.hang_up)
            for _ in range(50):
                box.after(0)

        loop = asyncio.get_running_loop()
        with pytest.raises(MailboxError):
            await visited(server, lose)

    @pytest.mark.parametrize(
        "answers",
        [
            b"",
            b"* OK ready\r\n",
            b"\x16\x03\x01 nonsense",
            b"* BYE busy\r\n",
            b"* OK ready\r\n* CAPABILITY IMAP4rev1 ID\r\nx BAD what\r\n",
        ],
    )
    async def test_a_server_that_speaks_nonsense_is_trouble(
        self, answers: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mailbox, "CONNECT_S", 0.2)
        monkeypatch.setattr(mailbox, "ANSWER_S", 0.2)

        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(answers)
            await reader.readline()
            writer.transport.abort()

        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        try:
            standing = ImapServer(server.sockets[0].getsockname()[1], None)  # type: ignore[arg-type]  # Unused.
            with pytest.raises(MailboxError):
                await visited(standing, Mailbox.open)
        finally:
            server.close()


async def test_the_server_is_told_what_we_are(server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, str]] = []
    client = vars(mailbox)["IMAPClient"]
    right = client.id_

    def watched(connection: object, parameters: dict[str, str]) -> object:
        told.append(parameters)
        return right(connection, parameters)

    monkeypatch.setattr(client, "id_", watched)
    assert await visited(server, lambda box: (box.asks_who, box.idles)) == (True, True)
    assert [each["name"] for each in told] == ["Yingpiao"]
