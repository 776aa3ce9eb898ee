"""What the form of each section asks, as data; how an answer is read, and how it is shown again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.datastructures import FormData

#: Empty lines that a list of parts offers to be filled.
BLANK_ROWS = 2
_MOST_ROWS = 400


class Kind(StrEnum):
    """How something is asked for."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    #: Any of some known values, each with its box.
    MANY = "many"
    #: Words with commas between them.
    WORDS = "words"
    #: Fields that belong together.
    GROUP = "group"
    #: A list of such.
    ROWS = "rows"


@dataclass(frozen=True)
class Input:
    """One thing that is asked; ``options`` names where its choices come from, else they are its ``values``."""

    name: str
    kind: Kind = Kind.LINE
    options: str = ""
    values: tuple[str, ...] = ()
    inner: tuple["Input", ...] = ()
    required: bool = False
    #: In a row: the values of its first choice for which this is asked; none named: for all.
    only: tuple[str, ...] = ()


LINE, TEXT, NUMBER, SWITCH = Kind.LINE, Kind.TEXT, Kind.NUMBER, Kind.SWITCH
CHOICE, MANY, WORDS, GROUP, ROWS = Kind.CHOICE, Kind.MANY, Kind.WORDS, Kind.GROUP, Kind.ROWS

_URGENCIES = ("urgent", "high", "normal", "low")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = (Input("name_zh", required=True), Input("name_en", required=True))
_SPANS = (Input("first_reply"), Input("next_reply"), Input("resolution"))

CONDITIONS = (
    Input("words", WORDS),
    Input("category", MANY, options="categories"),
    Input("priority", MANY, values=_URGENCIES),
    Input("channel", MANY, options="channels"),
    Input("team", MANY, options="teams"),
    Input("region", WORDS),
    Input("language", MANY, values=("zh", "en")),
    Input("component", WORDS),
    Input("tag", WORDS),
    Input("customer_tag", WORDS),
)

FORMS: dict[str, tuple[Input, ...]] = {
    "people": (
        Input("name", required=True),
        Input("role", CHOICE, values=("agent", "supervisor", "editor", "admin"), required=True),
        Input("locale", CHOICE, values=("zh", "en"), required=True),
        Input("teams", MANY, options="teams"),
        Input("skills", WORDS),
        Input("languages", MANY, values=("zh", "en")),
        Input("capacity", NUMBER),
        Input("active", SWITCH),
    ),
    "teams": (
        *_NAMES,
        Input("region"),
        Input("members", MANY, options="people"),
        Input("assigning", CHOICE, values=("by_hand", "by_load"), required=True),
        Input("return_after"),
        Input("reopening", CHOICE, values=("reopen", "new", "within"), required=True),
        Input("reopen_days", NUMBER),
        Input("keep_owner", SWITCH),
        Input("active", SWITCH),
    ),
    "rota": (
        Input(
            "shifts",
            ROWS,
            inner=(
                Input("person", CHOICE, options="people"),
                Input("days", MANY, values=_WEEK),
                Input("begins"),
                Input("ends"),
            ),
        ),
    ),
    "categories": (
        *_NAMES,
        Input("parent", CHOICE, options="categories"),
        Input("team", CHOICE, options="teams"),
        Input("priority", CHOICE, values=_URGENCIES, required=True),
        Input("skill"),
        Input("materials_zh", TEXT),
        Input("materials_en", TEXT),
        Input("checklist_zh", TEXT),
        Input("checklist_en", TEXT),
        Input("position", NUMBER),
        Input("active", SWITCH),
    ),
    "tags": (),
    "calendars": (
        *_NAMES,
        Input("zone"),
        Input("official", SWITCH),
        Input("weekly", GROUP, inner=tuple(Input(day) for day in _WEEK)),
        Input("own_days", ROWS, inner=(Input("day"), Input("works", SWITCH), Input("slots"), Input("name"))),
    ),
    "official_days": (Input("arrangement", ROWS, inner=(Input("day"), Input("works", SWITCH), Input("name"))),),
    "policies": (
        *_NAMES,
        Input("calendar", CHOICE, options="calendars"),
        Input("targets", GROUP, inner=tuple(Input(one, GROUP, inner=_SPANS) for one in _URGENCIES)),
        Input("pauses", MANY, values=("accepted", "processing", "waiting", "confirming")),
        Input(
            "steps",
            ROWS,
            inner=(
                Input("clock", CHOICE, values=("first_reply", "next_reply", "resolution")),
                Input("at"),
                Input("do", WORDS),
            ),
        ),
        Input("conditions", GROUP, inner=CONDITIONS),
        Input("position", NUMBER),
        Input("active", SWITCH),
    ),
    "rules": (
        Input("name", required=True),
        Input("conditions", GROUP, inner=CONDITIONS),
        Input(
            "actions",
            GROUP,
            inner=(
                Input("category", CHOICE, options="categories"),
                Input("team", CHOICE, options="teams"),
                Input("priority", CHOICE, values=_URGENCIES),
                Input("tags", WORDS),
                Input("skill"),
                Input("assign", CHOICE, options="people"),
            ),
        ),
        Input("stop", SWITCH),
        Input("position", NUMBER),
        Input("active", SWITCH),
    ),
    "macros": (
        Input("name_zh", required=True),
        Input("name_en"),
        Input("team", CHOICE, options="teams"),
        Input("after", CHOICE, values=("stay", "next"), required=True),
        Input(
            "actions",
            ROWS,
            inner=(
                Input(
                    "do",
                    CHOICE,
                    values=(
                        "reply",
                        "note",
                        "stage",
                        "tags",
                        "assign",
                        "team",
                        "priority",
                        "category",
                        "snooze",
                        "resolve",
                    ),
                ),
                Input("to", only=("stage", "assign", "team", "priority", "category")),
                Input("text_zh", TEXT, only=("reply", "resolve")),
                Input("text_en", TEXT, only=("reply", "resolve")),
                Input("text", TEXT, only=("note",)),
                Input("add", WORDS, only=("tags",)),
                Input("remove", WORDS, only=("tags",)),
                Input("hours", NUMBER, only=("snooze",)),
                Input("wakes", MANY, values=("reply", "incident"), only=("snooze",)),
            ),
        ),
        Input("position", NUMBER),
        Input("active", SWITCH),
    ),
    "replies": (
        Input("title_zh", required=True),
        Input("title_en"),
        Input("team", CHOICE, options="teams"),
        Input("category", CHOICE, options="categories"),
        Input("body_zh", TEXT, required=True),
        Input("body_en", TEXT),
        Input("active", SWITCH),
    ),
    "rhythm": (
        Input("progress_every"),
        Input("fixed_check_after"),
        Input("survey_after"),
        Input("survey_quiet_days", NUMBER),
        Input("confirm_window"),
        Input("quiet_hours"),
    ),
    "texts": (Input("zh", TEXT), Input("en", TEXT)),
}


