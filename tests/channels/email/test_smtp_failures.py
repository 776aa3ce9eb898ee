"""What the words of mail servers mean. The servers' sentences are of the kind each provider documents."""

import pytest

from channels.email.failures import Answer, Stage, answer_failure, no_connection, silence_failure
from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
)

RCPT, DATA, MAIL, AUTH, HELLO = Stage.RECIPIENT, Stage.DATA, Stage.SENDER, Stage.SIGN_IN, Stage.CONNECT


def meaning(stage: Stage, reply: str) -> DeliveryError:
    number, _, text = reply.partition(" ")
    return answer_failure(Answer(stage=stage, number=int(number), text=text))


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        (RCPT, "550 5.1.1 The email account that you tried to reach does not exist"),
        (RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        (RCPT, "550 5.2.1 The email account that you tried to reach is disabled"),
        (RCPT, "550 User not found: li@kehu.example"),
        (RCPT, "550 Invalid User"),
        (RCPT, "550 Mailbox not found"),
        (RCPT, "550 <li@kehu.example>: Recipient address rejected: User unknown in local recipient table"),
        (RCPT, "550 <li@kehu.example>... No such user here"),
        (RCPT, "553 sorry, no mailbox here by that name"),
        (RCPT, "550 收件人不存在"),
        (RCPT, "550 "),
        (RCPT, "556 5.1.10 Domain does not accept mail"),
        (DATA, "550 5.1.1 unknown user"),
        (DATA, "554 delivery error: This user doesn't have a kehu.example account"),
    ],
)
def test_the_person_is_not_there(stage: Stage, reply: str) -> None:
    assert isinstance(meaning(stage, reply), PersonUnreachableError)


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        (DATA, "554 5.7.1 Message rejected as spam"),
        (DATA, "550 Mail content denied. http://service.mail.example/cgi-bin/help"),
        (DATA, "554 DT:SPM 163 smtp12,wKgADHx+example"),
        (DATA, "554 DT:SUM 163 smtp12"),
        (DATA, "550 5.7.26 This mail is unauthenticated"),
        (DATA, "552 5.3.4 Message size exceeds fixed maximum message size"),
        (DATA, "550 "),
        (RCPT, "550 5.7.1 Service unavailable, client host blocked using a list"),
        (RCPT, "550 5.7.1 Recipient address rejected: rejected by policy"),
        (RCPT, "550 Sorry, your mail is rejected by the recipient's blacklist"),
        (RCPT, "552 5.2.2 Mailbox full"),
        (RCPT, "550 5.4.1 Recipient address rejected: Access denied"),
        (RCPT, "550 对方拒收您的邮件"),
        (MAIL, "552 Message size exceeds limit"),
    ],
)
def test_this_mail_is_refused_and_nobody_else(stage: Stage, reply: str) -> None:
    refused = meaning(stage, reply)
    assert isinstance(refused, DeliveryRefusedError)
    assert not isinstance(refused, PersonUnreachableError)


@pytest.mark.parametrize(
    ("stage", "reply", "after_s"),
    [
        (RCPT, "450 4.2.0 Greylisted, please try again in 90 seconds", 90),
        (RCPT, "451 4.7.1 Greylisting in action, please come back later", 300),
        (RCPT, "451 4.7.1 Please try again after 2 hours", 7200),
        (RCPT, "452 4.2.2 The recipient's inbox is out of storage space", 1800),
        (RCPT, "450 4.2.1 The user you are trying to contact is receiving mail at a rate that is too frequent", None),
        (RCPT, "451 4.4.0 DNS lookup failed", None),
        (DATA, "451 4.3.0 Temporary failure", None),
        (DATA, "421 4.3.2 Service shutting down", None),
        (MAIL, "451 4.3.0 try later", None),
    ],
)
def test_a_matter_of_time(stage: Stage, reply: str, after_s: float | None) -> None:
    delayed = meaning(stage, reply)
    assert isinstance(delayed, DeliveryDelayedError)
    assert not isinstance(delayed, AccountClosedError)
    assert delayed.retry_after_s == after_s


@pytest.mark.parametrize(
    ("stage", "reply", "pause_s"),
    [
        (AUTH, "454 4.7.0 Temporary authentication failure", 300),
        (AUTH, "535 Login fail. Login frequency limited", 300),
        (HELLO, "421 Too many connections from your host", 300),
        (MAIL, "550 Domain frequency limited", 300),
        (RCPT, "550 Connection frequency limited", 300),
        (DATA, "450 4.7.28 Our system has detected an unusual rate of mail", 300),
        (DATA, "550 5.4.5 Daily sending quota exceeded", 3600),
        (DATA, "451 MI:SFQ 163 smtp5", 300),
        (DATA, "550 MI:STC 163 smtp5", 3600),
        (RCPT, "451 RP:TRC 163 smtp5", 300),
        (DATA, "554 HL:ITC 163 smtp5", 300),
        (DATA, "550 发信频率过快，请在 10 分钟后再试", 300),
        (RCPT, "452 4.5.3 Too many recipients, wait 120 s", 120),
    ],
)
def test_the_mailbox_has_to_pause(stage: Stage, reply: str, pause_s: float) -> None:
    closed = meaning(stage, reply)
    assert isinstance(closed, AccountClosedError)
    assert (closed.broken, closed.retry_after_s) == (False, pause_s)


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        (AUTH, "535 5.7.8 Username and Password not accepted"),
        (AUTH, "535 Login Fail. Please enter your authorization code to login"),
        (AUTH, "550 User has no permission"),
        (AUTH, "534 5.7.9 Application-specific password required"),
        (MAIL, "530 5.7.0 Must issue a STARTTLS command first"),
        (MAIL, "553 Mail from must equal authorized user"),
        (MAIL, "550 5.7.60 Client does not have permissions to send as this sender"),
        (RCPT, "554 5.7.1 <li@kehu.example>: Relay access denied"),
        (HELLO, "554 5.7.1 Your address is on a list"),
    ],
)
def test_somebody_has_to_correct_the_settings(stage: Stage, reply: str) -> None:
    closed = meaning(stage, reply)
    assert isinstance(closed, AccountClosedError)
    assert closed.broken


def test_codes_and_words_are_kept_for_staff() -> None:
    refused = meaning(RCPT, "550 5.1.1 No such user\nsecond line")
    assert (refused.code, refused.text) == ("550 5.1.1", "5.1.1 No such user\nsecond line")
    assert meaning(DATA, "554 DT:SPM").code == "554"


def test_silence_is_a_doubt_only_once_the_mail_was_on_its_way() -> None:
    gone = ConnectionResetError("gone")
    assert isinstance(silence_failure(gone, handed_over=True), OutcomeUnknownError)
    assert isinstance(silence_failure(gone, handed_over=False), DeliveryDelayedError)
    assert isinstance(no_connection(gone), AccountClosedError)


def test_long_sentences_are_no_work() -> None:
    for stage in Stage:
        meaning(stage, "550 " + "user " * 200_000)
        meaning(stage, "450 " + "exceeded the recipient " * 50_000)
