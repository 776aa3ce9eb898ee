"""Mails written to keep us busy: each of them is read in a moment."""

import time

import pytest

from channels.email.mime.authentication import verdict
from channels.email.mime.automatic import automatic_reason
from channels.email.mime.parsing import parse

MOMENT_S = 1.0
MANY = 20_000
HEADERS = ("From", "Subject", "Message-ID", "Content-Type", "Content-Disposition", "Date", "Authentication-Results")
VALUES: dict[str, bytes] = {
    "a long word": b"a" * 2 * MANY,
    "opened brackets": b"<" * 2 * MANY,
    "a bracket and wide blanks": b"<" + "\u3000".encode() * MANY,
    "opened comments": b"(" * 2 * MANY,
    "escaped quotes": b'"' + b'\\"' * MANY,
    "names without addresses": b"a," * MANY,
    "colons": b"a://" * MANY + b"<a@b.example>",
    "opened words": b"=?a?q?" * MANY,
    "at signs": b"a@" * MANY,
    "a local part without an end": b"a" * 2 * MANY + b"@ ",
    "pieces of parameters": b"t/t" + b"; a*1*=b" * MANY,
    "slashes": b"/" * 2 * MANY,
    "digits": b"Mon, 24 Nov 2025 10:00:00 +" + b"9" * 2 * MANY,
    "properties": b"mx; " + b"a b.c=d " * MANY,
}
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
BODIES: dict[str, bytes] = {
    "delimiters": MIXED + b"--b\r\n" * 10 * MANY,
    "empty parts": MIXED + b"--b\r\n\r\nx\r\n" * 5 * MANY,
    "multiparts in multiparts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(3000)
    ),
    "one boundary for all": (MIXED + b"--b\r\n") * 10_000,
    "dashes and blanks": b"Content-Type: multipart/mixed\r\n\r\n--" + b" " * 10 * MANY,
    "files without end": b"A: b\r\n\r\n" + b"begin 644 x\n`\nend\n" * 5 * MANY,
    "files that begin": b"A: b\r\n\r\n" + b"begin 644 x\r\n" * 2 * MANY,
    "flowing lines": b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \n" * 5 * MANY,
    "headers": b"a: b\r\n" * 5 * MANY,
    "continued lines": b"a: b\r\n" + b" c\r\n" * 5 * MANY,
    "broken lines": b"a: b\r\n" + b"c\r\n" * 5 * MANY,
    "nested elements": HTML + b"<div>" * 4 * MANY,
    "nested tables": HTML + b"<table><tr><td>a" * MANY,
    "tags that never end": HTML + b"<br" * 5 * MANY,
    "formatting left open": HTML + b"<p>" + b"".join(b"<font a=%d>" % number for number in range(350)) + b"x<p>" * MANY,
    "attributes": HTML + b"<p " + b" ".join(b"a%d" % number for number in range(MANY)) + b">",
    "styles": HTML + b"<p style='" + b"height:0;" * MANY + b"'>",
    "quotes in quotes": HTML + b"<blockquote>" * 390 + b"x<br>" * MANY,
}


def reading_s(raw: bytes) -> float:
    started = time.process_time()
    mail = parse(raw)
    verdict(mail, "mx")
    automatic_reason(mail)
    return time.process_time() - started


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
@pytest.mark.parametrize("header", HEADERS)
def test_a_header_is_read_in_a_moment(header: str, value: bytes) -> None:
    assert reading_s(header.encode() + b": " + value + b"\r\n\r\nhello") < MOMENT_S


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES.keys())
def test_a_body_is_read_in_a_moment(raw: bytes) -> None:
    assert reading_s(raw) < MOMENT_S
