"""Reports as mail systems write them, made of the words a test is about."""

from channels.email.bounces.reading import read_report
from channels.email.bounces.report import Report
from channels.email.mime.parsing import parse

#: Our mail, as a report quotes it.
ORIGINAL = """Return-Path: <desk@yingpiao.example>
Received: from app.yingpiao.example by mx.yingpiao.example; Tue, 3 Feb 2026 09:00:00 +0800
From: =?utf-8?B?5a6i5pyN?= <desk@yingpiao.example>
To: li@shop.example
Subject: Your order
Message-ID: <t.42.abc@yingpiao.example>
Date: Tue, 3 Feb 2026 09:00:00 +0800

Dear Li, your order is on its way.
"""


def read(mail: str | bytes) -> Report | None:
    raw = mail.encode() if isinstance(mail, str) else mail
    return read_report(raw, parse(raw))


def report(mail: str | bytes) -> Report:
    found = read(mail)
    assert found is not None
    return found


def notice(
    words: str, *, sender: str = "MAILER-DAEMON@mx.other.example", subject: str = "failure notice", more: str = ""
) -> str:
    """A bounce that is one text."""
    return f"Return-Path: <>\n{more}From: {sender}\nTo: desk@yingpiao.example\nSubject: {subject}\n\n{words}"


def dsn(fields: str, *, words: str = "Your message could not be delivered.", original: str = ORIGINAL) -> str:
    """A bounce of three parts (RFC 3462)."""
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.other.example>\nTo: desk@yingpiao.example\n"
        "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_1"\n\n'
        f"--=_1\nContent-Type: text/plain; charset=utf-8\n\n{words}\n"
        f"--=_1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.other.example\n\n{fields}\n"
        f"--=_1\nContent-Type: message/rfc822\n\n{original}\n--=_1--\n"
    )
