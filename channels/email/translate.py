"""From a mail that was read to what it means for us. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from channels.email.mime.model import Mail, Part
from channels.email.reading import Letter
from channels.email.settings import CHANNEL
from channels.port import Attachment, Inbound
from kit.text import clean_text

#: What mail programs put before the subject of an answer and of a mail passed on.
_PREFIX = re.compile(
    r"\s*(?:re|aw|sv|vs|antw|odp|ynt|res|fw|fwd|wg|tr|rv|enc|i|回复|回覆|答复|答覆|转发|轉發|轉寄)"
    r"\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3})?\s?[:：]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\bYP-\d{6}-\d{4,8}\b", re.IGNORECASE)
_SUBJECT_MAX = 300
#: A picture within the text smaller than this is a bullet, a spacer or a button of a signature.
_TINY = 2048
#: What begins a quoted mail in the HTML of the usual programs.
_QUOTES = re.compile(
    r"<blockquote|gmail_quote|yahoo_quoted|moz-cite-prefix|divRplyFwdMsg|appendonsend|isReplyContent"
    r"|ntes-mailmaster-quote|replySplit|yp-reply-|原始邮件|邮件原件|回复的原邮件|Original Message",
    re.IGNORECASE,
)
_ATTACHMENTS_MOST = 100


def translate(
    letter: Letter,
    *,
    account: str,
    answers: str,
    automatic: str,
    attachments: Sequence[Attachment],
    original: str,
    limit: int,
    note: str = "",
) -> Inbound:
    """The message in the mail. What it ``answers`` was verified; ``note`` is for staff, below the text."""
    mail = letter.mail
    text = "\n\n".join(each for each in (words_of(letter, limit), note) if each)
    return Inbound(
        channel=CHANNEL,
        account=account,
        address=letter.address,
        platform_id=letter.platform_id,
        text=text,
        attachments=tuple(attachments),
        sender_name=_line(mail.sender.name) or None,
        sent_at=mail.sent_at if mail.sent_at is not None and mail.sent_at.tzinfo is not None else None,
        back_in_reach=not automatic,
        answers=answers,
        number=number_in(mail.subject),
        proven=bool(answers) or (letter.named and letter.verdict.proven),
        automatic=bool(automatic),
        original=original,
        raw=_raw(mail, automatic),
    )


def words_of(letter: Letter, limit: int) -> str:
    """What the person newly wrote; the subject of a fresh mail belongs to it, and says more than nothing."""
    subject, text = subject_of(letter.mail), clean_text(letter.reply.text[: limit + _SUBJECT_MAX])
    fresh = not _PREFIX.match(subject)
    if subject and (not text or (fresh and not text.startswith(subject))):
        text = f"{subject}\n{text}".strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def subject_of(mail: Mail) -> str:
    """The subject in one line."""
    return _line(mail.subject)


def number_in(subject: str) -> str:
    """The number of a ticket in a subject, as we print it; anybody may write one."""
    found = _NUMBER.search(subject)
    return found[0].upper() if found else ""


def files_of(letter: Letter) -> list[Part]:
    """What was sent along, without the decoration of signatures and of mails that are quoted."""
    html = letter.mail.html or ""
    cut = _QUOTES.search(html) if letter.reply.quoted else None
    end = cut.start() if cut else len(html)
    files = [part for part in letter.mail.parts if not _is_decoration(part, html, end)]
    return files[:_ATTACHMENTS_MOST]


def _is_decoration(part: Part, html: str, end: int) -> bool:
    """A picture within the text that is tiny, or shown in the quoted part only."""
    if not (part.inline and part.content_id and part.mime.startswith("image/")):
        return False
    shown = html.find(f"cid:{part.content_id}")
    return shown >= 0 and (len(part.content) < _TINY or shown >= end)


def _raw(mail: Mail, automatic: str) -> dict[str, Any]:
    return {
        "message_id": _line(mail.message_id),
        "subject": subject_of(mail),
        "reply_to": list(_written(one.address for one in mail.reply_to)),
        "to": list(_written(one.address for one in (*mail.to, *mail.cc)))[:_ATTACHMENTS_MOST],
        "automatic": automatic,
    }


def _written(addresses: Iterator[str]) -> Iterator[str]:
    yield from (_line(address) for address in addresses if address)


def _line(text: str) -> str:
    return " ".join(clean_text(text).split())[:_SUBJECT_MAX]
