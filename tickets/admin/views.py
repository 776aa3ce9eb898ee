"""The form of one item, ready to be shown: every field with its label, value, choices and problem."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kit.i18n import Locale
from tickets.admin.forms import BLANK_ROWS, Input, Kind, blank
from tickets.config.words import said, value_words

Options = Mapping[str, Sequence[tuple[str, str]]]
#: What is wrong, by the dotted name of the field.
Problems = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One field of a form."""

    name: str
    label: str
    help: str
    kind: str
    value: Any
    choices: Sequence[tuple[str, str]] = ()
    problem: str = ""
    required: bool = False
    inner: Sequence["Shown"] = ()
    rows: Sequence[Sequence["Shown"]] = field(default_factory=tuple)
    #: How many of the rows are there to be filled in.
    blank_rows: int = BLANK_ROWS
    only: Sequence[str] = ()

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")


@dataclass(frozen=True)
class Desk:
    """What all fields of a form need."""

    section: str
    locale: Locale
    options: Options
    problems: Problems


def shown(inputs: Sequence[Input], data: Mapping[str, Any], desk: Desk, prefix: str = "") -> list[Shown]:
    """The fields with the values of an item, or of what was typed."""
    return [_shown(one, data.get(one.name), desk, prefix) for one in inputs]


def _shown(asked: Input, value: Any, desk: Desk, prefix: str) -> Shown:
    name = prefix + asked.name
    common: dict[str, Any] = {
        "name": name,
        "label": said(f"config.field.{asked.name}", asked.name, desk.locale),
        "help": said(f"admin.help.{asked.name}", "", desk.locale),
        "kind": asked.kind.value,
        "problem": _problem(asked.kind, name, desk.problems),
        "required": asked.required,
        "only": asked.only,
    }
    if asked.kind is Kind.GROUP:
        return Shown(**common, value=None, inner=shown(asked.inner, value or {}, desk, f"{name}."))
    if asked.kind is Kind.ROWS:
        return Shown(**common, value=None, rows=list(_rows(asked, value or [], desk, name)))
    return Shown(**common, value=_value(asked, value), choices=list(_choices(asked, value, desk)))


def _problem(kind: Kind, name: str, problems: Problems) -> str:
    """What is wrong with the field; with any of several words or boxes, the first."""
    if kind in {Kind.MANY, Kind.WORDS}:
        return next((text for path, text in problems.items() if path == name or path.startswith(f"{name}.")), "")
    return problems.get(name, "")


def _rows(asked: Input, values: Sequence[Mapping[str, Any]], desk: Desk, name: str) -> Iterator[list[Shown]]:
    for place, row in enumerate([*values, *[blank(asked)] * BLANK_ROWS]):
        fields = shown(asked.inner, row, desk, f"{name}.{place}.")
        if whole := desk.problems.get(f"{name}.{place}"):
            fields[-1] = replace(fields[-1], problem=fields[-1].problem or whole)
        yield fields


def _value(asked: Input, value: Any) -> Any:
    if asked.kind is Kind.WORDS:
        return ", ".join(map(str, value or ()))
    if asked.kind is Kind.MANY:
        return [str(one) for one in value or ()]
    return "" if value is None else value


def _choices(asked: Input, value: Any, desk: Desk) -> Iterator[tuple[str, str]]:
    known = desk.options[asked.options] if asked.options else _own(asked, desk.locale)
    yield from known
    # What is stored and no longer offered stays visible, or saving would silently drop it.
    names = {name for name, _ in known}
    stored = value if isinstance(value, list) else [value] if value else []
    if asked.kind in {Kind.MANY, Kind.CHOICE}:
        yield from ((str(one), str(one)) for one in stored if str(one) not in names)


def _own(asked: Input, locale: Locale) -> list[tuple[str, str]]:
    return [(value, value_words(asked.name, value, locale)) for value in asked.values]
