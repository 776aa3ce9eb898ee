"""Whatever arrives, reading it ends soon, and not in an exception."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from channels.email.bounces.reading import read_report
from channels.email.bounces.verdicts import judge
from channels.email.mime.model import Address, Mail
from channels.email.mime.parsing import parse
from tests.channels.email.bounces.mails import ORIGINAL, dsn, notice
from tests.support.trying import tries

SEEDS = [
    dsn(
        "Final-Recipient: rfc822; li@shop.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no user\n"
    ),
    notice(f"<li@shop.example>:\n550 no such user\n\n--- Below this line is a copy of the message.\n\n{ORIGINAL}"),
    notice(
        '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"a@b.example"}]},'
        '"mail":{"headers":[{"name":1}]}}'
    ),
]
PIECES = [
    b"\x00",
    b"\xff\xfe",
    b"\r",
    b"\n",
    b"\n\n",
    b"--=_1",
    b"--=_1--",
    b":",
    b"; ",
    b"<",
    b">",
    b"@",
    b"=?utf-8?B?",
    b"?=",
    b"Content-Type: multipart/report; boundary=",
    b"Content-Type: text/html\n\n<",
    b"Content-Transfer-Encoding: base64\n",
    b"Final-Recipient: rfc822;",
    b"Action:",
    b"Status: 5.",
    b"550 ",
    b"could not be delivered",
    b"{",
    b"[",
    b"null",
    b"\xe9\x80\x80\xe4\xbf\xa1",
]  # fmt: skip -- a line each would be a page of them.


@some.composite
def damaged(draw: some.DrawFn) -> bytes:
    """A report with pieces put in and cut out anywhere."""
    mail = draw(some.sampled_from(SEEDS)).encode()
    for _ in range(draw(some.integers(1, 6))):
        start = draw(some.integers(0, len(mail)))
        end = start + draw(some.sampled_from([0, 0, 1, 7, 60]))
        mail = mail[:start] + draw(some.one_of(some.sampled_from(PIECES), some.binary(max_size=12))) + mail[end:]
    return mail


@settings(max_examples=tries(1_500), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_a_damaged_report_is_read_somehow(raw: bytes) -> None:
    read_report(raw, parse(raw))
    read_report(raw, Mail(sender=Address(address="mailer-daemon@mx.example"), headers={"return-path": ("<>",)}))


@settings(max_examples=tries(500), deadline=None)
@given(some.text(max_size=300), some.text(max_size=300), some.text(max_size=12), some.text(max_size=30))
def test_any_words_have_a_verdict(said: str, around: str, status: str, comment: str) -> None:
    judge(said, around=around, status=status, comment=comment)


LONG = {
    "addresses without an end": b"a@" * 150_000,
    "one word": b"a" * 300_000,
    "a word of the rules": b"deliver mailbox account user " * 10_000,
    "recipients": b"".join(b"<u%d@x.example>: mailbox account user address\n" % number for number in range(6_000)),
    "addresses in sentences": b"".join(b"to u%d@x.example and mailbox account\n" % number for number in range(7_000)),
    "brackets": b"<" * 300_000,
    "dashes": (b"-" * 1_999 + b"\n") * 150,
    "headers": b"Received: from x\n" * 18_000,
    "nested": b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" * 6_000,
    "a list in a list": b'{"notificationType":' + b"[" * 300_000,
    "fields": b"".join(
        b"Final-Recipient: rfc822; u%d@x.example\nAction: failed\nStatus: 5.0.0\n\n" % number for number in range(4_000)
    ),
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_report_takes_no_long_time(name: str) -> None:
    raw = notice("could not be delivered 550 no\n").encode() + LONG[name]
    mail = Mail(
        sender=Address(address="mailer-daemon@mx.example"),
        headers={"from": ("mailer-daemon@mx.example",), "return-path": ("<>",)},
    )
    started = time.process_time()
    read_report(raw, mail)
    assert time.process_time() - started < 3
