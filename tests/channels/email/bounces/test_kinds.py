"""Reports that are no bounces, and mails that are no reports."""

import json

import pytest

from channels.email.bounces.report import ReportKind
from tests.channels.email.bounces.mails import ORIGINAL, dsn, notice, read, report

COMPLAINT = (
    "From: feedback@provider.example\nTo: abuse@yingpiao.example\nSubject: Fw: Your order\n"
    'Content-Type: multipart/report; report-type=feedback-report; boundary="=_2"\n\n'
    "--=_2\nContent-Type: text/plain\n\nThis is an abuse report. The mail was rejected by its reader.\n"
    "--=_2\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Loop/1\nVersion: 1\n"
    "Original-Rcpt-To: li@shop.example\n"
    f"--=_2\nContent-Type: message/rfc822\n\n{ORIGINAL}\n--=_2--\n"
)
RECEIPT = (
    "From: li@shop.example\nTo: desk@yingpiao.example\nSubject: Read: Your order\n"
    'Content-Type: multipart/report; report-type=disposition-notification; boundary="=_3"\n\n'
    "--=_3\nContent-Type: text/plain\n\nYour message was read.\n"
    "--=_3\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; li@shop.example\n"
    "Original-Message-ID: <t.42.abc@yingpiao.example>\n"
    "Disposition: automatic-action/MDN-sent-automatically; displayed\n--=_3--\n"
)


def notification(told: object) -> str:
    return f"From: no-reply@sns.example\nSubject: Notification\n\n{json.dumps(told)}\n\n--\nTo stop: x@y.example\n"


class TestOtherReports:
    def test_a_complaint(self) -> None:
        found = report(COMPLAINT)
        assert (found.kind, found.recipients) == (ReportKind.COMPLAINT, ())
        assert found.original_ids == ("t.42.abc@yingpiao.example",)

    def test_a_complaint_that_only_hands_the_mail_back(self) -> None:
        mail = (
            "From: staff@provider.example\nSubject: complaint about message from 10.0.0.1\n"
            'Content-Type: multipart/mixed; boundary="=_4"\n\n--=_4\nContent-Type: message/rfc822\n\n'
            f"X-HmXmrOriginalRecipient: li@shop.example\n{ORIGINAL}\n--=_4--\n"
        )
        assert report(mail).kind is ReportKind.COMPLAINT

    def test_a_button_that_unsubscribes(self) -> None:
        mail = "From: li@shop.example\nSubject: unsubscribe\nAuto-Submitted: auto-replied\n\nSent by Mail.\n"
        assert report(mail).kind is ReportKind.COMPLAINT

    def test_a_receipt(self) -> None:
        found = report(RECEIPT)
        assert (found.kind, found.recipients) == (ReportKind.RECEIPT, ())
        assert found.original_ids == ("t.42.abc@yingpiao.example",)

    @pytest.mark.parametrize(
        "head",
        [
            "Subject: Automatic reply: Your order",
            "Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSNOiDorqLljZU=?=",
            "Subject: Re: Your order\nAuto-Submitted: auto-replied",
            "Subject: Re: Your order\nX-Autoreply: yes",
            "Subject: Abwesenheitsnotiz",
        ],
    )
    def test_an_absence(self, head: str) -> None:
        words = "I am away, mail will not be delivered to me. Ask wang@shop.example.\n"
        found = report(f"Return-Path: <>\nFrom: Li <li@shop.example>\n{head}\n\n{words}")
        assert (found.kind, found.recipients) == (ReportKind.AUTO_REPLY, ())

    def test_a_bounce_is_no_absence_however_it_was_submitted(self) -> None:
        mail = "Auto-Submitted: auto-replied\n" + dsn(
            "Final-Recipient: rfc822; li@shop.example\nAction: failed\nStatus: 5.1.1\n"
        )
        assert report(mail).kind is ReportKind.BOUNCE

    @pytest.mark.parametrize(
        "words", ["<li@shop.example> (successfully delivered to mailbox)", "您发送给 li@shop.example 的邮件已送达"]
    )
    def test_a_success_in_words(self, words: str) -> None:
        found = report(
            notice(f"{words}\n\n--- Original message follows.\n\n{ORIGINAL}", subject="Delivery status notification")
        )
        assert (found.kind, found.recipients) == (ReportKind.DELIVERED, ())


