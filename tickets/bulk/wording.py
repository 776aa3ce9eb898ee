"""What is written once for many: each person reads it with their own name and number."""

import re

from kit.i18n import translate
from kit.settings import Locale

#: What may stand in braces; anything else stays as it was typed.
VARIABLES = ("name", "number", "agent")
_VARIABLE = re.compile(rf"\{{({'|'.join(VARIABLES)})\}}")


def filled(text: str, *, name: str | None, number: str, agent: str, locale: Locale) -> str:
    """The text as one person reads it; who has no name is addressed as everybody is."""
    values = {"name": name or translate("bulk.no_name", locale), "number": number, "agent": agent}
    return _VARIABLE.sub(lambda found: values[found[1]], text)


def asks_for_name(text: str) -> bool:
    """Whether somebody without a name would be addressed as everybody is."""
    return "{name}" in text
