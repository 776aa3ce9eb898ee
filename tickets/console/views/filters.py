"""The filters of the queue: what they offer, and a chip for each that is set."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from kit.i18n import translate
from kit.settings import Locale
from tickets.console.queries.choices import Offered
from tickets.console.selection import Assigned, Due, Incident, Selection, Sort
from tickets.console.views.people import category_choices, named
from tickets.console.views.queue import CHANNEL_ICONS
from tickets.stages import Priority, Stage
from tickets.timeline import spoken

#: They stand behind "more"; the others are in the bar itself.
MORE = ("category", "component", "incident", "region", "tag", "assignee", "language", "due", "sort")
_FLAGS = ("alarm", "waiting", "followed", "snoozed")


@dataclass(frozen=True)
class Filter:
    """One list to choose from."""

    name: str
    nothing: str
    label: str
    current: str
    options: list[tuple[str, str]]


@dataclass(frozen=True)
class Chip:
    """A filter that is set; ``href`` is the queue without it."""

    label: str
    href: str


def filters(selection: Selection, offer: Offered, locale: Locale) -> dict[str, Filter]:
    """All lists by the name they have in the address, except those with nothing to choose."""
    return {
        name: Filter(
            name,
            translate(f"console.filter.{name}", locale),
            translate(f"console.filter.{name}_name", locale),
            current,
            _with(current, options),
        )
        for name, options in _options(offer, locale).items()
        for current in [_written(getattr(selection, name))]
        if current or _has_choice(name, offer)
    }


def _has_choice(name: str, offer: Offered) -> bool:
    there_is = {
        "component": offer.components,
        "incident": offer.incidents,
        "region": offer.regions,
        "tag": offer.tags,
        "language": offer.languages,
    }
    return bool(there_is.get(name, True))


def _with(current: str, options: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is chosen can be chosen, even if it is the last of its kind that has gone."""
    missing = current and current not in dict(options)
    return [*options, (current, current)] if missing else options


def kept(selection: Selection) -> list[tuple[str, str]]:
    """What a changed filter must not lose."""
    return [("view", str(selection.view))] if selection.view else []


def described(selection: Selection, offer: Offered, locale: Locale) -> str:
    """A selection in a few words: its tab, what was looked for, its filters, its order."""
    options = _options(offer, locale)
    words = [translate(f"console.tab.{selection.tab}", locale)]
    if selection.text:
        words.append(translate("console.views.text", locale, text=selection.text))
    words += [label for _, label in _labels(selection, options, locale)]
    if selection.sort is not Sort.NATURAL:
        words.append(translate(f"console.sort.{selection.sort}", locale))
    return " · ".join(words)


def chips(selection: Selection, offer: Offered, locale: Locale) -> list[Chip]:
    """One for each filter that is set; the order, the tab and the search are seen elsewhere."""
    return [
        Chip(label, selection.query(**{name: _unset(name)}))
        for name, label in _labels(selection, _options(offer, locale), locale)
    ]


def _labels(
    selection: Selection, options: dict[str, list[tuple[str, str]]], locale: Locale
) -> Iterator[tuple[str, str]]:
    for name, choices in options.items():
        value = _written(getattr(selection, name))
        if value and name != "sort":
            yield name, dict(choices).get(value) or f"{translate(f'console.filter.{name}_name', locale)} {value}"
    for name in _FLAGS:
        if getattr(selection, name):
            yield name, translate(f"console.filter.{name}", locale)


def _unset(name: str) -> Any:
    return next(one.default for one in fields(Selection) if one.name == name)


def _options(offer: Offered, locale: Locale) -> dict[str, list[tuple[str, str]]]:
    return {
        "stage": [(stage.value, translate(f"console.stages.{stage}", locale)) for stage in Stage],
        "team": [(str(team.id), named(team, locale) or team.key) for team in offer.teams],
        "assigned": [
            (one.value, translate(f"console.filter.{one}", locale)) for one in Assigned if one is not Assigned.ANYONE
        ],
        "priority": [(str(int(one)), translate(f"priority.{int(one)}", locale)) for one in Priority],
        "channel": [(name, spoken("console.channel", name, locale)) for name in CHANNEL_ICONS],
        "category": [(str(number), name) for number, name in category_choices(offer.categories, locale)],
        "component": [(name, name) for name in offer.components],
        "incident": _incidents(offer, locale),
        "region": [(name, name) for name in offer.regions],
        "tag": [(name, name) for name in offer.tags],
        "assignee": [(str(person.id), person.name) for person in offer.people],
        "language": [(name, spoken("language", name, locale)) for name in offer.languages],
        "due": [(due.value, translate(f"console.due.{due}", locale)) for due in Due if due is not Due.ANY],
        "sort": [(sort.value, translate(f"console.sort.{sort}", locale)) for sort in Sort if sort is not Sort.NATURAL],
    }


def _incidents(offer: Offered, locale: Locale) -> list[tuple[str, str]]:
    kinds = [(one.value, translate(f"console.filter.incident_{one.value}", locale)) for one in Incident]
    name = translate("console.filter.incident_name", locale)
    return [*kinds, *((str(number), f"{name} {number}") for number in offer.incidents)]


def _written(value: Any) -> str:
    if not value:
        return ""
    return str(int(value)) if isinstance(value, int) else str(value)
