"""The form of a notice: which fields it has, what goes into them, and what each takes. Pure.

The name of a field says its kind (``thing1``, ``time4``); the platform refuses the whole notice (47003) when a value
is not of the kind, so that is looked at before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_FIELD = re.compile(r"(?P<name>(?P<kind>[a-z]+(?:_[a-z]+)*)\d*)=(?P<value>\S+)")
_PLACE = re.compile(r"\{(?P<name>[^{}]*)\}")
_ID = re.compile(r"[A-Za-z0-9_-]{10,64}")


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """``most`` characters; ``pattern`` is all that is taken; ``cut``: what is longer may be shortened."""

    most: int
    pattern: re.Pattern[str] | None = None
    cut: bool = False


_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DATE = r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2})"
#: From the platform's page of parameters of subscription notices.
_KINDS = {
    "thing": _Kind(most=20, cut=True),
    "const": _Kind(most=20, cut=True),
    "name": _Kind(most=10, cut=True),
    "phrase": _Kind(most=5),
    "number": _Kind(most=32, pattern=re.compile(r"\d+(\.\d+)?")),
    "letter": _Kind(most=32, pattern=re.compile(r"[A-Za-z]+")),
    "symbol": _Kind(most=5, pattern=re.compile(r"[^\w\s]+")),
    "character_string": _Kind(most=32, pattern=re.compile(r"[\x21-\x7e]+")),
    "time": _Kind(most=64, pattern=re.compile(rf"({_DATE} ?)?{_CLOCK}([~-]({_DATE} ?)?{_CLOCK})?")),
    "date": _Kind(most=64, pattern=re.compile(rf"{_DATE}( ?{_CLOCK})?([~-]{_DATE}( ?{_CLOCK})?)?")),
    "amount": _Kind(most=13, pattern=re.compile(r"[^\d\s]?\d{1,10}(\.\d+)?元?")),
    "phone_number": _Kind(most=17, pattern=re.compile(r"[\d+()\- ]+")),
    "car_number": _Kind(most=8),
}
#: Fields of the old template messages (first, keyword1, remark) have no kind.
_UNKNOWN = _Kind(most=200, cut=True)


class NotAFieldError(ValueError):
    """The value is none the field takes."""


@dataclass(frozen=True, kw_only=True)
class NoticeTemplate:
    """``fields``: by name, a text in which ``{name}`` stands for a value."""

    id: str
    fields: Mapping[str, str]

    def data(self, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """The notice's content as the platform wants it; raises NotAFieldError."""
        return {name: {"value": _fitted(name, _filled(text, values))} for name, text in self.fields.items()}


def read_template(entered: str) -> NoticeTemplate | None:
    """The template an administrator entered: its id, then its fields, as ``ID thing1={title} time2={time}``.

    None when nothing was entered; raises ValueError for anything else.
    """
    if not entered.strip():
        return None
    template_id, *fields = entered.split()
    matches = [_FIELD.fullmatch(field) for field in fields]
    if not _ID.fullmatch(template_id) or not matches or not all(matches):
        msg = f"not a template with its fields: {entered}"
        raise ValueError(msg)
    return NoticeTemplate(id=template_id, fields={match["name"]: match["value"] for match in matches if match})


def _filled(text: str, values: Mapping[str, str]) -> str:
    try:
        return _PLACE.sub(lambda place: values[place["name"]], text)
    except KeyError as error:
        raise NotAFieldError(f"{text}: nothing is called so") from error


def _fitted(name: str, value: str) -> str:
    kind = _KINDS.get(re.sub(r"\d+$", "", name), _UNKNOWN)
    line = " ".join(value.split())
    if kind.cut and len(line) > kind.most:
        line = line[: kind.most - 1].rstrip() + "…"
    if not line or len(line) > kind.most or (kind.pattern and not kind.pattern.fullmatch(line)):
        raise NotAFieldError(f"{name} does not take {line!r}")
    return line
