"""What tables of records are held against that only the dialogue's extractors know."""

from typing import Any

from bot.dialogue.entities import credit_code
from bot.dialogue.entities.explain import explain
from bot.dialogue.entities.model import Entity, EntityKind, ProblemKind
from kit.i18n import translate
from kit.settings import Locale

#: Before 2015, and of persons with an identity card: these have no check that we know.
_OTHER_LENGTHS = {15, 17, 20}


def slip_in_tax_id(code: str, locale: Locale) -> str | None:
    """What may be wrong with a taxpayer's number, in words; None when it can be right."""
    if len(code) in _OTHER_LENGTHS and code.isascii() and code.isalnum():
        return None
    problem = credit_code.find_problem(code)
    if problem is None or problem.kind is ProblemKind.LOOKS_LIKE_ID_CARD:
        return None

    def say(key: str, /, **values: Any) -> str:
        return translate(key, locale, **values)

    return explain(Entity(EntityKind.CREDIT_CODE, code, (0, len(code)), problem), say)
