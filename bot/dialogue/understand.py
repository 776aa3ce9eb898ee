from dataclasses import dataclass

from bot.dialogue.entities import Entity, extract
from bot.dialogue.intents import Expecting, Intent, read
from bot.dialogue.language import detect
from kit.i18n import Locale


@dataclass(frozen=True)
class Understanding:
    """What a turn tells before anything is decided.

    `rating` and `ticket_number` are kept whatever the intent; `also` holds the weaker intents of the same turn.
    """

    text: str
    locale: Locale
    intent: Intent
    rating: int | None
    ticket_number: str | None
    entities: tuple[Entity, ...]
    also: tuple[Intent, ...] = ()


def understand(text: str, *, expecting: Expecting | None = None, fallback_locale: Locale = "zh") -> Understanding:
    """Understand one turn; lines joined by newlines are one turn, and its strongest intent stands for it."""
    reading = read(text, expecting=expecting)
    return Understanding(
        text=text,
        locale=detect(text, fallback_locale),
        intent=reading.intent,
        rating=reading.rating,
        ticket_number=reading.ticket_number,
        entities=extract(text),
        also=reading.also,
    )
