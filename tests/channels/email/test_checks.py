"""Trying a mailbox out says what is wrong, in words and step by step."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

import bot.schema  # noqa: F401 - the tables.
from channels.email.checks import check
from channels.email.polling import Reader
from channels.email.settings import EmailSettings
from channels.platform import Checked
from channels.simulator.email.sink import Sink
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.i18n import LOCALES, translate
from tests.channels.email.arrivals import MX, OURS, PASSED, OurMailbox, mail, open_mailbox
from tests.support.mail_servers import ImapServer, imap_server


@pytest.fixture
async def server() -> AsyncIterator[ImapServer]:
    async with imap_server({OURS: "pw"}) as standing:
        yield standing


@pytest.fixture
async def sink(clock: FrozenClock) -> AsyncIterator[Sink]:
    async with Sink(clock, password="pw").listening() as listening:
        yield listening


def at(server: ImapServer, sink: Sink) -> dict[str, Any]:
    return {
        "imap_host": server.host,
        "imap_port": server.port,
        "imap_security": "none",
        "smtp_host": "127.0.0.1",
        "smtp_port": sink.port,
        "smtp_security": "none",
    }


async def steps(box: OurMailbox) -> dict[str, Checked]:
    """What was tried; every step can be read in both languages."""
    done = await check(box.context, box.account)
    for step in done:
        assert all(translate(step.text, locale, **step.values) for locale in LOCALES)
    return {step.step: step for step in done}


async def outcomes(box: OurMailbox) -> dict[str, bool]:
    return {name: step.ok for name, step in (await steps(box)).items()}


class TestGood:
    async def test_everything_is_in_order(
        self, ground: Ground, clock: FrozenClock, server: ImapServer, sink: Sink
    ) -> None:
        await server.append(OURS, mail(Authentication_Results=PASSED), at=clock.now())
        async with open_mailbox(ground, clock, **at(server, sink)) as box:
            named = ["sign_in", "folder", "id", "idle", "authserv", "smtp"]
            assert await outcomes(box) == dict.fromkeys(named, True)
            assert await server.seen(OURS) == [False]

    async def test_a_server_that_does_not_tell_of_mail_is_good_too(
        self, ground: Ground, clock: FrozenClock, sink: Sink
    ) -> None:
        async with (
            imap_server({OURS: "pw"}, idles=False) as server,
            open_mailbox(ground, clock, **at(server, sink)) as box,
        ):
            assert (await steps(box))["idle"].text.endswith(".poll")


class TestWhoVouches:
    async def test_the_name_to_enter_is_suggested(
        self, ground: Ground, clock: FrozenClock, server: ImapServer, sink: Sink
    ) -> None:
        await server.append(OURS, mail(Authentication_Results=PASSED), at=clock.now())
        async with open_mailbox(ground, clock, **at(server, sink), authserv_id="") as box:
            step = (await steps(box))["authserv"]
            assert (step.ok, step.values) == (False, {"found": MX})

    async def test_where_nobody_vouches_it_is_said(
        self, ground: Ground, clock: FrozenClock, server: ImapServer, sink: Sink
    ) -> None:
        await server.append(OURS, mail(), at=clock.now())
        async with open_mailbox(ground, clock, **at(server, sink)) as box:
            assert (await steps(box))["authserv"].text.endswith(".none")


class TestBad:
    async def test_a_wrong_password_ends_it_for_reading_and_sending_is_tried_all_the_same(
        self, ground: Ground, clock: FrozenClock, server: ImapServer, sink: Sink
    ) -> None:
        async with open_mailbox(ground, clock, **at(server, sink), username="stranger@desk.test") as box:
            done = await steps(box)
            assert not done["sign_in"].ok
            assert done["sign_in"].said
            assert "smtp" in done

    async def test_a_folder_that_is_not_there(
        self, ground: Ground, clock: FrozenClock, server: ImapServer, sink: Sink
    ) -> None:
        async with open_mailbox(ground, clock, **at(server, sink), folder="Nowhere") as box:
            assert await outcomes(box) == {"sign_in": True, "folder": False, "smtp": True}

    async def test_a_server_that_is_not_there(self, ground: Ground, clock: FrozenClock, sink: Sink) -> None:
        async with imap_server({OURS: "pw"}) as server:
            gone = at(server, sink)
        async with open_mailbox(ground, clock, **gone) as box:
            assert await outcomes(box) == {"connect": False, "smtp": True}

    async def test_a_server_that_does_not_let_us_send(
        self, ground: Ground, clock: FrozenClock, server: ImapServer, sink: Sink
    ) -> None:
        sink.password = "another"
        async with open_mailbox(ground, clock, **at(server, sink)) as box:
            step = (await steps(box))["smtp"]
            assert not step.ok
            assert step.said

    async def test_what_the_reader_could_not_do_is_told(
        self, ground: Ground, clock: FrozenClock, server: ImapServer, sink: Sink
    ) -> None:
        async with open_mailbox(ground, clock, **at(server, sink)) as box:
            reader = Reader(box.context, box.account)
            await reader.look()
            server.hang_up()
            await reader.look()
            await reader.close()
            assert not (await steps(box))["reading"].ok


@pytest.mark.parametrize(("listen", "ok"), [("127.0.0.1:2525", True), ("", False)])
async def test_a_mailbox_that_is_handed_its_mail_needs_the_door(
    ground: Ground, clock: FrozenClock, sink: Sink, *, listen: str, ok: bool
) -> None:
    object.__setattr__(ground.settings, "smtp_listen", listen)
    entered = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_security": "none", "receive": "smtp"}
    async with open_mailbox(ground, clock, **entered) as box:
        assert await outcomes(box) == {"door": ok, "smtp": True}


@pytest.mark.parametrize(
    "entered",
    [
        {"address": "nobody"},
        {"imap_host": "imap.desk.test", "imap_security": "none"},
        {"smtp_host": "192.0.2.7", "smtp_security": "none"},
    ],
)
def test_what_cannot_be_right_is_not_taken(entered: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"channels\.email"):
        EmailSettings.model_validate({"address": OURS, **entered})


def test_an_mx_on_this_machine_needs_no_encryption() -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        entered = EmailSettings.model_validate({"address": OURS, "smtp_host": host, "smtp_security": "none"})
        assert entered.smtp_security == "none"
