"""Names of sections, fields, values and problems, as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kit.i18n import Locale, catalogue, translate
from tickets.config.changing import Planned
from tickets.config.differences import Difference, differences
from tickets.config.section import Item
from tickets.config.values import Day

_MANY = 80


@dataclass(frozen=True)
class FieldChange:
    """A field with what went and what came, in words."""

    label: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


def section_name(section: str, locale: Locale) -> str:
    return translate(f"config.section.{section}", locale)


def said(key: str, fallback: str, locale: Locale) -> str:
    """The text, where there is one: names made by people have none."""
    texts = catalogue().texts.get(key)
    return texts[locale] if texts else fallback


def field_name(path: tuple[str, ...], locale: Locale) -> str:
    """The field as it is called on the page; parts of a field follow it."""
    return " › ".join(said(f"config.field.{name}", name, locale) for name in path)


def item_name(key: str, item: Item | Mapping[str, Any] | None, locale: Locale) -> str:
    """What people call an item."""
    values = item if isinstance(item, Mapping) else dict(item) if item else {}
    names = (f"name_{locale}", f"title_{locale}", "name_zh", "title_zh", "name")
    return next(
        (str(values[name]) for name in names if values.get(name)),
        said(f"config.item.{key}", said(key, key, locale), locale),
    )


def value_words(name: str, value: Any, locale: Locale) -> str:
    """A value of a field; those of closed lists have texts of their own."""
    if isinstance(value, bool):
        return translate("config.value.yes" if value else "config.value.no", locale)
    if isinstance(value, Mapping):
        return " · ".join(
            value_words(key, inner, locale) for key, inner in value.items() if inner not in (None, "", [])
        )
    if isinstance(value, list):
        return _listed(name, value, locale)
    if name == "days" and value in list(Day):
        return translate(f"day.{value}", locale)
    return said(f"config.value.{name}.{value}", str(value), locale)


def _listed(name: str, values: list[Any], locale: Locale) -> str:
    return ("、" if locale == "zh" else ", ").join(value_words(name, one, locale) for one in values)


def change_words(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, locale: Locale
) -> list[FieldChange]:
    """What changed between two states, field by field."""
    return [_field_change(one, locale) for one in differences(before, after)]


def _field_change(one: Difference, locale: Locale) -> FieldChange:
    name = one.path[-1]
    return FieldChange(
        field_name(one.path, locale),
        tuple(value_words(name, value, locale) for value in one.gone[:_MANY]),
        tuple(value_words(name, value, locale) for value in one.new[:_MANY]),
    )


def step_words(step: Planned, locale: Locale) -> list[FieldChange]:
    """What a planned change does; of what is made anew only what is not as by default."""
    before = step.before.dump() if step.before else None
    after = step.after.brief() if step.after and not step.before else step.after.dump() if step.after else None
    return change_words(before, after, locale)


def problem_words(code: str, values: Mapping[str, Any], locale: Locale) -> str:
    """Why a value cannot be; what the validation calls otherwise is said in general."""
    key = f"config.problem.{code}"
    if key not in catalogue().texts:
        key = _GENERAL.get(code, "config.problem.other")
    texts = {name: _told(value, locale) for name, value in values.items()}
    if texts.get("nearest"):
        texts["hint"] = translate("config.problem.nearest", locale, nearest=texts["nearest"])
    elif texts.get("known"):
        texts["hint"] = translate("config.problem.known", locale, known=texts["known"])
    else:
        texts["hint"] = ""
    if section := values.get("section"):
        texts["section"] = section_name(str(section), locale)
    return translate(key, locale, **texts)


def _told(value: Any, locale: Locale) -> str:
    return ("、" if locale == "zh" else ", ").join(map(str, value[:12])) if isinstance(value, list) else str(value)


_GENERAL = {
    "extra_forbidden": "config.problem.unknown_field",
    "enum": "config.problem.choice",
    "literal_error": "config.problem.choice",
    "int_parsing": "config.problem.number",
    "int_type": "config.problem.number",
    "int_from_float": "config.problem.number",
    "float_parsing": "config.problem.number",
    "float_type": "config.problem.number",
    "greater_than_equal": "config.problem.least",
    "less_than_equal": "config.problem.most",
    "bool_parsing": "config.problem.switch",
    "bool_type": "config.problem.switch",
    "string_type": "config.problem.text",
    "list_type": "config.problem.list",
    "too_short": "config.problem.missing",
    "date_from_datetime_parsing": "config.problem.day",
    "date_parsing": "config.problem.day",
    "date_type": "config.problem.day",
    "dict_type": "config.problem.not_a_mapping",
    "model_type": "config.problem.not_a_mapping",
}
