"""Whether two contacts can be the same person, by what they told us. Pure."""

import re
import unicodedata
from collections.abc import Callable

from tickets.contacts.models import Contact

_COUNTRY = re.compile(r"^(?:00|\+)?86(?=1\d{10}$)")


def _phone(text: str) -> str:
    kept = "".join(character for character in text if character.isdigit() or character == "+")
    return _COUNTRY.sub("", kept)


def _email(text: str) -> str:
    return text.strip().casefold()


def _tax_id(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


#: What hardly ever is another one's; where two differ, no machine decides that they are one person.
STRONG: dict[str, Callable[[str], str]] = {"tax_id": _tax_id, "phone": _phone, "email": _email}


def conflicts(one: Contact, other: Contact) -> list[str]:
    """The strong facts that both have told and that differ, compared as they are meant, not as they are typed."""
    return [name for name in STRONG if _differ(name, getattr(one, name), getattr(other, name))]


def _differ(name: str, one: str | None, other: str | None) -> bool:
    return bool(one and other) and _meant(name, one or "") != _meant(name, other or "")


def _meant(name: str, text: str) -> str:
    return STRONG[name](unicodedata.normalize("NFKC", text))
