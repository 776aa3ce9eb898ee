"""Talks, answers and agreement as the pages of the quality desk show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.requests import HTTPConnection

from kit.i18n import Locale
from kit.text import clean_text
from kit.web.deps import held
from knowledge.errors import ArticleNotFoundError
from knowledge.labelled.models import LabelledQuestion
from knowledge.library import Library
from knowledge.models import AnswerLog
from knowledge.quality.sheet import HEAVIEST, MOST_CRITERIA, Criterion
from knowledge.quality.talks import Talks
from knowledge.search.filters import STAFF

#: More than so many guesses of the search are no help in choosing.
_MOST_GUESSES = 5
_NONE, _OTHER = "none", "other"


def talks_of(connection: HTTPConnection) -> Talks:
    return cast("Talks", connection.app.state.talks)


TalksDep = Annotated[Talks, held(talks_of)]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One question, what was given, and what may be said of it."""

    id: int
    question: str
    outcome: str
    given: str
    choices: Sequence[tuple[str, str]]
    chosen: str
    other: str
    wording: str
    helped: bool | None
    labelled_by: str


def answer_view(
    answer: AnswerLog, label: LabelledQuestion | None, *, library: Library, locale: Locale, question: str
) -> AnswerView:
    """The article that was given first, then the search's other guesses."""
    guessed = [str(one["slug"]) for one in answer.candidates if "slug" in one][:_MOST_GUESSES]
    slugs = list(dict.fromkeys([*([answer.slug] if answer.slug else []), *guessed]))
    chosen = "" if label is None else label.slug or _NONE
    outside = chosen not in {"", _NONE, *slugs}
    return AnswerView(
        id=answer.id,
        question=question,
        outcome=answer.outcome,
        given=title_of(library, answer.slug, locale) if answer.slug else "",
        choices=[(slug, title_of(library, slug, locale)) for slug in slugs],
        chosen=_OTHER if outside else chosen,
        other=chosen if outside else "",
        wording="" if label is None else label.wording,
        helped=answer.helped,
        labelled_by="" if label is None else label.by,
    )


def title_of(library: Library, slug: str, locale: Locale) -> str:
    """The address where there is no such article any more."""
    try:
        return library.article(slug, locale, STAFF).title if library.ready else slug
    except ArticleNotFoundError:
        return slug


def chosen_slug(choice: str, other: str) -> str | None:
    """What the form says answers the question; nothing where none does."""
    if choice == _NONE:
        return None
    return clean_text(other).lower() if choice == _OTHER else choice


async def _sheet(request: Request) -> list[Criterion]:
    form = await request.form()
    rows = [_criterion(form, place) for place in range(MOST_CRITERIA)]
    return [row for row in rows if row.zh or row.en]


def _criterion(form: FormData, place: int) -> Criterion:
    def typed(name: str) -> str:
        value = form.get(f"{name}_{place}")
        return " ".join(clean_text(value).split()) if isinstance(value, str) else ""

    zh, en, weight = typed("zh"), typed("en"), typed("weight")
    heavy = int(weight) if weight.isdecimal() and len(weight) <= len(str(HEAVIEST)) else 0
    return Criterion(typed("key") or f"own-{place + 1}", zh or en, en or zh, heavy)


#: What is in the form of the sheet.
SheetDep = Annotated[list[Criterion], Depends(_sheet)]


async def _marks(request: Request) -> Mapping[str, str]:
    form = await request.form()
    return {name[5:]: value for name, value in form.items() if name.startswith("mark_") and isinstance(value, str)}


#: The mark of each criterion.
MarksDep = Annotated[Mapping[str, str], Depends(_marks)]
