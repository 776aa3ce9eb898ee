"""What a mail holds that tells whether it is a report, of which kind, and of which mail of ours."""

import re
from functools import cached_property

from channels.email.bounces import phrases, status_fields
from channels.email.bounces.addresses import addresses_in, is_machine
from channels.email.bounces.notices import Notice, parted, shows_reply
from channels.email.bounces.splitting import header_block, read_parts
from channels.email.mime.model import Mail

_ID = re.compile(r"<\s{0,4}([^<>\s]{1,900})\s{0,4}>|([^<>\s,;]{1,900}@[^<>\s,;]{1,300})")
_QUOTED_ID = re.compile(
    r"^[ \t>|]{0,8}(?:original-)?message-id[ \t]{0,4}:[ \t]{0,4}<([^<>\s]{1,900})>", re.IGNORECASE | re.MULTILINE
)
_MARKS = re.compile(r"[<>\"()]")
#: How many of three signs are needed of a mail system.
_CERTAIN = 2
_MOST_IDS, _MOST_BLOCKS, _MOST_HEADERS = 20, 20, 16_000
#: A mail has some of these, and other texts with colons have not.
_TELLING = frozenset({"from", "to", "subject", "message-id", "date", "received", "return-path"})
#: Headers by which Microsoft's complaints name the recipient, in the mail that they hand back.
_COMPLAINED = frozenset({"x-hmxmroriginalrecipient", "x-hmxmrscrubbedoriginalrecipient"})
_ANSWERS = ("x-autoreply", "x-autorespond", "x-autoresponder")


class Evidence:
    def __init__(self, raw: bytes, mail: Mail) -> None:
        self.mail = mail
        self.parts = read_parts(raw)

    # What it holds.

    @cached_property
    def notice(self) -> Notice:
        return parted(self.parts.words[: phrases.MOST_CHARACTERS])

    @cached_property
    def fields(self) -> tuple[status_fields.Recipient, ...]:
        """Those of the part for machines; some systems write them into the text."""
        return status_fields.recipients("\n\n".join(self.parts.statuses)) or status_fields.recipients(self.parts.words)

    @cached_property
    def failed_header(self) -> tuple[str, ...]:
        values = self.mail.headers.get("x-failed-recipients", ())
        return tuple(dict.fromkeys(address for value in values for address in addresses_in(value)))

    @cached_property
    def own(self) -> frozenset[str]:
        """Whom the report was sent to, and who sent it: these are not the ones that failed."""
        people = (*self.mail.to, self.mail.sender)
        return frozenset(person.address.lower() for person in people)

    @cached_property
    def original(self) -> dict[str, str]:
        """The headers of our mail, from its own part or from the text."""
        written = "\n\n".join((self.notice.quoted, *self.parts.statuses)).split("\n\n")[:_MOST_BLOCKS]
        blocks = (header_block(text) for text in (*self.parts.originals, *written))
        return next((block for block in blocks if len(block.keys() & _TELLING) > 1), {})

    @cached_property
    def original_ids(self) -> tuple[str, ...]:
        """The surest first; the threading headers of a report name what it answers to."""
        own = [match[1] or match[2] for match in _ID.finditer(self.original.get("message-id", ""))]
        spoiled = () if own else (text[:_MOST_HEADERS] for text in self.parts.originals)
        texts = "\n".join((*self.parts.dispositions, *self.parts.feedback, self.parts.words, *spoiled))
        quoted = [match[1] for match in _QUOTED_ID.finditer(texts)]
        found = [*own, *quoted, *self.mail.in_reply_to, *self.mail.references]
        return tuple(dict.fromkeys(found))[:_MOST_IDS]

    # What that says of its kind.

    @property
    def is_complaint(self) -> bool:
        if self.parts.feedback or self.parts.report_type == "feedback-report":
            return True
        return not self.original.keys().isdisjoint(_COMPLAINED) or self._is_unsubscription

    @property
    def is_absence(self) -> bool:
        """Somebody's own words; a mail system that answers by itself to say that it failed is no such thing."""
        if self.fields or self.failed_header:
            return False
        subject = self.mail.subject
        if phrases.subject_of_auto_reply(subject):
            return True
        by_system = self._is_by_mail_system or phrases.subject_of_failure(subject)
        answered = self.mail.header("auto-submitted").lower().startswith("auto-replied")
        marked = any(self.mail.header(name) for name in _ANSWERS) or "auto_reply" in self.mail.header("precedence")
        away = phrases.subject_of_absence(subject) and (self._is_automatic or self._has_no_way_back)
        return (answered or marked or away) and not by_system

    @property
    def is_by_machine(self) -> bool:
        if self.parts.report_type == "delivery-status" or self.failed_header:
            return True
        return self._is_by_mail_system or self._has_no_way_back or self._is_automatic

    @property
    def tells_of_failure(self) -> bool:
        """Said in words, and shown by more than words: parcels fail to be delivered too, and people write about it."""
        if self.failed_header:
            return True
        told = phrases.tells_of_failure(self.notice.said)
        shown = bool(self.original) or shows_reply(self.notice.said)
        titled = phrases.subject_of_failure(self.mail.subject)
        if self._is_by_mail_system:
            return told + shown + titled >= _CERTAIN
        return told and shown and (titled or self._has_no_way_back)

    @property
    def tells_of_success(self) -> bool:
        said = self.notice.said
        return phrases.tells_of_success(self.mail.subject, said) and not phrases.tells_of_failure(said)

    @property
    def tells_of_delay(self) -> bool:
        return not self.failed_header and phrases.tells_of_delay(self.mail.subject, self.notice.said)

    @property
    def _is_unsubscription(self) -> bool:
        """Sent by a program when its user pressed a button; a person who writes the word is read by a person."""
        return self._is_automatic and self.mail.subject.strip().lower() in {"unsubscribe", "退订"}

    @property
    def _is_by_mail_system(self) -> bool:
        """By its name or its address, which often is no whole one."""
        return any(is_machine(piece.strip()) for piece in _MARKS.split(self.mail.header("from")[:500]))

    @property
    def _has_no_way_back(self) -> bool:
        paths = self.mail.headers.get("return-path", ())
        return any(path.strip() in {"<>", ""} or is_machine(path.strip("<> ")) for path in paths[:3])

    @property
    def _is_automatic(self) -> bool:
        return self.mail.header("auto-submitted").lower().startswith("auto-")
