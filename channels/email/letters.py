"""The mail itself: its head, its bodies and its files, as bytes to hand over. Pure.

The standard library's newer interface would write file names in one way only, and half of the mail programs in use
read the other one; so the parts are put together by hand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import encoders, policy, utils
from email.charset import BASE64, QP, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from io import BytesIO
from typing import TypeAlias
from urllib.parse import quote

from channels.errors import DeliveryRefusedError

#: Longer chains are cut in the middle: the first mail and the last ones are what programs sort by.
CHAIN_MOST = 20
SUBJECT_MOST = 150
#: Encoded words keep to this; other lines of a head may be longer, as an address that is folded is not always found.
_WORDS_MAX, _LINE_MAX = 76, 500
_NAME_PIECE = 60
_PREFIX = re.compile(
    r"\s*(?:re|aw|sv|vs|antw|fw|fwd|wg|tr|rv|回复|回覆|答复|答覆|转发|轉發|轉寄)\s?(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]",
    re.IGNORECASE,
)
#: More of them than this nobody has read.
_PREFIXES_MOST = 20
_NAME = re.compile(r"[!-;=?-~]{1,300}")
#: Nothing that ends a line, begins another address, or has to be quoted.
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_DOMAIN = re.compile(r"[a-z0-9._-]{1,253}|\[[0-9a-f.:ipv]{1,60}\]", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

#: A message of the standard library, with any kind of header in it.
_Part: TypeAlias = "Message[str, str]"


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A file to send along."""

    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Everything that goes into a mail. Names of mails are without their angle brackets.

    ``machine`` is what Auto-Submitted says: "auto-replied", "auto-generated", or empty for a person's words.
    """

    sender_name: str
    sender: str
    recipient: str
    subject: str
    message_id: str
    at: datetime
    text: str
    html: str
    locale: str
    reply_to: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    machine: str = ""
    unsubscribe: str = ""
    files: Sequence[Enclosure] = ()


def plain_address(address: str) -> str:
    """The address in ASCII, as every server takes it; raises DeliveryRefusedError where there is none."""
    local, _, domain = address.rpartition("@")
    try:
        # A domain that is ASCII already is encoded as it is, with whatever ends a line in it.
        encoded = domain.encode("idna").decode()
    except UnicodeError:
        raise DeliveryRefusedError("address", address) from None
    if not (_LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(encoded)):
        raise DeliveryRefusedError("address", address)
    return f"{local}@{encoded}"


def subject_of(theirs: str, ours: str, number: str) -> str:
    """``Re:`` and what the person wrote there, else our own words; with the number once, by which answers are found."""
    words, prefix = (theirs, "Re: ") if theirs else (ours, "")
    for _ in range(_PREFIXES_MOST):
        found = _PREFIX.match(words)
        if found is None:
            break
        words = words[found.end() :]
    words = " ".join(_CONTROLS.sub(" ", words).split())
    named = f" [#{number}]" if number and number not in words else ""
    if len(words) > SUBJECT_MOST:
        words = words[: SUBJECT_MOST - 1] + "…"
    return f"{prefix}{words}{named}".strip()


def chain_of(message_id: str, references: Sequence[str]) -> tuple[str, list[str]]:
    """In-Reply-To and References of an answer; what a hostile mail puts there is left out."""
    last = _name_in(message_id)
    chain = list(dict.fromkeys(name for each in (*references, message_id) if (name := _name_in(each))))
    if len(chain) > CHAIN_MOST:
        chain = [chain[0], *chain[-CHAIN_MOST + 1 :]]
    return last, chain


def _name_in(text: str) -> str:
    name = text.strip().removeprefix("<").removesuffix(">")
    return name if _NAME.fullmatch(name) else ""


def as_bytes(letter: Letter) -> bytes:
    """The mail as it goes over the line."""
    bodies = MIMEMultipart("alternative")
    bodies.attach(_body(letter.text, "plain"))
    bodies.attach(_body(letter.html, "html"))
    whole: _Part = bodies
    if letter.files:
        whole = MIMEMultipart("mixed")
        whole.attach(bodies)
        for file in letter.files:
            whole.attach(_file(file))
    _write_head(whole, letter)
    written = BytesIO()
    rules = policy.compat32.clone(linesep="\r\n", max_line_length=_LINE_MAX)
    BytesGenerator(written, mangle_from_=False, policy=rules).flatten(whole)
    return written.getvalue()


def _body(text: str, kind: str) -> _Part:
    """Mostly ASCII stays readable on the way; what is not is a third longer then, and base64 is shorter."""
    readable = sum(map(str.isascii, text)) * 3 > len(text) * 2
    charset = Charset("utf-8")
    charset.body_encoding = QP if readable else BASE64
    unified = text.replace("\r\n", "\n")
    return MIMEText(unified if readable else unified.replace("\n", "\r\n"), kind, charset)  # type: ignore[arg-type]  # A Charset is taken, as documented.


def _file(file: Enclosure) -> _Part:
    major, _, minor = file.mime.partition("/")
    part = MIMEBase(major or "application", minor or "octet-stream")
    part.set_payload(file.content)
    encoders.encode_base64(part)
    name = _CONTROLS.sub(" ", file.name).replace('"', "'").replace("\\", "_")
    # Two ways, for programs that read only one of them: an encoded word, which is wrong and everywhere understood,
    # and RFC 2231.
    part.replace_header("Content-Type", f'{part.get_content_type()}; name="{_encoded_words(name)}"')
    part["Content-Disposition"] = "; ".join(["attachment", *_named(name)])
    return part


def _encoded_words(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode(linesep="").replace("\n", "")


def _named(name: str) -> list[str]:
    """The parameter as RFC 2231 has it, in pieces where it is long."""
    if name.isascii():
        return [f'filename="{name}"']
    pieces = [quote(name[place : place + _NAME_PIECE // 6], safe="") for place in range(0, len(name), _NAME_PIECE // 6)]
    if len(pieces) == 1:
        return [f"filename*=utf-8''{pieces[0]}"]
    return [f"filename*{place}*={'' if place else _CHARSET}{piece}" for place, piece in enumerate(pieces)]


_CHARSET = "utf-8''"


def _write_head(whole: _Part, letter: Letter) -> None:
    whole["From"] = utils.formataddr((_CONTROLS.sub(" ", letter.sender_name), letter.sender), "utf-8")
    whole["To"] = letter.recipient
    if letter.reply_to and letter.reply_to != letter.sender:
        whole["Reply-To"] = letter.reply_to
    whole["Subject"] = _text_header(letter.subject, "Subject")
    whole["Date"] = utils.format_datetime(letter.at)
    whole["Message-ID"] = f"<{letter.message_id}>"
    if letter.in_reply_to:
        whole["In-Reply-To"] = f"<{letter.in_reply_to}>"
    if letter.references:
        whole["References"] = " ".join(f"<{name}>" for name in letter.references)
    whole["Content-Language"] = {"zh": "zh-CN"}.get(letter.locale, letter.locale)
    if letter.machine:
        whole["Auto-Submitted"] = letter.machine
        whole["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe:
        whole["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        whole["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _text_header(text: str, name: str) -> str:
    line = _CONTROLS.sub(" ", text)
    charset = "us-ascii" if line.isascii() else "utf-8"
    return Header(line, charset, header_name=name, maxlinelen=_WORDS_MAX).encode(linesep="\r\n")
