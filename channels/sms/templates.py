"""Texts a provider has approved, and what may be filled in. Pure: there is no other text we could send."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from channels.port import Notice

Kind = Literal[
    "opened", "replied", "answer", "stage", "promised", "progress", "resolved", "fixed_check", "closed", "survey"
]
KINDS: tuple[str, ...] = get_args(Kind)
#: What says least, and fits when nothing better is approved.
PLAINEST = "answer"
#: What can be filled in: as in a notice, and "token", the end of the page's address where its beginning is approved.
VALUES = ("number", "page", "token", "time")
LONGEST = 500
#: Marks a text as a signature, or breaks the line of a carrier.
_FORBIDDEN = re.compile(r"[【】\x00-\x1f\x7f\u2028\u2029]")
_CODES = re.compile(r"[A-Za-z0-9_]{1,64}")


class Provider(StrEnum):
    """Who takes our messages."""

    ALIYUN = "aliyun"
    TENCENT = "tencent"


_PLACES = {Provider.ALIYUN: re.compile(r"\$\{(\w+)\}"), Provider.TENCENT: re.compile(r"\{(\d{1,2})\}")}


class Template(BaseModel):
    """One approved text. ``variables`` says which of our values stands for a variable that is called otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    kind: Kind
    code: str
    text: str
    locale: Literal["zh", "en"] = "zh"
    variables: dict[str, str] = {}

    def value_of(self, variable: str) -> str:
        """The name of our value."""
        return self.variables.get(variable, variable)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A template with its variables, in the order the provider wants them; ``text`` is what the person reads."""

    code: str
    params: Mapping[str, str]
    text: str


class UnfitError(Exception):
    """A value is missing or none the provider takes; ``reason`` is a text of the catalogue."""

    def __init__(self, reason: str, variable: str) -> None:
        super().__init__(f"{variable}: {reason}")
        self.reason = reason
        self.variable = variable


def variables_of(text: str, provider: Provider) -> tuple[str, ...]:
    """The variables of a text: Tencent's by number, as their values are passed in that order."""
    found = dict.fromkeys(_PLACES[provider].findall(text))
    return tuple(sorted(found, key=int) if provider is Provider.TENCENT else found)


def check_template(template: Template, provider: Provider) -> None:
    """Refuse what could never be sent; raises PydanticCustomError."""
    if not _CODES.fullmatch(template.code):
        raise _bad("code", template, template.code)
    if not template.text or len(template.text) > LONGEST or _FORBIDDEN.search(template.text):
        raise _bad("text", template, template.code)
    found = variables_of(template.text, provider)
    if provider is Provider.TENCENT and found != tuple(str(place + 1) for place in range(len(found))):
        raise _bad("order", template, " ".join(found))
    for variable in found:
        if template.value_of(variable) not in VALUES:
            raise _bad("variable", template, variable)
    for variable in template.variables.keys() - set(found):
        raise _bad("unused", template, variable)


def _bad(what: str, template: Template, found: str) -> PydanticCustomError:
    said = {"kind": template.kind, "found": found}
    # The types are literal for Pydantic's own sake; the texts stand in the catalogue under the same names.
    match what:
        case "code":
            return PydanticCustomError("channels.sms.templates.code", "no code of a template: {found}", said)
        case "text":
            return PydanticCustomError("channels.sms.templates.text", "no approved text: {found}", said)
        case "order":
            return PydanticCustomError("channels.sms.templates.order", "not numbered from 1: {found}", said)
        case "variable":
            return PydanticCustomError("channels.sms.templates.variable", "nothing is called {found}", said)
        case _:
            return PydanticCustomError("channels.sms.templates.unused", "not in the text: {found}", said)


def candidates(templates: Sequence[Template], kind: str, locale: str) -> Iterator[Template]:
    """Yield what may stand for a notice, best first: the same news, then the plainest; the person's language first."""
    for wanted in dict.fromkeys((kind, PLAINEST)):
        for language in dict.fromkeys((locale, "zh")):
            yield from (one for one in templates if (one.kind, one.locale) == (wanted, language))


def values_of(notice: Notice) -> dict[str, str]:
    """What can be filled in."""
    page = notice.values.get("page", "")
    token = urlsplit(page).path.rstrip("/").rpartition("/")[2]
    return {**notice.values, "token": token} if token else dict(notice.values)


def fill(template: Template, values: Mapping[str, str], *, provider: Provider, longest: int) -> Filled:
    """The template with its values; raises UnfitError."""
    params = {
        variable: _fitting(variable, values.get(template.value_of(variable), "").strip(), longest)
        for variable in variables_of(template.text, provider)
    }
    text = _PLACES[provider].sub(lambda place: params[place[1]], template.text)
    return Filled(code=template.code, params=params, text=text)


def _fitting(variable: str, value: str, longest: int) -> str:
    if not value:
        raise UnfitError("channels.sms.unfit.missing", variable)
    if len(value) > longest:
        raise UnfitError("channels.sms.unfit.long", variable)
    if _FORBIDDEN.search(value):
        raise UnfitError("channels.sms.unfit.forbidden", variable)
    return value


def best(
    templates: Sequence[Template], notice: Notice, locale: str, *, provider: Provider, longest: int
) -> Filled | None:
    """The first candidate whose variables can all be filled; None when there is none at all, else raises UnfitError."""
    values, unfit = values_of(notice), None
    for template in candidates(templates, notice.kind, locale):
        try:
            return fill(template, values, provider=provider, longest=longest)
        except UnfitError as error:
            unfit = unfit or error
    if unfit is not None:
        raise unfit
    return None
