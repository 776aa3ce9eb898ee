import pytest

from channels.email.bounces.report import Reason, ReportKind
from tests.channels.email.bounces.mails import ORIGINAL, dsn, report


class TestDeliveryStatus:
    def test_names_the_recipient_and_why(self) -> None:
        found = report(
            dsn(
                "Final-Recipient: rfc822; li@shop.example\nAction: failed\nStatus: 5.1.1\n"
                "Diagnostic-Code: smtp; 550 5.1.1 <li@shop.example>: Recipient address rejected: User unknown\n"
            )
        )
        assert found.kind is ReportKind.BOUNCE
        [failed] = found.recipients
        assert (failed.address, failed.status, failed.hard) == ("li@shop.example", "5.1.1", True)
        assert failed.reason is Reason.USER_UNKNOWN
        assert "User unknown" in failed.said

    def test_finds_the_mail_again_by_its_message_id(self) -> None:
        found = report(dsn("Final-Recipient: rfc822; li@shop.example\nAction: failed\nStatus: 5.1.1\n"))
        assert found.original_ids == ("t.42.abc@yingpiao.example",)
        assert found.original_headers["subject"] == "Your order"

    def test_finds_the_mail_again_where_its_headers_are_spoiled(self) -> None:
        spoiled = "Received: from a\nby b\nfor c\nMessage-ID: <t.42.abc@yingpiao.example>\n\nDear Li\n"
        fields = "Final-Recipient: rfc822; li@shop.example\nAction: failed\nStatus: 5.1.1\n"
        assert report(dsn(fields, original=spoiled)).original_ids == ("t.42.abc@yingpiao.example",)

    def test_keeps_several_recipients_apart(self) -> None:
        found = report(
            dsn(
                "Final-Recipient: rfc822; a@shop.example\nAction: failed\nStatus: 5.1.1\n\n"
                "Final-Recipient: rfc822; b@shop.example\nAction: failed\nStatus: 5.2.2\n"
                "Diagnostic-Code: smtp; 552 5.2.2 mailbox full\n\n"
                "Final-Recipient: rfc822; c@shop.example\nAction: delivered\nStatus: 2.0.0\n"
            )
        )
        assert [(one.address, one.hard) for one in found.recipients] == [
            ("a@shop.example", True),
            ("b@shop.example", False),
        ]

    def test_keeps_recipients_apart_that_no_empty_line_parts(self) -> None:
        found = report(
            dsn(
                "Final-Recipient: rfc822; a@shop.example\nAction: failed\nStatus: 5.1.1\n"
                "Final-Recipient: rfc822; b@shop.example\nAction: failed\nStatus: 5.1.2\n"
            )
        )
        assert [one.address for one in found.recipients] == ["a@shop.example", "b@shop.example"]

    def test_says_each_recipient_once(self) -> None:
        group = "Final-Recipient: rfc822; A@shop.example\nAction: failed\nStatus: 5.1.1\n\n"
        assert len(report(dsn(group + group.lower())).recipients) == 1

    def test_prefers_the_address_the_mail_was_sent_to(self) -> None:
        found = report(
            dsn(
                "Original-Recipient: rfc822;li+2Bwork@shop.example\nFinal-Recipient: rfc822;box7@inside.shop.example\n"
                "Action: failed\nStatus: 5.1.1\n"
            )
        )
        assert found.recipients[0].address == "li+work@shop.example"

    def test_leaves_a_plus_in_an_address_alone(self) -> None:
        found = report(dsn("Final-Recipient: rfc822; li+AAnn@shop.example\nAction: failed\nStatus: 5.1.1\n"))
        assert found.recipients[0].address == "li+AAnn@shop.example"

    def test_unfolds_what_the_server_said(self) -> None:
        found = report(
            dsn(
                "Final-Recipient: rfc822; li@shop.example\nAction: failed\nStatus: 5.0.0\n"
                "Diagnostic-Code: smtp; 550-no such\n    user\n"
            )
        )
        assert found.recipients[0].said == "smtp; 550-no such user"
        assert found.recipients[0].hard

    @pytest.mark.parametrize(
        "fields",
        [
            "Final-Recipient: li@shop.example\nAction: FAILED (will not be tried)\nStatus: 5.1.1 (unknown)\n",
            "final-recipient:rfc822;<li@shop.example>\nstatus:5.1.1\naction:failed\n",
            "Original-Recipient: <li@shop.example>\nAction: failed\nDiagnostic-Code: smtp; 550 no such user\n",
            "Final-Recipient: rfc822; /var/spool/li\nAction: failed\nStatus: 5.1.1\n",
            "Action: failed\nStatus: 5.1.1\n",
        ],
        ids=["no type", "lower case", "no final", "a file", "no recipient"],
    )
    def test_reads_broken_fields(self, fields: str) -> None:
        [failed] = report(dsn(fields)).recipients
        assert (failed.address, failed.hard) == ("li@shop.example", True)

    def test_reads_fields_that_a_text_holds(self) -> None:
        mail = (
            "Return-Path: <>\nFrom: postmaster@mx.other.example\nSubject: Undeliverable\n\nNot delivered.\n\n"
            "Reporting-MTA: dns; mx.other.example\n\nFinal-Recipient: rfc822; li@shop.example\nAction: failed\n"
            f"Status: 5.1.1\n\n{ORIGINAL}"
        )
        found = report(mail)
        assert found.recipients[0].address == "li@shop.example"
        assert found.original_ids == ("t.42.abc@yingpiao.example",)

    def test_reads_a_report_whose_fields_are_missing(self) -> None:
        found = report(dsn("X-Queue: 1"))
        assert found.kind is ReportKind.BOUNCE
        assert found.recipients[0].address == "li@shop.example"

    def test_knows_the_original_by_the_reports_own_threading(self) -> None:
        mail = dsn("Final-Recipient: rfc822; li@shop.example\nAction: failed\nStatus: 5.1.1\n", original="\n")
        found = report("In-Reply-To: <t.7.x@yingpiao.example>\n" + mail)
        assert found.original_ids == ("t.7.x@yingpiao.example",)


class TestDelay:
    def test_is_no_bounce_and_never_hard(self) -> None:
        found = report(
            dsn(
                "Final-Recipient: rfc822; li@shop.example\nAction: delayed\nStatus: 4.4.1\n"
                "Diagnostic-Code: smtp; 450 4.1.1 user unknown\n"
            )
        )
        assert found.kind is ReportKind.DELAY
        assert not found.recipients[0].hard

    def test_is_over_when_one_was_given_up(self) -> None:
        found = report(
            dsn(
                "Final-Recipient: rfc822; a@shop.example\nAction: delayed\nStatus: 4.4.1\n\n"
                "Final-Recipient: rfc822; b@shop.example\nAction: failed\nStatus: 5.1.1\n"
            )
        )
        assert found.kind is ReportKind.BOUNCE
        assert [one.address for one in found.recipients] == ["b@shop.example"]

    def test_is_told_by_the_code_where_no_action_is_named(self) -> None:
        found = report(dsn("Final-Recipient: rfc822; a@shop.example\nStatus: 4.4.1\n"))
        assert found.kind is ReportKind.DELAY


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_success_names_nobody(action: str) -> None:
    found = report(dsn(f"Final-Recipient: rfc822; li@shop.example\nAction: {action}\nStatus: 2.0.0\n"))
    assert found.kind is ReportKind.DELIVERED
    assert found.recipients == ()
    assert found.original_ids == ("t.42.abc@yingpiao.example",)
