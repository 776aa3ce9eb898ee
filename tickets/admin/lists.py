"""Sections and their items as lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.i18n import Locale
from tickets.config.section import Item, Section
from tickets.config.sections import SECTIONS, Everything
from tickets.config.words import field_name, item_name, section_name, value_words

ICONS = {
    "people": "users",
    "teams": "users-group",
    "rota": "calendar-user",
    "categories": "category",
    "tags": "tags",
    "official_days": "flag",
    "calendars": "calendar",
    "policies": "clock-check",
    "rules": "route",
    "macros": "bolt",
    "replies": "message-2-bolt",
    "rhythm": "repeat",
    "texts": "message-chatbot",
}
#: What a list tells of an item, besides its name.
_FACTS: Mapping[str, tuple[str, ...]] = {
    "people": ("role", "skills", "capacity"),
    "teams": ("region", "members", "assigning"),
    "rota": ("shifts",),
    "categories": ("team", "priority", "skill"),
    "calendars": ("zone", "official"),
    "policies": ("calendar", "pauses"),
    "rules": ("conditions", "actions"),
    "macros": ("team", "actions"),
    "replies": ("team", "category"),
    "texts": ("zh", "en"),
}
#: Fields that hold names of other items.
_REFERS = {"team": "teams", "members": "people", "calendar": "calendars", "person": "people", "category": "categories"}


@dataclass(frozen=True)
class Card:
    """A section on the first page."""

    name: str
    title: str
    icon: str
    href: str
    count: int | None


@dataclass(frozen=True)
class Line:
    """An item in its list; ``depth`` is how far it is set in."""

    key: str
    name: str
    facts: Sequence[tuple[str, str]]
    active: bool
    depth: int
    movable: bool


def cards(everything: Everything, locale: Locale) -> list[Card]:
    """All sections with how many items each has."""
    return [
        Card(
            name,
            section_name(name, locale),
            ICONS[name],
            f"/console/admin/{name}",
            None if section.only else len(everything[name]),
        )
        for name, section in SECTIONS.items()
    ]


def lines(section: Section, everything: Everything, locale: Locale) -> list[Line]:
    """The items of a section in their order."""
    items = everything[section.name]
    return [_line(section, key, items, everything, locale) for key in section.arranged(items)]


def _line(section: Section, key: str, items: Mapping[str, Item], everything: Everything, locale: Locale) -> Line:
    item = items[key]
    values = item.dump()
    named = [
        (field_name((name,), locale), fact_words(name, values[name], everything, locale))
        for name in _FACTS.get(section.name, ())
        if values[name] not in (None, "", [])
    ]
    owner = everything[section.keys_of][key] if section.keys_of else item
    return Line(
        key,
        item_name(key, owner, locale),
        [fact for fact in named if fact[1]],
        bool(values.get("active", True)),
        _depth(items, key),
        "position" in values,
    )


def fact_words(name: str, value: Any, everything: Everything, locale: Locale) -> str:
    """A value in words, names of other items as people call them."""
    if name in _REFERS:
        known = everything[_REFERS[name]]
        keys = value if isinstance(value, list) else [value]
        return ("、" if locale == "zh" else ", ").join(item_name(key, known.get(key), locale) for key in keys)
    if isinstance(value, dict):
        parts = [
            f"{field_name((key,), locale)} {fact_words(key, inner, everything, locale)}"
            for key, inner in value.items()
            if inner not in (None, "", [])
        ]
        return " · ".join(parts)
    return value_words(name, value, locale)


def _depth(items: Mapping[str, Item], key: str) -> int:
    depth, parent = 0, getattr(items[key], "parent", None) or ""
    while parent in items and depth < len(items):
        depth, parent = depth + 1, getattr(items[parent], "parent", None) or ""
    return depth