class TestNotifications:
    def test_a_bounce(self) -> None:
        recipient = {
            "emailAddress": "li@shop.example",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        }
        told = {
            "notificationType": "Bounce",
            "bounce": {"bounceType": "Permanent", "bouncedRecipients": [recipient]},
            "mail": {"headers": [{"name": "Message-ID", "value": "<t.42.abc@yingpiao.example>"}]},
        }
        found = report(notification(told))
        assert found.kind is ReportKind.BOUNCE
        assert [(one.address, one.status, one.hard) for one in found.recipients] == [("li@shop.example", "5.1.1", True)]
        assert found.original_ids == ("t.42.abc@yingpiao.example",)

    @pytest.mark.parametrize(
        ("name", "kind"), [("Complaint", ReportKind.COMPLAINT), ("Delivery", ReportKind.DELIVERED)]
    )
    def test_others(self, name: str, kind: ReportKind) -> None:
        found = report(notification({"notificationType": name}))
        assert (found.kind, found.recipients) == (kind, ())

    @pytest.mark.parametrize("told", [{"notificationType": "Weather"}, {"notificationType": ["Bounce"]}, {"a": 1}])
    def test_something_else(self, told: object) -> None:
        assert read(notification(told)) is None


def mail(words: str, *, head: str = "") -> str:
    return f"Return-Path: <li@shop.example>\nFrom: Li <li@shop.example>\nTo: desk@yingpiao.example\n{head}\n\n{words}\n"


QUIET = {
    "a question": mail("My order has not been delivered. Please help.", head="Subject: Delivery failed"),
    "a bounce quoted": mail(
        "I get this when I write to you:\n\n> <desk@yingpiao.example>: host mx said: 550 5.1.1 User unknown\n"
        "> could not be delivered",
        head="Subject: Re: Undelivered Mail Returned to Sender\nIn-Reply-To: <1@mx.other.example>",
    ),
    "a bounce forwarded": (
        "From: Li <li@shop.example>\nTo: desk@yingpiao.example\nSubject: Fwd: Undelivered Mail\n"
        'Content-Type: multipart/mixed; boundary="=_5"\n\n--=_5\n\nLook, your mail bounced.\n'
        "--=_5\nContent-Type: message/rfc822\n\n"
        + dsn("Final-Recipient: rfc822; li@shop.example\nAction: failed\nStatus: 5.1.1\n")
        + "\n--=_5--\n"
    ),
    "a parcel": (
        "Return-Path: <bounces@parcels.example>\nFrom: Parcels <noreply@parcels.example>\nTo: desk@yingpiao.example\n"
        "Auto-Submitted: auto-generated\nSubject: Delivery failed\n\n"
        "Your parcel could not be delivered. Write to help@parcels.example.\n"
    ),
    "a newsletter": (
        "Return-Path: <>\nFrom: News <news@paper.example>\nTo: desk@yingpiao.example\nList-Id: <news.paper.example>\n"
        "Subject: How to read bounce mails\n\n"
        "Mails are rejected and cannot be delivered for many reasons. Ask editor@paper.example.\n"
    ),
    "a postmaster who writes": notice(
        "Hello, I run this domain and cannot send you my question from my other address x@shop.example.",
        sender="postmaster@shop.example",
        subject="A question",
    ),
    "an alarm": notice(
        "Disk /var is 80 % full on web1. root@web1.example", sender="root@web1.example", subject="Cron <root@web1>"
    ),
    "a traveller": mail("Can you book it for me?", head="Subject: Vacation in Dali"),
    "an owner of a car": mail("It does not start.", head="Subject: Auto: it does not start"),
    "somebody whose auto-reply fails": mail("请帮我看看。", head="Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSN5LiN5bel5L2c?="),
    "nothing": "",
}


@pytest.mark.parametrize("name", QUIET)
def test_no_bounce_is_made_of(name: str) -> None:
    assert read(QUIET[name]) is None
