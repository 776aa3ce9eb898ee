"""Mails as staff see them: a line of the log, and the whole of one."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from channels.console.words import word
from channels.email.mime.model import Address, Mail, Part
from channels.email.models import MailRecord
from channels.email.trimming.reply import reply_of
from kit.files import kind_of
from kit.i18n import Locale
from kit.masking import mask_email

#: Kinds a browser shows without being able to run anything in them.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
#: Pictures within the text are part of its page; the rest of them can be had as files.
_EMBEDDED_MOST = 12 * 1024 * 1024
#: So much of a text is shown; the whole of it can be saved.
_TEXT_MAX = 100_000
_PASS, _NONE = "pass", "none"


@dataclass(frozen=True, kw_only=True)
class MailRow:
    """One mail of the log."""

    id: int
    sender: str
    name: str
    subject: str
    at: datetime
    kind: str
    automatic: str
    unproven: bool


@dataclass(frozen=True)
class Check:
    """One of the three ways to tell who sent a mail: what it is called, how it ended, and that in words."""

    name: str
    state: str
    text: str


@dataclass(frozen=True)
class MailFile:
    """A file of the mail; ``is_picture`` by its content, whatever it is called."""

    number: int
    name: str
    kilobytes: int
    is_picture: bool


@dataclass(frozen=True)
class Person:
    """Somebody the mail names."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class People:
    """Who wrote to whom."""

    sender: Person
    to: list[Person]
    cc: list[Person]


@dataclass(frozen=True, kw_only=True)
class MailView:
    """One mail. ``text`` is what was newly written, ``whole`` all of it where that is more."""

    row: MailRow
    people: People
    sent_at: datetime | None
    size: int
    checks: list[Check]
    text: str
    whole: str
    cut: bool
    has_html: bool
    files: list[MailFile]
    defects: list[str]
    is_kept: bool
    thread: str


def mail_row(record: MailRecord, locale: Locale) -> MailRow:
    return MailRow(
        id=record.id,
        sender=mask_email(record.sender),
        name=record.sender_name,
        subject=record.subject,
        at=record.at,
        kind=record.kind,
        automatic=_reason(record.automatic, locale),
        unproven=record.kind == "message" and not record.proven,
    )


def mail_view(record: MailRecord, mail: Mail | None, locale: Locale, *, revealed: bool = False) -> MailView:
    """``mail`` is None where only the head was taken, or the whole is not there any more."""
    read = mail or Mail(subject=record.subject)
    reply = reply_of(read)
    whole = read.text if reply.text.split() != read.text.split() else ""
    return MailView(
        row=mail_row(record, locale),
        people=people_of(record, mail, revealed=revealed),
        sent_at=read.sent_at,
        size=record.size,
        checks=_checks(record, locale),
        text=reply.text[:_TEXT_MAX],
        whole=whole[:_TEXT_MAX],
        cut=max(len(reply.text), len(whole)) > _TEXT_MAX,
        has_html=bool(read.html),
        files=[_file(number, part) for number, part in enumerate(read.parts) if not _is_within(part, read)],
        defects=list(read.defects),
        is_kept=mail is not None,
        thread=record.thread if record.kind == "message" else "",
    )


def people_of(record: MailRecord, mail: Mail | None, *, revealed: bool) -> People:
    """Everybody's address is masked until somebody has a reason to see it."""
    read = mail or Mail()
    sender = read.sender if read.sender.address else Address(address=record.sender, name=record.sender_name)
    return People(
        sender=_person(sender, revealed=revealed),
        to=[_person(one, revealed=revealed) for one in read.to],
        cc=[_person(one, revealed=revealed) for one in read.cc],
    )


def pictures_of(parts: Iterable[Part]) -> dict[str, str]:
    """Pictures the text may name, by their content ids, as addresses that hold them whole: nothing is fetched."""
    found: dict[str, str] = {}
    room = _EMBEDDED_MOST
    for part in parts:
        kind = kind_of(part.content) if part.content_id and len(part.content) <= room else ""
        if kind in PICTURES:
            room -= len(part.content)
            found[part.content_id] = f"data:{kind};base64,{base64.b64encode(part.content).decode()}"
    return found


def _person(someone: Address, *, revealed: bool) -> Person:
    return Person(someone.name, someone.address if revealed else mask_email(someone.address))


def _is_within(part: Part, mail: Mail) -> bool:
    """Whether it is a picture that the text shows."""
    named = part.inline and part.content_id and f"cid:{part.content_id}" in (mail.html or "")
    return bool(named) and kind_of(part.content) in PICTURES


def _file(number: int, part: Part) -> MailFile:
    return MailFile(number, part.name, max(1, len(part.content) // 1024), kind_of(part.content) in PICTURES)


def _checks(record: MailRecord, locale: Locale) -> list[Check]:
    said = record.verdict or {}
    return [_check(name, str(said.get(name) or ""), locale) for name in ("spf", "dkim", "dmarc")]


def _check(name: str, value: str, locale: Locale) -> Check:
    state = "good" if value == _PASS else "open" if value in {"", _NONE} else "bad"
    known = value if value in {_PASS, _NONE} else "" if not value else "fail"
    return Check(name.upper(), state, word(f"channels.mail.check.{known or 'unknown'}", locale))


def _reason(automatic: str, locale: Locale) -> str:
    """Why it is taken for a machine's, in words; the header that says so as it stands."""
    if not automatic:
        return ""
    return word(f"channels.mail.automatic.{automatic.partition(':')[0]}", locale, automatic)
