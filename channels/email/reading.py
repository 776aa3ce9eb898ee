"""From the bytes of a mail to what can be said of it without knowing any other. Pure."""

import hashlib
import re
from dataclasses import dataclass

from channels.email.bounces.reading import read_report
from channels.email.bounces.report import Report, ReportKind
from channels.email.mime.authentication import Verdict, verdict
from channels.email.mime.model import Mail
from channels.email.mime.parsing import parse
from channels.email.trimming.reply import Reply, reply_of
from kit.text import clean_text

#: The longest address there can be.
_ADDRESS_MAX = 254
_ADDRESS = re.compile(r"[^@\s<>\"(),;]+@[^@\s<>\"(),;]+")
#: Names of mails are indexed, and there is a limit to that.
NAME_MAX = 300
_DIGITS = 16


class NoSenderError(Exception):
    """Nothing in the mail says who wrote it."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What is known of a mail besides itself: who handed it over and to whom, if that was said.

    ``sender`` is None where it is not known, and empty where nobody is to be told of anything (RFC 5321).
    ``left_out`` is the size of a mail too large to be fetched, of which there is only the head.
    """

    recipients: tuple[str, ...] = ()
    sender: str | None = None
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail that was read; ``address`` is the sender's, and ``named`` where the mail itself says so.

    ``platform_id`` names it for ever in one mailbox.
    """

    raw: bytes
    envelope: Envelope
    mail: Mail
    reply: Reply
    verdict: Verdict
    report: Report | None
    address: str
    named: bool
    platform_id: str


def read(raw: bytes, envelope: Envelope, *, authserv_id: str) -> Letter:
    """Read a mail; raises NoSenderError where nobody can be answered."""
    mail = parse(raw)
    report = read_report(raw, mail)
    named = _address(mail.sender.address)
    address = named or _address(_bare(mail.header("return-path"))) or _address(envelope.sender or "")
    if not address and (report is None or report.kind is ReportKind.AUTO_REPLY):
        raise NoSenderError
    return Letter(
        raw=raw,
        envelope=envelope,
        mail=mail,
        reply=reply_of(mail),
        verdict=verdict(mail, authserv_id),
        report=report,
        address=address,
        named=bool(named),
        platform_id=_platform_id(raw, mail, address),
    )


def own_addresses(letter: Letter) -> tuple[str, ...]:
    """Everything that may be an address of ours which the mail came to, as written."""
    mail = letter.mail
    passed = [line for name in ("delivered-to", "x-original-to", "envelope-to") for line in mail.headers.get(name, ())]
    return (*letter.envelope.recipients, *passed, *(one.address for one in (*mail.to, *mail.cc)))


def _address(text: str) -> str:
    address = clean_text(text).lower()
    return address if len(address) <= _ADDRESS_MAX and _ADDRESS.fullmatch(address) else ""


def _bare(path: str) -> str:
    return path.strip().strip("<>")


def _platform_id(raw: bytes, mail: Mail, address: str) -> str:
    """The Message-ID, which may be missing or another mail's, and what tells mails of one Message-ID apart.

    Without a Message-ID the body alone does not: two people may both write "thank you".
    """
    name = clean_text(mail.message_id)[:NAME_MAX]
    told = body_of(raw)
    if not name:
        told += "\0".join((address, mail.subject, mail.header("date"))).encode("utf8", errors="replace")
    return f"{name}#{hashlib.sha256(told).hexdigest()[:_DIGITS]}"


def body_of(raw: bytes) -> bytes:
    """What follows the head."""
    ends = [at + len(gap) for gap in (b"\r\n\r\n", b"\n\n") if (at := raw.find(gap)) >= 0]
    return raw[min(ends) :] if ends else b""
