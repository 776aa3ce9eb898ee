import pytest

from channels.email.mime.automatic import automatic_reason, wants_no_answer
from channels.email.mime.parsing import parse
from tests.channels.email.mime.raw import SENDER, message, multipart, text


def reason(*headers: str) -> str:
    return automatic_reason(parse(message(SENDER, *headers, body="hello")))


class TestHeaders:
    @pytest.mark.parametrize(
        ("header", "said"),
        [
            ("Auto-Submitted: auto-replied", "auto-submitted: auto-replied"),
            ("Auto-Submitted: Auto-Generated; owner=x", "auto-submitted: auto-generated"),
            ("Auto-Submitted: auto-notified (a comment)", "auto-submitted: auto-notified"),
            ("Precedence: Bulk", "precedence: bulk"),
            ("Precedence: list", "precedence: list"),
            ("Precedence: junk", "precedence: junk"),
            ("Precedence: auto_reply", "precedence: auto_reply"),
            ("List-Id: <news.shop.example>", "list-id"),
            ("List-Unsubscribe: <mailto:off@shop.example>", "list-unsubscribe"),
            ("X-Autoreply: yes", "x-autoreply"),
            ("X-Autorespond: 1", "x-autorespond"),
            ("X-Auto-Response: vacation", "x-auto-response"),
            ("Return-Path: <>", "return-path: <>"),
            ("Return-Path: < >", "return-path: <>"),
        ],
    )
    def test_they_give_a_machine_away(self, header: str, said: str) -> None:
        assert reason(header) == said

    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: no",
            "Auto-Submitted: No (a person)",
            "Auto-Submitted:",
            "Precedence: normal",
            "Precedence: first-class",
            "Feedback-ID: 1:2:3:shop",
            "X-Auto-Response-Suppress: All",
            "X-Autoreply: no",
            "Return-Path: <li@customer.example>",
            "List-Id:",
        ],
    )
    def test_others_do_not(self, header: str) -> None:
        assert reason(header) == ""

    def test_a_report_is_a_machines(self) -> None:
        raw = multipart("report", text("not delivered"), headers=(SENDER,))
        assert automatic_reason(parse(raw)) == "content-type: multipart/report"


class TestSenders:
    @pytest.mark.parametrize(
        "address",
        [
            "MAILER-DAEMON@b.example",
            "mailerdaemon@b.example",
            "postmaster@b.example",
            "no-reply@b.example",
            "noreply@b.example",
            "no_reply+7@b.example",
            "do-not-reply@b.example",
            "donotreply@b.example",
            "service-noreply@b.example",
            "bounces+12-34@b.example",
        ],
    )
    def test_a_name_nobody_reads_is_a_machines(self, address: str) -> None:
        found = automatic_reason(parse(message(f"From: System <{address}>", "Subject: hello", body="x")))
        assert found == f"sender: {address.partition('@')[0].lower()}"

    @pytest.mark.parametrize("sender", ["MAILER-DAEMON", "MAILER-DAEMON <>", '"Delivery" <Mailer-Daemon>'])
    def test_one_without_an_address_can_be_a_machines(self, sender: str) -> None:
        assert automatic_reason(parse(message(f"From: {sender}", body="x"))) == "sender: mailer-daemon"

    @pytest.mark.parametrize(
        "address", ["noreen@b.example", "reply@b.example", "bouncer@b.example", "li.norep@b.example"]
    )
    def test_other_names_are_persons(self, address: str) -> None:
        assert automatic_reason(parse(message(f"From: {address}", body="x"))) == ""


class TestSubjects:
    @pytest.mark.parametrize(
        "subject",
        [
            "自动回复: 发票问题",
            "自动回复：发票问题",
            "【自动回复】发票问题",
            "自動回覆: 發票",
            "自动答复: 会议",
            "回复: 自动回复: 发票问题",
            "外出自动回复: 发票",
            "Automatic reply: invoice",
            "AUTOMATIC REPLY: invoice",
            "Re: Automatic reply: invoice",
            "Auto-Reply: invoice",
            "Autoreply: invoice",
            "Auto: invoice",
            "Out of Office: invoice",
            "Out of the office until Monday",
            "[Auto-Reply] invoice",
        ],
    )
    def test_they_give_a_machine_away(self, subject: str) -> None:
        assert reason(f"Subject: {subject}").startswith("subject: ")

    @pytest.mark.parametrize(
        "subject",
        [
            "",
            "发票问题",
            "怎么设置自动回复",
            "自动回复怎么设置？",
            "How do I set an automatic reply: the button is gone",
            "Automatic replying does not work",
            "Auto insurance invoice",
            "Autoreply settings",
            "Out of officers",
        ],
    )
    def test_subjects_of_persons_do_not(self, subject: str) -> None:
        assert reason(f"Subject: {subject}") == ""


class TestWishes:
    @pytest.mark.parametrize("value", ["All", "DR, OOF, AutoReply", "AutoReply"])
    def test_whoever_wants_no_answer_says_so(self, value: str) -> None:
        assert wants_no_answer(parse(message(SENDER, f"X-Auto-Response-Suppress: {value}")))

    @pytest.mark.parametrize("value", ["", "None", "DR, RN, NRN"])
    def test_other_wishes_are_none_of_ours(self, value: str) -> None:
        assert not wants_no_answer(parse(message(SENDER, f"X-Auto-Response-Suppress: {value}")))
