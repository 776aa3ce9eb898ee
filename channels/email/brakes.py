"""When a mail is a machine's although nothing in its head says so.

Two machines that answer each other never stop, and each of their mails looks harmless: it is an answer, from somebody
who is known, in whole sentences. Heads cannot be relied on, as many answering machines set none. What gives a machine
away is how fast it answers, that it says the same again, and how much it says; so an answer within seconds, the same
words once more after a mail of ours, and more mails than a person writes, are kept and never answered. One answer each
is all that two machines ever get.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.email.models import Direction
from channels.email.records import Lately

REPEATED = "repeated"
TOO_MANY = "too_many"
TOO_FAST = "too_fast"

#: Nobody has read a mail, and written and sent an answer, within this; a clock that is wrong by just so much is rare.
INHUMAN = timedelta(seconds=8)

#: The same words after longer than this are a person's who says them anew.
REMEMBERED = timedelta(hours=24)
HOUR, HOURLY = timedelta(hours=1), 12
DAILY = 40
#: Words as short as these ("好了", "thank you") people do say again and again.
_SHORT, _SHORT_ASCII = 6, 14
_AGAIN, _SHORT_AGAIN = 3, 4
#: Two texts that begin alike for so many letters are the same.
_COMPARED = 2000
_IGNORED = re.compile(r"[\W_]+")
#: Dates and times change from one mail of a machine to the next; any other number is what a person writes about.
_WHEN = re.compile(r"\d{1,4}\s?[-/.年月]\s?\d{1,2}(?:\s?[-/.月]\s?\d{1,4})?\s?日?|\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")


@dataclass(frozen=True, kw_only=True)
class Words:
    """What was newly written, folded, so that the same again is known again."""

    length: int
    ascii: bool
    digest: str

    @property
    def short(self) -> bool:
        """Too short to tell a machine by."""
        return self.length <= (_SHORT_ASCII if self.ascii else _SHORT)


def words_in(text: str, own: Collection[str]) -> Words:
    """Fold what was written: no dates, as they change; nothing from the line on that names an address of ours.

    Such a line begins a quoted mail of ours in a form nobody knows, and what is quoted is different every time.
    """
    kept: list[str] = []
    for line in text[:_COMPARED].splitlines():
        if kept and any(address in line.lower() for address in own):
            break
        if not line.lstrip().startswith((">", "|")):
            kept.append(line)
    folded = _IGNORED.sub("", _WHEN.sub("", unicodedata.normalize("NFKC", "".join(kept)).casefold()))
    digest = hashlib.sha256(folded.encode("utf8", errors="replace")).hexdigest()[:32]
    return Words(length=len(folded), ascii=folded.isascii(), digest=digest)


def brake(
    words: Words,
    earlier: Sequence[Lately],
    now: datetime,
    *,
    answers: bool,
    to_staff: bool,
    proven: bool = False,
    written_at: datetime | None = None,
) -> str:
    """Why nobody should answer, or nothing. ``earlier``: the mails of the thread, newest first.

    ``written_at`` is what the mail says of itself. Whoever answers a member of staff may write as much as it takes.
    What others may have written in a person's name is not held against a mail that is ``proven`` to be the person's.
    """
    if answers and not to_staff and written_at is not None and _is_inhuman(written_at, earlier):
        return TOO_FAST
    received = [one for one in earlier if one.direction == Direction.IN]
    if words.length and _repeats(words, earlier, received, now, answers=answers):
        return REPEATED
    lately = [one for one in received if one.at > now - REMEMBERED and (one.proven or not proven)]
    hourly = sum(one.at > now - HOUR for one in lately)
    if not to_staff and (hourly >= HOURLY or len(lately) >= DAILY):
        return TOO_MANY
    return ""


def _is_inhuman(written_at: datetime, earlier: Sequence[Lately]) -> bool:
    sent = next((one.at for one in earlier if one.direction == Direction.OUT), None)
    # The head tells whole seconds only.
    return sent is not None and timedelta(seconds=-1) < written_at - sent < INHUMAN


def _repeats(
    words: Words, earlier: Sequence[Lately], received: Sequence[Lately], now: datetime, *, answers: bool
) -> bool:
    same = [one for one in received if one.digest == words.digest]
    if any(one.automatic for one in same) and not words.short:
        return True
    same = [one for one in same if one.at > now - REMEMBERED]
    if words.short:
        return len(same) + 1 >= _SHORT_AGAIN
    return bool(same) and (answers or len(same) + 1 >= _AGAIN or _wrote_since(same[0].at, earlier))


def _wrote_since(at: datetime, earlier: Sequence[Lately]) -> bool:
    return any(one.direction == Direction.OUT and one.at >= at for one in earlier)
