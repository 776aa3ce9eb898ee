"""Ten thousand mails nobody would write: none raises, and all that is read can be stored and shown."""

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email.mime.authentication import verdict
from channels.email.mime.automatic import automatic_reason, wants_no_answer
from channels.email.mime.html import html_to_text
from channels.email.mime.model import Address, Mail
from channels.email.mime.parsing import parse
from tests.channels.email.mime.raw import file, message, multipart, text
from tests.channels.email.mime.test_tnef import attached, winmail
from tests.support.trying import tries

HEADS = (
    'From: =?gb2312?B?wO67qg==?= <li@b.example>, "Hua, L" <l@b.example>',
    "Subject: =?utf-8?Q?=E5=8F=91?= =?utf-8?Q?=E7=A5=A8?=",
    "Message-ID: <[abc@x.example>",
    "Date: Mon, 24 Nov 2025 18:00:00 +0800",
    "Authentication-Results: mx; spf=pass (x) smtp.mailfrom=b.example; dkim=pass header.d=b.example",
    "Auto-Submitted: auto-replied",
)
PAGE = "<p>one<a href='http://a.example'>two</a><table><tr><td>3<td>4</table><ul><li>5</ul><blockquote>6</blockquote>"
#: Sound mails of many kinds, to damage.
SOUND = (
    multipart("alternative", text("plain"), text(PAGE, "html"), headers=HEADS),
    multipart("mixed", text("hi \r\n> there \r\n", "plain; format=flowed"), file("发票.pdf"), headers=HEADS),
    multipart("related", text(PAGE, "html"), message("Content-Type: image/png", "Content-ID: <a@b>", body=b"\x89PNG")),
    multipart("report", text("bad"), message("Content-Type: message/delivery-status", body="Status: 5.1.1")),
    multipart("mixed", message("Content-Type: application/ms-tnef", body=winmail(attached(b"a.txt", b"one")))),
    multipart("mixed", message("Content-Type: message/rfc822", body=message(*HEADS, body="old"))),
    message(*HEADS, "Content-Transfer-Encoding: base64", body="5Y+R56Wo5byA5YW35aSx6LSl"),
    message(*HEADS, "Content-Transfer-Encoding: quoted-printable", body="=E5=8F=91=\r\n=E7=A5=A8"),
    message(*HEADS, "Content-Transfer-Encoding: x-uuencode", body="begin 644 a\r\n%:&5L;&\\\r\n`\r\nend\r\n"),
    message("Content-Type: text/plain; charset=iso-2022-jp", body=b"\x1b$B-!@AEl\x1b(B"),
    text("BEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:20260101T000000Z", "calendar"),
)
MARKS = b"\x00 \r \n \r\n\r\n --b1 --b1-- < > \" ( ) ; : = * ' @ , \\ % \xff\xfe \xed\xa0\x80 \x9f"
WORDS = b"=?utf-8?B? =?gb2312?Q? ?= \x1b$B ~{ +AA- filename*0*= filename*= boundary=b1 format=flowed delsp=yes"
TAGS = b"<td> </table> <blockquote> <pre> <!-- <li> <a/href=http:x> <p/style=display:none> &#0; &#xd800;"
CHARSETS = b"utf-7 utf-16 hz idna punycode base64 undefined iso-2022-jp big5 x-unknown gb2312"
PIECES = st.sampled_from(
    [
        *b" ".join([MARKS, WORDS, TAGS]).split(b" "),
        *(b"charset=" + name for name in CHARSETS.split()),
        b"begin 644 a\n",
    ]
)
HURRIED = settings(deadline=None, suppress_health_check=list(HealthCheck))


def texts(mail: Mail) -> Iterator[str]:
    yield from (mail.subject, mail.text, mail.html or "", mail.message_id, *mail.in_reply_to, *mail.references)
    people: tuple[Address, ...] = (mail.sender, *mail.reply_to, *mail.to, *mail.cc)
    yield from (said for person in people for said in (person.address, person.name))
    yield from (said for part in mail.parts for said in (part.name, part.mime, part.content_id))
    yield from (value for values in mail.headers.values() for value in values)


def read(raw: bytes) -> None:
    mail = parse(raw)
    verdict(mail, "mx")
    automatic_reason(mail)
    wants_no_answer(mail)
    for said in texts(mail):
        assert "\x00" not in said
        said.encode()
    assert all(part.name for part in mail.parts)


@settings(HURRIED, max_examples=tries(8_000))
@given(
    sound=st.sampled_from(SOUND),
    changes=st.lists(st.tuples(st.integers(0, 999), st.integers(0, 30), PIECES), max_size=4),
)
def test_damaged_mails_are_read(sound: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    raw = sound
    for at, gone, put in changes:
        place = at * len(raw) // 1000
        raw = raw[:place] + put + raw[place + gone :]
    read(raw)


@settings(HURRIED, max_examples=tries(1_000))
@given(st.binary(max_size=300))
def test_bytes_are_read(raw: bytes) -> None:
    read(raw)
    read(b"Content-Type: text/html\r\n\r\n" + raw)


@settings(HURRIED, max_examples=tries(1_000))
@given(st.lists(st.sampled_from(PAGE.split(">")) | st.text(max_size=10), max_size=30))
def test_pages_are_read(pieces: list[str]) -> None:
    html_to_text(">".join(pieces))