def read_form(inputs: tuple[Input, ...], form: FormData, prefix: str = "") -> dict[str, Any]:
    """The answers as an item is made of them; what was left empty is not there."""
    found = {one.name: _answer(one, form, prefix + one.name) for one in inputs}
    return {name: value for name, value in found.items() if value is not None}


def _answer(asked: Input, form: FormData, name: str) -> Any:
    match asked.kind:
        case Kind.SWITCH:
            return name in form
        case Kind.MANY:
            return [str(value) for value in form.getlist(name)]
        case Kind.WORDS:
            return split_words(str(form.get(name, "")))
        case Kind.GROUP:
            return read_form(asked.inner, form, f"{name}.")
        case Kind.ROWS:
            return list(_rows(asked, form, name))
        case _:
            return str(form.get(name, "")).strip() or None


def _rows(asked: Input, form: FormData, name: str) -> Iterator[dict[str, Any]]:
    for place in range(_MOST_ROWS):
        if f"{name}.{place}" not in form:
            return
        row = read_form(asked.inner, form, f"{name}.{place}.")
        if any(value for key, value in row.items() if key not in _switches(asked)):
            yield row


def _switches(asked: Input) -> set[str]:
    """A box alone makes no row."""
    return {one.name for one in asked.inner if one.kind is Kind.SWITCH}


def split_words(text: str) -> list[str]:
    """The words between commas of either alphabet."""
    for comma in ("\uff0c", "、", "\n", "\r", ";", "\uff1b"):
        text = text.replace(comma, ",")
    return [word.strip() for word in text.split(",") if word.strip()]


def options_needed(inputs: tuple[Input, ...]) -> set[str]:
    """The names of the choices a form needs."""
    found = {one.options for one in inputs if one.options}
    for one in inputs:
        found |= options_needed(one.inner)
    return found


def blank(asked: Input) -> Mapping[str, Any]:
    """An empty row of a list."""
    return {one.name: [] if one.kind in {Kind.MANY, Kind.WORDS} else None for one in asked.inner}
