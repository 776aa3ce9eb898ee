import re
from collections.abc import Iterable, Iterator

from bot.dialogue.entities.email_address import find_emails
from bot.dialogue.entities.error_report import find_error_codes, find_error_texts
from bot.dialogue.entities.model import Entity
from bot.dialogue.entities.numbers import extract_numbers
from bot.dialogue.entities.products import find_products
from bot.dialogue.entities.region import find_regions
from bot.dialogue.entities.ticket_number import find_ticket_numbers
from bot.dialogue.folding import fold, fold_width

# A pasted log can be long; what a person names stands near the beginning.
MAX_LENGTH = 10_000
_COVERED = re.compile("\x00++")
_WEB_ADDRESS = re.compile(r"(?:https?://|www\.)[a-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{1,500}+")


def extract(text: str) -> tuple[Entity, ...]:
    """Find what the text names, in the order of the text; never raises.

    Looks at the first MAX_LENGTH characters. What is recognised early (a ticket number, an address) is covered
    before the numbers are read, so that one piece of text is not taken for two things.
    """
    text = text[:MAX_LENGTH]
    folded = fold(text)
    tickets = find_ticket_numbers(folded)
    folded = _cover(folded, (ticket.span for ticket in tickets))
    emails = list(find_emails(folded))
    folded = _cover(folded, (email.span for email in emails))
    folded = _cover(folded, (match.span() for match in _WEB_ADDRESS.finditer(folded)))
    found = [*tickets, *emails, *_facts(text, folded)]
    return tuple(sorted(found, key=lambda entity: (entity.span, entity.kind)))


def _facts(text: str, folded: str) -> Iterator[Entity]:
    codes = list(find_error_codes(folded))
    products = list(find_products(folded))
    yield from codes
    yield from products
    yield from find_regions(folded)
    yield from find_error_texts(text, folded)
    taken = [entity.span for entity in (*codes, *products)]
    yield from extract_numbers(_cover(fold_width(text), _covered(folded), taken), _cover(folded, taken))


def _covered(folded: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _COVERED.finditer(folded))


def _cover(text: str, *groups: Iterable[tuple[int, int]]) -> str:
    chars = list(text)
    for start, end in (span for spans in groups for span in spans):
        chars[start:end] = "\x00" * (end - start)
    return "".join(chars)
