"""One approved text of a short message as a form: its words, what fills its variables, and an example of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic_core import PydanticCustomError

from channels.console.forms import Problem
from channels.port import Notice
from channels.sms import pricing
from channels.sms.settings import SmsSettings
from channels.sms.templates import (
    KINDS,
    PLAINEST,
    VALUES,
    Provider,
    Template,
    UnfitError,
    check_template,
    fill,
    values_of,
    variables_of,
)

_CODE_MAX, _TEXT_MAX = 64, 600
_LOCALES = ("zh", "en")
_WHERE = {"code": "code", "text": "text", "order": "text", "variable": "variables", "unused": "variables"}
_ONE_LINE = re.compile(r"\s*[\r\n]+\s*")


@dataclass(frozen=True, kw_only=True)
class TemplateForm:
    """What was typed. ``chosen`` says which of our values fills a variable; one of the same name fills itself."""

    kind: str = PLAINEST
    locale: str = "zh"
    code: str = ""
    text: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, template: Template) -> "TemplateForm":
        return cls(
            kind=template.kind,
            locale=template.locale,
            code=template.code,
            text=template.text,
            chosen=template.variables,
        )

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> "TemplateForm":
        """As it was sent; a kind or language nobody knows is the one that is proposed."""
        kind, locale = form.get("kind", ""), form.get("locale", "")
        return cls(
            kind=kind if kind in KINDS else PLAINEST,
            locale=locale if locale in _LOCALES else "zh",
            code=form.get("code", "")[:_CODE_MAX].strip(),
            # Copied from the provider's page, where it is wrapped: an approved text has one line.
            text=_ONE_LINE.sub("", form.get("text", "")[:_TEXT_MAX].strip()),
            chosen={name[4:]: value for name, value in form.items() if name.startswith("var.") and value in VALUES},
        )

    def fillings(self, provider: Provider) -> list[tuple[str, str]]:
        """Each variable of the text, and our value for it; empty where somebody has to choose."""
        return [
            (name, self.chosen.get(name) or (name if name in VALUES else ""))
            for name in variables_of(self.text, provider)
        ]

    def template(self, provider: Provider) -> Template:
        """The template, right or wrong; what is filled by its own name needs no word about it."""
        variables = {name: value for name, value in self.fillings(provider) if value not in {"", name}}
        return Template.model_validate(
            {"kind": self.kind, "locale": self.locale, "code": self.code, "text": self.text, "variables": variables}
        )

    def problem(self, provider: Provider, others: list[Template]) -> tuple[str, Problem] | None:
        """The first thing that is wrong, with the field it is told at."""
        template = self.template(provider)
        if which(template) in {which(one) for one in others}:
            return "code", Problem("channels.templates.twice")
        try:
            check_template(template, provider)
        except PydanticCustomError as wrong:
            where = _WHERE[wrong.type.rpartition(".")[2]]
            return where, Problem(wrong.type, dict(wrong.context or {}))
        return None


@dataclass(frozen=True, kw_only=True)
class Example:
    """A template as a person would read it."""

    text: str
    length: int
    segments: int
    cents: Decimal


def which(template: Template) -> str:
    """Tells templates of an account apart."""
    return f"{template.kind}.{template.locale}.{template.code}"


def example_notice(kind: str, base_url: str) -> Notice:
    """News of a ticket that does not exist."""
    page = f"{base_url.rstrip('/')}/t/abc234"
    return Notice(kind=kind, values={"number": "260001", "page": page, "time": "15:30"})


def example(template: Template, settings: SmsSettings, base_url: str) -> Example | Problem:
    """The text with values as they are usual, and what it costs; or why it cannot be filled."""
    values = values_of(example_notice(template.kind, base_url))
    try:
        filled = fill(template, values, provider=settings.provider, longest=settings.variable_max)
    except UnfitError as unfit:
        return Problem(unfit.reason, {"variable": unfit.variable, "most": settings.variable_max})
    text = pricing.signed(settings.sign_name, filled.text)
    return Example(
        text=text,
        length=pricing.length(text),
        segments=pricing.segments(text),
        cents=pricing.cost_cents(text, settings.price_cents),
    )
