"""What servers report about mail of ours reaches the delivery it carried."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

import bot.schema  # noqa: F401 - the tables.
from channels.failing import DELIVERY_FAILED
from channels.models import DeliveryState
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox.models import Job
from tests.channels.email.arrivals import LI, MX, OURS, OurMailbox, open_mailbox


@pytest.fixture
async def box(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurMailbox]:
    async with open_mailbox(ground, clock) as opened:
        yield opened


def notice(
    *,
    original: str,
    action: str = "failed",
    status: str = "5.1.1",
    to: str = OURS,
    address: str = LI,
    said: str = "",
    sender: str = "MAILER-DAEMON@mx.customer.test",
    proven: bool = False,
) -> bytes:
    """A delivery status notification (RFC 3464); ``proven``: our own mail server vouches for its sender."""
    words = said or f"550 {status} no such user here"
    vouched = f"dmarc=pass header.from={sender.rpartition('@')[2]}" if proven else "none"
    return f"""\
Return-Path: <>
Authentication-Results: {MX}; {vouched}
From: Mail Delivery System <{sender}>
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: Tue, 24 Nov 2026 10:00:05 +0800
Message-ID: <{action}.{status}.{len(original)}@mx.customer.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

Your message could not be delivered.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.test

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--cut
Content-Type: text/rfc822-headers

From: {OURS}
To: {address}
Subject: Re: x
Message-ID: {original}

--cut--
""".replace("\n", "\r\n").encode()


def complaint(*, original: str) -> bytes:
    """A feedback report (RFC 5965)."""
    return f"""\
From: feedback@mail.customer.test
To: {OURS}
Subject: complaint about message from 192.0.2.1
Date: Tue, 24 Nov 2026 10:00:05 +0800
Message-ID: <feedback@mail.customer.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="cut"

--cut
Content-Type: text/plain

This is a complaint.

--cut
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Desk/1.0
Version: 1
Original-Rcpt-To: <{LI}>

--cut
Content-Type: message/rfc822

From: {OURS}
To: {LI}
Subject: Re: x
Message-ID: {original}

text
--cut--
""".replace("\n", "\r\n").encode()


async def kinds(box: OurMailbox) -> list[str]:
    return [one.kind for one in await box.log()]


class TestBounces:
    async def test_it_fails_the_delivery_and_nothing_more_is_sent_there(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(notice(original=box.named(key)))
        delivery = await box.delivery(key)
        assert (delivery.state, delivery.error_code) == (DeliveryState.FAILED, "5.1.1")
        assert "no such user" in (delivery.error_text or "")
        assert (await box.reach())[box.thread()].refused_code == "5.1.1"
        assert (await kinds(box), await box.heard()) == (["bounce"], [])
        [logged] = await box.log()
        assert logged.thread == box.thread()

    async def test_whoever_waits_for_it_is_told_once(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(notice(original=box.named(key)), notice(original=box.named(key)))
        async with box.ground.db.reading() as session:
            jobs = (await session.exec(select(Job).where(Job.kind == DELIVERY_FAILED))).all()
        assert [job.payload for job in jobs] == [{"key": key}]

    async def test_a_full_mailbox_is_tried_again_another_time(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(notice(original=box.named(key), status="5.2.2", said="552 5.2.2 mailbox full"))
        assert (await box.delivery(key)).state == DeliveryState.FAILED
        assert await box.reach() == {}

    async def test_one_that_came_to_the_plus_address_needs_no_original(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(notice(original="<lost@x.test>", to=box.names.plus_address(key, OURS)))
        assert (await box.delivery(key)).state == DeliveryState.FAILED

    async def test_where_only_the_address_is_named_it_is_the_newest_mail(self, box: OurMailbox) -> None:
        old = await box.sent()
        box.clock.advance(hours=1)
        key = await box.sent()
        await box.take(notice(original="<lost@x.test>", proven=True))
        assert [(await box.delivery(each)).state for each in (old, key)] == [DeliveryState.SENT, DeliveryState.FAILED]
        assert (await box.reach())[box.thread()].refused_code == "5.1.1"

    async def test_our_own_mail_system_knows_that_too(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(notice(original="<lost@x.test>", sender="postmaster@desk.test", proven=True))
        assert (await box.delivery(key)).state == DeliveryState.FAILED

    @pytest.mark.parametrize(
        ("sender", "proven"),
        [
            ("MAILER-DAEMON@mx.customer.test", False),
            ("MAILER-DAEMON@mx.evil.test", True),
            ("mallory@customer.test", True),
            ("mailer-daemon-mallory@customer.test", True),
        ],
    )
    async def test_nobody_else_can_cut_a_person_off_who_knows_no_more_than_the_address(
        self, box: OurMailbox, sender: str, *, proven: bool
    ) -> None:
        key = await box.sent()
        await box.take(notice(original="<lost@x.test>", sender=sender, proven=proven))
        assert ((await box.delivery(key)).state, await box.reach()) == (DeliveryState.SENT, {})
        [logged] = await box.log()
        assert (logged.kind, logged.thread) == ("bounce", box.thread(sender.lower()))

    async def test_not_one_of_last_week(self, box: OurMailbox) -> None:
        key = await box.sent()
        box.clock.advance(days=7)
        await box.take(notice(original="<lost@x.test>", proven=True))
        assert (await box.delivery(key)).state == DeliveryState.SENT

    async def test_of_mail_that_was_never_ours_it_is_logged(self, box: OurMailbox) -> None:
        await box.take(notice(original="<spam@evil.test>", address="victim@elsewhere.test"))
        assert (await kinds(box), await box.heard(), await box.reach()) == (["bounce"], [], {})

    async def test_a_delay_changes_nothing(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(notice(original=box.named(key), action="delayed", status="4.4.1"))
        assert ((await box.delivery(key)).state, await kinds(box)) == (DeliveryState.SENT, ["delay"])
        assert (await box.heard(), await box.reach()) == ([], {})

    async def test_the_word_that_it_arrived_is_logged(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(notice(original=box.named(key), action="delivered", status="2.0.0", said="250 Ok"))
        assert (await box.delivery(key)).state == DeliveryState.SENT
        assert (await kinds(box), await box.heard()) == (["report"], [])

    async def test_a_person_who_writes_can_be_written_to_again(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(notice(original=box.named(key)))
        await box.take(await box.answer(key, "我的邮箱好了"))
        assert (await box.reach())[box.thread()].refused_code is None


class TestComplaints:
    async def test_it_ends_what_can_be_done_without_and_what_we_say_by_ourselves(self, box: OurMailbox) -> None:
        key = await box.sent()
        await box.take(complaint(original=box.named(key)))
        assert [(one.account, one.address, one.why) for one in await box.unsubscribed()] == [(OURS, LI, "complaint")]
        assert (await box.reach())[box.thread()].machine_at is not None
        assert (await kinds(box), await box.heard()) == (["complaint"], [])
        assert (await box.delivery(key)).state == DeliveryState.SENT

    async def test_about_mail_that_was_never_ours_it_is_logged(self, box: OurMailbox) -> None:
        await box.take(complaint(original="<spam@evil.test>"))
        assert (await kinds(box), list(await box.unsubscribed())) == (["complaint"], [])
