"""The form of an account as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from channels.console.forms import FormField, Kind, Problem, example_of
from channels.console.words import word
from kit.i18n import Locale, translate


@dataclass(frozen=True, kw_only=True)
class ShownField:
    """One input. Of a secret that is stored already nothing is shown but that it is."""

    input: str
    kind: str
    label: str
    help: str
    value: str
    example: str
    choices: list[tuple[str, str]]
    required: bool
    stored: bool
    advanced: bool
    droppable: bool
    problem: str

    @property
    def name(self) -> str:
        return self.input.partition(".")[2]

    @property
    def changed(self) -> bool:
        """Whether something else than what counts anyway stands in it."""
        return self.value not in {"", self.example}


def shown_field(
    one: FormField, typed: Mapping[str, str], problems: Mapping[str, Problem], *, stored: bool, locale: Locale
) -> ShownField:
    problem = problems.get(one.input)
    return ShownField(
        input=one.input,
        kind=one.kind.value,
        label=word(one.key, locale, one.name),
        help=word(f"{one.key}.help", locale),
        value=typed.get(one.input, ""),
        example=example_of(one),
        choices=[(choice, word(f"{one.key}.{choice}", locale, choice)) for choice in one.choices],
        required=one.required and not stored,
        stored=stored and one.kind is Kind.SECRET,
        advanced=one.advanced,
        droppable=not one.required,
        problem=problem_text(problem, locale),
    )


def problem_text(problem: Problem | None, locale: Locale) -> str:
    """What is wrong, and what to do about it."""
    return translate(problem.key, locale, **problem.values) if problem else ""
