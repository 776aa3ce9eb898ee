"""The form of an account, made from the platform's own description of its settings and secrets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from channels.console.words import is_text
from channels.platform import AccountForm

SETTINGS, SECRETS = "settings", "secrets"
#: No field of an account is longer, whatever a form sends.
LONGEST = 20_000


class Kind(StrEnum):
    """How a field is entered."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - the kind of an input, no password.
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    JSON = "json"


@dataclass(frozen=True, kw_only=True)
class FormField:
    """``name`` is the field of the model, ``input`` that of the page, ``key`` the one its texts stand under."""

    name: str
    input: str
    key: str
    kind: Kind
    required: bool
    default: Any
    choices: tuple[str, ...] = ()
    advanced: bool = False


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field; ``key`` is a text of the catalogue."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What a form said: the values that were entered, or what is wrong, by input."""

    values: dict[str, Any]
    problems: dict[str, Problem]


def fields_of(form: type[AccountForm] | None, group: str, platform: str) -> list[FormField]:
    """The fields in the order they are declared."""
    if form is None:
        return []
    return [_field(name, info, group, platform) for name, info in form.model_fields.items()]


def _field(name: str, info: FieldInfo, group: str, platform: str) -> FormField:
    kind, choices = (Kind.SECRET, ()) if group == SECRETS else _kind(info.annotation)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    default = None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
    # What works as it is, nobody has to think about.
    settled = kind in {Kind.TEXT, Kind.NUMBER} and default not in {None, ""}
    return FormField(
        name=name,
        input=f"{group}.{name}",
        key=f"channels.{platform}.{name}",
        kind=kind,
        required=info.is_required(),
        default=default,
        choices=choices,
        advanced=bool(extra.get("advanced", kind is Kind.JSON or settled)),
    )


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    if get_origin(annotation) in {Union, UnionType}:
        kinds = [one for one in get_args(annotation) if one is not NoneType]
        return _kind(kinds[0]) if len(kinds) == 1 else (Kind.JSON, ())
    if get_origin(annotation) is Literal:
        return Kind.CHOICE, tuple(str(one) for one in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Kind.CHOICE, tuple(str(one.value) for one in annotation)
    return {bool: Kind.SWITCH, int: Kind.NUMBER, float: Kind.NUMBER, str: Kind.TEXT}.get(annotation, Kind.JSON), ()


def as_typed(fields: list[FormField], stored: Mapping[str, Any]) -> dict[str, str]:
    """Stored settings as the page's inputs hold them; what was never entered stays empty."""
    return {one.input: _typed(one, stored.get(one.name)) for one in fields if one.kind is not Kind.SECRET}


def _typed(one: FormField, value: Any) -> str:
    if one.kind is Kind.SWITCH:
        return "1" if (one.default if value is None else value) else ""
    if value is None:
        return str(getattr(one.default, "value", one.default)) if one.kind is Kind.CHOICE and not one.required else ""
    return json.dumps(value, ensure_ascii=False, indent=2) if one.kind is Kind.JSON else str(value)


def example_of(one: FormField) -> str:
    """What counts when nothing is entered, for the empty input to show."""
    default = one.default
    if one.kind is not Kind.JSON or default is None:
        return "" if default in {None, ""} else str(default)
    plain = default.model_dump(mode="json") if hasattr(default, "model_dump") else default
    return json.dumps(plain, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def read_form(
    form: type[AccountForm] | None, fields: list[FormField], typed: Mapping[str, str], kept: Mapping[str, str]
) -> Reading:
    """Check what was typed; an empty field counts as not entered, an empty secret as the one that is ``kept``."""
    if form is None:
        return Reading({}, {})
    values: dict[str, Any] = dict(kept)
    problems: dict[str, Problem] = {}
    for one in fields:
        text = typed.get(one.input, "")[:LONGEST].strip()
        if one.kind is Kind.SWITCH:
            values[one.name] = bool(text)
        elif one.kind is Kind.JSON and text:
            try:
                values[one.name] = json.loads(text)
            except (ValueError, RecursionError):
                problems[one.input] = Problem("channels.form.json")
        elif text:
            values[one.name] = text
    try:
        checked = form.model_validate(values)
    except ValidationError as wrong:
        return Reading({}, {**_problems(wrong, fields), **problems})
    return Reading(checked.model_dump(mode="json", exclude_unset=True), problems)


def _problems(wrong: ValidationError, fields: list[FormField]) -> dict[str, Problem]:
    inputs = {one.name: one.input for one in fields}
    found: dict[str, Problem] = {}
    for error in wrong.errors():
        # A check over several fields names none: it is told at the first one.
        name = str(error["loc"][0]) if error["loc"] else fields[0].name
        found.setdefault(inputs.get(name, fields[0].input), _problem(error))
    return found


_KINDS = {
    "missing": "missing",
    "string_too_short": "short",
    "string_too_long": "long",
    "string_pattern_mismatch": "pattern",
    "literal_error": "choice",
    "enum": "choice",
    "greater_than": "above",
    "greater_than_equal": "at_least",
    "less_than": "below",
    "less_than_equal": "at_most",
}
_NUMBERS = ("int_", "float_", "finite_number", "decimal_")


def _problem(error: ErrorDetails) -> Problem:
    kind, values = error["type"], dict(error.get("ctx", {}))
    if is_text(kind):
        return Problem(kind, values)
    told = str(values.get("error", ""))
    if is_text(told):
        return Problem(told)
    within = ".".join(str(part) for part in error["loc"][1:])
    if within:
        return Problem("channels.form.within", {"where": within, "said": error["msg"]})
    if kind in _KINDS:
        bounds = {name: values[name] for name in ("min_length", "max_length", "gt", "ge", "lt", "le") if name in values}
        return Problem(f"channels.form.{_KINDS[kind]}", {"bound": next(iter(bounds.values()), "")})
    if kind.startswith(_NUMBERS):
        return Problem("channels.form.number")
    return Problem("channels.form.wrong", {"said": told or error["msg"]})
