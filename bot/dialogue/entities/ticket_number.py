import re

from bot.dialogue.entities.model import Entity, EntityKind

# YP-yymmdd-sequence as we print it; typed without dashes, or dictated, the parts run together.
_DIGIT = "[0-9oil零〇一二三四五六七八九幺]"
_NUMBER = re.compile(
    rf"(?<![a-z0-9])y ?p[ \-_:#]{{0,3}}+({_DIGIT}{{6}})(?:[ \-_]{{1,3}}({_DIGIT}{{1,8}})|({_DIGIT}{{4,8}}))(?![a-z0-9])"
)
_PLAIN = str.maketrans("oil零〇一二三四五六七八九幺", "011001234567891")
_SEQUENCE_DIGITS = 4


def find_ticket_numbers(folded: str) -> list[Entity]:
    """Find ticket numbers in folded text, written the way they are printed."""
    return [
        Entity(EntityKind.TICKET_NUMBER, _printed(match[1], match[2] or match[3]), match.span())
        for match in _NUMBER.finditer(folded)
    ]


def _printed(day: str, sequence: str) -> str:
    return f"YP-{day.translate(_PLAIN)}-{sequence.translate(_PLAIN).zfill(_SEQUENCE_DIGITS)}"
