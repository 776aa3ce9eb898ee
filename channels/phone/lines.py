"""The organisation's line, and whose telephone is whose."""

import re
from collections.abc import Mapping
from typing import Any

CHANNEL = "phone"
#: Callers are people of the organisation's one hotline, whichever telephone system rang.
HOTLINE = "hotline"

_SEPARATOR = re.compile(r"[\s,;，；、]+")
_PAIR = re.compile(r"([0-9A-Za-z*#+._-]{1,32})=([0-9A-Za-z@._-]{1,64})")


def as_pairs(typed: str) -> str | None:
    """The list of extensions in its plain form; None when it is no such list."""
    pairs = [one for one in _SEPARATOR.split(typed) if one]
    return ", ".join(pairs) if all(_PAIR.fullmatch(one) for one in pairs) else None


def logins_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """Who sits at which extension, by the settings of an account."""
    pairs = (_PAIR.fullmatch(one) for one in _SEPARATOR.split(str(settings.get("extensions", ""))))
    return {pair[1]: pair[2] for pair in pairs if pair}
