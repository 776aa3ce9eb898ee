import pytest

from channels.email.bounces.report import Reason
from channels.email.bounces.verdicts import judge, status_in

HARD = [
    "550 5.1.1 The email account that you tried to reach does not exist",
    "550 No such user here",
    "550 unknown user",
    "550 Requested action not taken: mailbox unavailable",
    "550 5.4.1 Recipient address rejected: Access denied",
    "550 User abc not listed in Domino Directory",
    "550 Host unknown",
    "Host or domain name not found. Name service error for name=x.example type=A: Host not found",
    "all relevant MX records point to non-existent hosts",
    "556 5.1.10 Recipient address has null MX",
    "551 recipient no longer on server",
    "550 收件人不存在",
    "对方邮箱账号不存在",
    "收件人域名不存在",
    "Empfängeradresse nicht gefunden",
    "Adresse destinataire inconnue",
    "宛先が見つかりません",
]
SOFT = [
    "552 5.2.2 Mailbox full",
    "550 5.1.1 over quota",
    "收件人邮箱已满",
    "对方邮箱空间不足",
    "550 5.7.1 rejected as spam",
    "550 5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy",
    "554 5.7.1 Service unavailable; Client host [10.0.0.1] blocked using bl.example",
    "550 5.7.1 Unable to relay",
    "553 5.1.8 Sender address domain does not exist",
    "450 4.7.1 Greylisted, try again in 300 seconds",
    "550 Account disabled",
    "552 5.3.4 Message size exceeds fixed limit",
    "connect to mx.example[10.0.0.1]:25: Connection timed out",
    "Host or domain name not found. Name service error for name=x.example type=MX: Host not found, try again",
    "550 发信频率过高",
    "邮件被对方拒收",
    "554 Transaction failed",
    "550 unknown error",
    "",
]


@pytest.mark.parametrize("said", HARD)
def test_an_address_that_is_bad_for_ever(said: str) -> None:
    assert judge(said).reason.hard


@pytest.mark.parametrize("said", SOFT)
def test_an_address_that_may_be_good(said: str) -> None:
    assert not judge(said).reason.hard


class TestWordsBeforeCodes:
    def test_a_full_mailbox_is_full_under_any_code(self) -> None:
        assert judge("550 5.1.1 mailbox full", status="5.1.1").reason is Reason.MAILBOX_FULL

    def test_codes_decide_where_words_say_nothing(self) -> None:
        assert judge("550 5.1.1 no").reason is Reason.USER_UNKNOWN
        assert judge("", status="5.2.2").reason is Reason.MAILBOX_FULL

    def test_a_code_of_the_moment_is_not_hard(self) -> None:
        assert not judge("", status="4.4.4").reason.hard

    def test_the_words_of_addresses_and_links_mean_nothing(self) -> None:
        assert (
            judge("550 <mailbox-full@x.example>: user unknown, see https://x.example/spam").reason
            is Reason.USER_UNKNOWN
        )

    def test_the_notice_is_asked_where_the_server_said_nothing(self) -> None:
        assert judge("", around="<a@x.example>: user unknown", status="5.0.0").reason is Reason.USER_UNKNOWN

    def test_the_words_next_to_the_code_are_asked_last(self) -> None:
        assert judge("", status="5.0.0", comment="host/domain does not accept mail").reason is Reason.NO_MAIL


class TestStage:
    def test_unknown_at_the_end_of_the_mail_is_a_filter(self) -> None:
        assert (
            judge("550 unknown user", around="550 unknown user (in reply to end of DATA command)").reason
            is Reason.FILTERED
        )

    def test_unknown_under_a_policy_code_is_a_filter(self) -> None:
        assert judge("550 5.7.1 user unknown").reason is Reason.FILTERED

    def test_before_the_recipient_was_named_the_sender_is_meant(self) -> None:
        assert (
            judge("553 user does not exist", around="after MAIL FROM:<a@x.example>: 553 user does not exist").reason
            is Reason.SENDER_REJECTED
        )

    def test_a_program_of_the_recipient_is_not_the_address(self) -> None:
        assert judge("x-unix; procmail: no such user", status="5.1.1").reason is Reason.LOCAL_PROGRAM


class TestStatus:
    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("550 5.1.1 no", "5.1.1"),
            ("554 4.4.7 expired <421 4.4.2 timed out>", "4.4.2"),
            ("550 5.7.509 no", "5.7.509"),
            ("host 10.5.1.1 said no", ""),
            ("250 2.1.5 ok", ""),
            ("5.0.0 (5.2.2 full)", "5.2.2"),
        ],
    )
    def test_in_a_text(self, text: str, status: str) -> None:
        assert status_in(text) == status

    def test_of_the_answer_goes_before_that_of_the_report(self) -> None:
        assert judge("550 5.2.2 no", status="5.0.0").status == "5.2.2"

    def test_is_guessed_from_the_reply(self) -> None:
        assert judge("451 later").status == "4.0.0"
        assert judge("550 no").status == "5.0.0"
