"""The door for an MX: what is taken is stored, what cannot be stored stays with the MX, and nothing is passed on."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest
from sqlalchemy.exc import OperationalError

import bot.schema  # noqa: F401 - the tables.
from channels.email import receiving
from channels.email.background import receive
from channels.email.receiving import address_of, open_door
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.log import log
from tests.channels.email.arrivals import LI, OURS, OurMailbox, enter, mail, open_mailbox

_T = TypeVar("_T")


@pytest.fixture
async def box(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurMailbox]:
    async with open_mailbox(ground, clock, receive="smtp") as opened:
        yield opened


@pytest.fixture
async def port(box: OurMailbox) -> AsyncIterator[int]:
    server = await open_door(box.context, host="127.0.0.1", port=0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def hand_over(port: int, raw: bytes, *to: str, sender: str = LI) -> dict[str, tuple[int, bytes]]:
    """As an MX does; what was refused, by recipient."""
    return await talking(port, lambda mx: mx.sendmail(sender, list(to) or [OURS], raw))


async def talking(port: int, do: Callable[[smtplib.SMTP], _T]) -> _T:
    def talk() -> _T:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.desk.test", timeout=10) as mx:
            return do(mx)

    return await asyncio.to_thread(talk)


class TestTaking:
    async def test_it_is_stored_before_the_mx_may_forget_it(self, box: OurMailbox, port: int) -> None:
        raw = mail()
        assert await hand_over(port, raw) == {}
        [heard], [logged] = await box.heard(), await box.log()
        assert heard.text == "打印机故障\n打印机不工作了。"
        assert logged.original is not None
        assert box.ground.files.path(logged.original).read_bytes() == raw

    async def test_what_stands_behind_the_plus_says_what_it_answers(self, box: OurMailbox, port: int) -> None:
        key = await box.sent()
        await hand_over(port, mail(subject="Re: x", to="undisclosed:;"), box.names.plus_address(key, OURS))
        assert [heard.answers for heard in await box.heard()] == [key]

    async def test_a_mail_for_two_mailboxes_is_two(self, box: OurMailbox, port: int) -> None:
        await enter(box.context, "sales@desk.test", receive="smtp")
        await hand_over(port, mail(), OURS, "sales@desk.test", "Support@Desk.test")
        assert [heard.account for heard in await box.heard()] == [OURS, "sales@desk.test"]

    async def test_a_mail_handed_over_again_is_nothing(self, box: OurMailbox, port: int) -> None:
        raw = mail()
        await hand_over(port, raw)
        await hand_over(port, raw)
        assert len(await box.heard()) == 1

    async def test_a_mail_from_nobody_is_a_machines(self, box: OurMailbox, port: int) -> None:
        await hand_over(port, mail(), sender="")
        assert [heard.automatic for heard in await box.heard()] == [True]

    async def test_lines_longer_than_the_standard_has_them_pass(self, box: OurMailbox, port: int) -> None:
        raw = mail().rstrip() + b"\r\n" + b"x" * 5000 + b"\r\n"
        await hand_over(port, raw)
        [logged] = await box.log()
        assert logged.original is not None
        assert b"x" * 5000 in box.ground.files.path(logged.original).read_bytes()


class TestRefusing:
    @pytest.mark.parametrize(
        "to", ["stranger@desk.test", "support@elsewhere.test", "@desk.test", "support@desk.test@evil.test"]
    )
    async def test_nothing_is_passed_on(self, box: OurMailbox, port: int, to: str) -> None:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await hand_over(port, mail(), to)
        assert {code for code, _ in refused.value.recipients.values()} <= {550, 553}
        assert await box.log() == []

    async def test_a_mailbox_that_is_read_is_not_handed_to(self, box: OurMailbox, port: int) -> None:
        await enter(box.context, "sales@desk.test", receive="imap")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await hand_over(port, mail(), "sales@desk.test")

    async def test_too_large_is_announced_and_refused(
        self, box: OurMailbox, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receiving, "MAIL_MAX", 1000)

        def too_much(mx: smtplib.SMTP) -> str:
            mx.ehlo()
            with pytest.raises(smtplib.SMTPSenderRefused):
                mx.sendmail(LI, [OURS], mail("长" * 1000))
            return mx.esmtp_features["size"]

        assert await talking(port, too_much) == "1000"
        assert await box.log() == []

    async def test_nobody_can_sign_in(self, port: int) -> None:
        features = await talking(port, lambda mx: (mx.ehlo(), mx.esmtp_features)[1])
        assert "auth" not in features

    async def test_too_many_recipients_are_for_another_time(self, box: OurMailbox, port: int) -> None:
        to = [f"support+{number}@desk.test" for number in range(receiving.RECIPIENTS_MOST + 1)]
        refused = await hand_over(port, mail(), *to)
        assert [code for code, _ in refused.values()] == [452]
        assert len(await box.heard()) == 1


class TestTrouble:
    async def test_while_the_database_is_away_the_mx_keeps_it(
        self, box: OurMailbox, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log, "exception", lambda _event, **_: None, raising=False)
        raw = mail()

        async def away(*_args: object, **_named: object) -> None:
            raise OperationalError("", {}, Exception("away"))

        with monkeypatch.context() as patched:
            patched.setattr("channels.email.arriving.accept_many", away)
            with pytest.raises(smtplib.SMTPDataError) as refused:
                await hand_over(port, raw)
        assert refused.value.smtp_code == 451
        await hand_over(port, raw)
        assert len(await box.heard()) == 1

    async def test_garbage_is_taken_and_kept(self, box: OurMailbox, port: int) -> None:
        await hand_over(port, bytes(range(256)).replace(b"\r", b"").replace(b"\n", b""), sender="")
        assert len(await box.unparsed()) == 1


async def test_the_worker_opens_the_door_and_closes_it(ground: Ground, clock: FrozenClock) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    object.__setattr__(ground.settings, "smtp_listen", f"127.0.0.1:{port}")
    stopping = asyncio.Event()
    async with open_mailbox(ground, clock, receive="smtp") as box, asyncio.timeout(20):
        working = asyncio.create_task(receive(box.context, stopping))
        while not await _is_open(port):  # noqa: ASYNC110 - nobody tells of it.
            await asyncio.sleep(0.01)
        await hand_over(port, mail())
        stopping.set()
        ground.bus.publish("stopping")
        await working
        assert not await _is_open(port)
        assert len(await box.heard()) == 1


@pytest.mark.parametrize(
    ("listen", "address"),
    [("0.0.0.0:2525", ("0.0.0.0", 2525)), (":25", ("127.0.0.1", 25)), ("[::1]:2525", ("::1", 2525))],  # noqa: S104 - read, and not listened at.
)
def test_where_it_listens_is_a_setting(listen: str, address: tuple[str, int]) -> None:
    assert address_of(listen) == address


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
