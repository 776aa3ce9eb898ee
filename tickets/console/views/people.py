"""People and teams as staff see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from kit.access.models import Staff
from kit.i18n import translate
from kit.masking import mask_address, mask_email, mask_number
from kit.settings import Locale
from tickets.contacts.models import Contact
from tickets.desk.models import Category, Team
from tickets.macros.pinyin import pinyin_of


def person_label(contact: Contact, address: str, locale: Locale) -> str:
    """The name if we know one, else something masked that tells people apart."""
    if contact.name:
        return contact.name
    if contact.phone:
        return mask_number(contact.phone)
    if contact.email:
        return mask_email(contact.email)
    return translate("console.visitor", locale, address=mask_address(address))


def named(row: Team | Category | None, locale: Locale) -> str | None:
    """The name in the language of whoever looks."""
    if row is None:
        return None
    return row.name_zh if locale == "zh" else row.name_en


@dataclass(frozen=True)
class Callee:
    """A colleague who can be called in a note; ``keys`` are what finds them."""

    name: str
    initials: str
    keys: str


def callable_people(people: Iterable[Staff]) -> list[Callee]:
    return [Callee(person.name, initials(person.name), " ".join(_ways_to_type(person))) for person in people]


def _ways_to_type(person: Staff) -> list[str]:
    """The name, how it is read, its first letters, the login: whatever comes first to mind."""
    return [*person.name.split(), *pinyin_of(person.name), person.login]


def initials(name: str) -> str:
    """What stands in the round mark for a person: the given name's last letter, or two capitals."""
    words = name.split()
    if not name.isascii():
        return name.strip()[-1:]
    return "".join(word[0] for word in words[:2]).upper() if words else "?"


def category_choices(categories: Iterable[Category], locale: Locale) -> list[tuple[int, str]]:
    """Ids and names, each below the one it is a part of."""
    by_parent: dict[int | None, list[Category]] = {}
    for category in categories:
        by_parent.setdefault(category.parent_id, []).append(category)

    def below(parent: int | None, path: str) -> list[tuple[int, str]]:
        return [
            choice
            for category in by_parent.get(parent, [])
            for name in [f"{path}{named(category, locale)}"]
            for choice in [(category.id, name), *below(category.id, f"{name} / ")]
        ]

    return below(None, "")
