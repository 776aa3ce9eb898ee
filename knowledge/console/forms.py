"""What was typed into the editor, as content."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from starlette.datastructures import FormData

from kit.errors import InvalidError
from kit.i18n import LOCALES, Locale
from kit.text import clean_text
from knowledge.versions.content import Content, Words
from knowledge.versions.drafting import Edit

NOTE_MAX = 300


class MomentInvalidError(InvalidError):
    """What was entered is no date or time."""

    code = "article_moment"


def _edit(form: FormData) -> Edit:
    content = Content(
        slug=_text(form, "slug").lower(),
        kind=_text(form, "kind"),
        audience=_text(form, "audience"),
        level=_text(form, "level"),
        component=_text(form, "component"),
        words={locale: words for locale in LOCALES if (words := _words(form, locale))},
    )
    fitting = frozenset(locale for locale in LOCALES if locale in form.getlist("fitting"))
    return Edit(content=content, note=_text(form, "note")[:NOTE_MAX], fitting=fitting)


def _words(form: FormData, locale: Locale) -> Words:
    return Words(
        title=_line(form, f"{locale}_title"),
        summary=_line(form, f"{locale}_summary"),
        steps=_lines(form, f"{locale}_steps"),
        questions=_lines(form, f"{locale}_questions"),
        tags=_lines(form, f"{locale}_tags"),
        body=_text(form, f"{locale}_body"),
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return clean_text(value) if isinstance(value, str) else ""


def _line(form: FormData, name: str) -> str:
    return " ".join(_text(form, name).split())


def _lines(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for raw in _text(form, name).splitlines() if (line := " ".join(raw.split()))))


async def _edited(request: Request) -> Edit:
    return _edit(await request.form())


#: What is in the form of the editor.
EditDep = Annotated[Edit, Depends(_edited)]


def moment_of(text: str, zone: ZoneInfo) -> datetime | None:
    """A date and time as a browser sends it, on the clock of the organisation."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError as error:
        raise MomentInvalidError from error


def day_of(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MomentInvalidError from error
