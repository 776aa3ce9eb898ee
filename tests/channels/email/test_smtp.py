"""The conversation with the server: what is sent once stays sent once, whatever breaks and wherever."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from channels.accounts.book import Account
from channels.delivery import retry_delivery
from channels.email.smtp import Connections, Patience, Posting, Server, try_sign_in
from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
)
from channels.port import Outbound
from channels.reach import refusal_of
from channels.simulator.email.sink import Sink, Stage
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.email.mailing import ADDRESS, LI, PASSWORD, Mailing, open_mailing

CONTENT = b"Subject: x\r\n\r\n.\r\n..two dots\r\nlast line\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 and its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    begin = datetime.now(UTC) - timedelta(days=1)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "sink.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + signed.public_bytes(pem))
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate, trusted by this process as those of the system are."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


def tls_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def server_of(sink: Sink, *, security: str = "none", password: str = PASSWORD, host: str = "127.0.0.1") -> Server:
    return Server(host=host, port=sink.port, security=security, username=ADDRESS, password=password)  # type: ignore[arg-type]  # One of the three.


def posting(content: bytes = CONTENT) -> Posting:
    return Posting(senders=[ADDRESS], recipient=LI, content=content)


def account_of(sink: Sink, **settings: object) -> Account:
    entered = {
        "address": ADDRESS,
        "smtp_host": "127.0.0.1",
        "smtp_port": sink.port,
        "smtp_security": "none",
        **settings,
    }
    return Account(
        id=1,
        channel="email",
        name=ADDRESS,
        label="",
        hook="h",
        paused=False,
        settings=entered,
        secrets={"password": PASSWORD, "smtp_password": ""},
    )


class TestTheLine:
    async def test_every_byte_arrives(self, clock: FrozenClock) -> None:
        connections = Connections()
        async with Sink(clock, password=PASSWORD).listening() as sink:
            await connections.send(server_of(sink), posting())
            await connections.send(server_of(sink), posting(b"no end of line"))
            await connections.close()
            assert [mail.raw for mail in sink.mails] == [CONTENT, b"no end of line\r\n"]

    @pytest.mark.parametrize("implicit", [True, False])
    async def test_with_tls_of_both_kinds(self, clock: FrozenClock, trusted: Path, *, implicit: bool) -> None:
        connections = Connections()
        sink = Sink(clock, password=PASSWORD, tls=tls_of(trusted), implicit_tls=implicit)
        async with sink.listening():
            await connections.send(server_of(sink, security="tls" if implicit else "starttls"), posting())
            await connections.close()
            assert len(sink.mails) == 1

    @pytest.mark.parametrize("implicit", [True, False])
    async def test_a_certificate_nobody_vouches_for_stops_everything(
        self, clock: FrozenClock, certificate: Path, *, implicit: bool
    ) -> None:
        sink = Sink(clock, password=PASSWORD, tls=tls_of(certificate), implicit_tls=implicit)
        async with sink.listening():
            with pytest.raises(AccountClosedError) as refused:
                await Connections().send(server_of(sink, security="tls" if implicit else "starttls"), posting())
            assert (refused.value.code, refused.value.broken) == ("certificate", True)

    async def test_a_server_without_tls_gets_no_password(self, clock: FrozenClock) -> None:
        async with Sink(clock, password=PASSWORD).listening() as sink:
            with pytest.raises(AccountClosedError) as refused:
                await Connections().send(server_of(sink, security="starttls"), posting())
            assert (refused.value.code, refused.value.broken) == ("unsupported", True)

    async def test_nor_does_one_elsewhere_that_we_speak_to_in_the_clear(self, clock: FrozenClock) -> None:
        async with Sink(clock).listening() as sink:
            with pytest.raises(AccountClosedError) as refused:
                await Connections().send(server_of(sink, host="192.0.2.1"), posting())
            assert refused.value.code == "insecure"

    async def test_a_burst_signs_in_once(self, clock: FrozenClock) -> None:
        connections = Connections()
        async with Sink(clock, password=PASSWORD).listening() as sink:
            for _ in range(5):
                await connections.send(server_of(sink), posting())
            await connections.close()
            assert (len(sink.mails), sink.connections) == (5, 1)

    async def test_never_more_than_two_connections_at_once(self, clock: FrozenClock) -> None:
        connections = Connections()
        async with Sink(clock, password=PASSWORD).listening() as sink:
            await asyncio.gather(*(connections.send(server_of(sink), posting()) for _ in range(8)))
            await connections.close()
            assert (len(sink.mails), sink.connections) == (8, 2)

    async def test_a_kept_connection_that_has_ended_costs_nothing(self, clock: FrozenClock) -> None:
        connections = Connections()
        async with Sink(clock, password=PASSWORD).listening() as sink:
            await connections.send(server_of(sink), posting())
            sink.hang_up()
            await connections.send(server_of(sink), posting())
            await connections.close()
            assert (len(sink.mails), sink.connections) == (2, 2)

    async def test_after_a_refusal_the_connection_is_good(self, clock: FrozenClock) -> None:
        connections = Connections()
        async with Sink(clock, password=PASSWORD).listening() as sink:
            sink.refuse(Stage.RECIPIENT, "550 5.1.1 No such user")
            with pytest.raises(PersonUnreachableError):
                await connections.send(server_of(sink), posting())
            await connections.send(server_of(sink), posting())
            await connections.close()
            assert (len(sink.mails), sink.connections) == (1, 1)


class TestASilentServer:
    PATIENCE = Patience(connect_s=5, command_s=0.05, mail_s=0.05)

    async def test_before_the_mail_it_is_tried_again(self, clock: FrozenClock) -> None:
        async with Sink(clock).listening() as sink:
            sink.delay(Stage.RECIPIENT, 30, times=2)
            with pytest.raises(DeliveryDelayedError):
                await Connections(self.PATIENCE).send(server_of(sink, password=""), posting())

    async def test_after_it_nobody_knows(self, clock: FrozenClock) -> None:
        async with Sink(clock).listening() as sink:
            sink.delay(Stage.TAKEN, 30)
            with pytest.raises(OutcomeUnknownError):
                await Connections(self.PATIENCE).send(server_of(sink, password=""), posting())
            assert len(sink.mails) == 1


class TestTheSender:
    async def test_a_server_that_takes_one_address_is_asked_for_no_other_again(self, clock: FrozenClock) -> None:
        connections = Connections()
        async with Sink(clock, password=PASSWORD, only_sender=ADDRESS).listening() as sink:
            for _ in range(3):
                await connections.send(server_of(sink), Posting(senders=["", ADDRESS], recipient=LI, content=CONTENT))
            await connections.close()
            assert ([mail.sender for mail in sink.mails], sink.refusals) == ([ADDRESS] * 3, 1)

    async def test_a_wrong_password_is_tried_once(self, clock: FrozenClock) -> None:
        async with Sink(clock, password="another").listening() as sink:
            with pytest.raises(AccountClosedError):
                await Connections().send(server_of(sink), posting())
            assert sink.refusals == 1


class TestTheCheckOfAnAccount:
    async def test_a_right_password(self, clock: FrozenClock) -> None:
        async with Sink(clock, password=PASSWORD).listening() as sink:
            await try_sign_in(account_of(sink))
            assert sink.mails == []

    async def test_a_wrong_one(self, clock: FrozenClock) -> None:
        async with Sink(clock, password="another").listening() as sink:
            with pytest.raises(AccountClosedError) as refused:
                await try_sign_in(account_of(sink))
            assert (refused.value.code, refused.value.broken) == ("535 5.7.8", True)

    async def test_no_server_there(self, clock: FrozenClock) -> None:
        async with Sink(clock).listening() as sink:
            gone = account_of(sink)
        with pytest.raises(AccountClosedError) as refused:
            await try_sign_in(gone)
        assert not refused.value.broken

    async def test_no_server_entered(self, clock: FrozenClock) -> None:
        with pytest.raises(AccountClosedError) as refused:
            await try_sign_in(account_of(Sink(clock), smtp_host=""))
        assert refused.value.code == "no_server"


class TestWhatBreaks:
    @pytest.mark.parametrize("stage", [Stage.SENDER, Stage.RECIPIENT])
    async def test_a_line_cut_before_the_mail_changes_nothing(
        self, ground: Ground, clock: FrozenClock, stage: Stage
    ) -> None:
        async with open_mailing(ground, clock) as mailing:
            mailing.sink.cut(stage)
            await mailing.put("您好。")
            await mailing.work()
            assert (await mailing.states(), await mailing.sent_records()) == (["queued"], [])
            await mailing.later(seconds=60, step=5)
            assert await mailing.states() == ["sent"]
            assert len(mailing.sink.mails) == 1

    @pytest.mark.parametrize("stage", [Stage.DATA, Stage.TAKEN])
    async def test_a_line_cut_after_it_is_a_doubt_and_nothing_is_sent_again(
        self, ground: Ground, clock: FrozenClock, stage: Stage
    ) -> None:
        async with open_mailing(ground, clock) as mailing:
            mailing.sink.cut(stage)
            await mailing.put("您好。")
            await mailing.work()
            assert await mailing.states() == ["unknown"]
            assert len(await mailing.sent_records()) == 1
            await mailing.later(seconds=600, step=60)
            assert len(mailing.sink.mails) == (stage is Stage.TAKEN)

    async def test_sent_again_by_staff_after_a_doubt_it_is_the_same_mail(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async with open_mailing(ground, clock) as mailing:
            mailing.sink.cut(Stage.TAKEN)
            await mailing.put("您好。")
            await mailing.work()
            async with ground.db.transaction() as session:
                await retry_delivery(session, clock.now(), "bot:1")
            await mailing.work()
            first, second = mailing.sink.mails
            assert first.message["Message-ID"] == second.message["Message-ID"]
            assert len(await mailing.sent_records()) == 1

    async def test_sent_again_after_a_refusal_it_is_another_one(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            mailing.sink.refuse(Stage.DATA, "554 5.7.1 Content rejected")
            await mailing.put("您好。")
            await mailing.work()
            async with ground.db.transaction() as session:
                await retry_delivery(session, clock.now(), "bot:1")
            await mailing.work()
            (record,) = await mailing.sent_records()
            assert await mailing.states() == ["sent"]
            assert record.key == "bot:1"

    async def test_a_server_that_is_away_for_long_costs_no_message(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            mailing.sink.cut(Stage.CONNECT, times=40)
            await mailing.put("您好。")
            await mailing.later(seconds=30 * 60, step=30)
            assert await mailing.states() == ["queued"]
            await mailing.later(seconds=20 * 60, step=30)
            assert await mailing.states() == ["sent"]


async def outcome(mailing: Mailing, stage: Stage, reply: str) -> str:
    """Send one mail that is refused so; the state it comes to."""
    mailing.sink.refuse(stage, reply, times=2)
    await mailing.put("您好。")
    await mailing.work()
    (row,) = await mailing.deliveries()
    assert row.error_text == reply.partition(" ")[2], "the server's words are kept"
    return row.state


class TestWhatIsRefused:
    """One of each kind, the whole way; which words mean what is in ``test_smtp_failures.py``."""

    async def test_who_is_not_there_is_not_written_to_until_a_mail_comes(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async with open_mailing(ground, clock) as mailing:
            assert await outcome(mailing, Stage.RECIPIENT, "550 5.1.1 No such user") == "failed"
            await mailing.put(Outbound(text="再说一句", author="staff"))
            await mailing.work()
            assert mailing.sink.connections == 1
            await mailing.hear("我换邮箱了又换回来了")
            async with ground.db.reading() as session:
                assert await refusal_of(session, f"email:{ADDRESS}:{LI}") is None

    async def test_one_mail_is_refused_and_others_pass(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            assert await outcome(mailing, Stage.DATA, "550 Mail content denied") == "failed"
            mailing.sink.forgive()
            await mailing.send("换个说法。")
            assert (await mailing.states())[-1] == "sent"

    async def test_a_matter_of_time_is_tried_again_when_it_is_time(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_mailing(ground, clock) as mailing:
            reply = "450 4.2.0 Greylisted, please try again in 5 minutes"
            assert await outcome(mailing, Stage.RECIPIENT, reply) == "queued"
            mailing.sink.forgive()
            clock.advance(seconds=280)
            await mailing.work()
            assert await mailing.states() == ["queued"]
            await mailing.later(seconds=60, step=10)
            assert await mailing.states() == ["sent"]

    @pytest.mark.parametrize(
        ("stage", "reply", "pause_s", "broken"),
        [
            (Stage.SIGN_IN, "535 Error: authentication failed", 600, True),
            (Stage.CONNECT, "421 Too many connections", 300, False),
            (Stage.DATA, "550 5.4.5 Daily sending quota exceeded", 3600, False),
        ],
    )
    async def test_what_concerns_the_mailbox_stops_the_mailbox(
        self, ground: Ground, clock: FrozenClock, *, stage: Stage, reply: str, pause_s: int, broken: bool
    ) -> None:
        async with open_mailing(ground, clock) as mailing:
            assert await outcome(mailing, stage, reply) == "queued"
            assert (await mailing.closed_for()).total_seconds() == pause_s
            assert (await mailing.pace()).broken == broken
            mailing.sink.forgive()
            clock.advance(seconds=pause_s)
            await mailing.work()
            assert await mailing.states() == ["sent"]
            assert not (await mailing.pace()).broken


class TestErrorsOfOurs:
    async def test_every_error_is_one_of_the_ports(self, clock: FrozenClock) -> None:
        kinds = (DeliveryDelayedError, DeliveryRefusedError, OutcomeUnknownError)
        async with Sink(clock, password=PASSWORD).listening() as sink:
            for stage in Stage:
                for reply in ("", "421 bye", "999 nonsense", "junk", "550\t\x00", "5"):
                    sink.forgive()
                    sink.refuse(stage, reply, times=3)
                    with pytest.raises(DeliveryError) as raised:
                        await Connections().send(server_of(sink), posting())
                    assert isinstance(raised.value, kinds), (stage, reply)
