"""Changes to items: each carries the version that was seen, and is answered with the form when it cannot be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from kit.audit import history
from kit.db import AsyncSession
from kit.i18n import Locale
from kit.web.deps import WriteSession
from kit.web.errors import wants_swap
from tickets.admin.endpoints.items import form_page, list_page
from tickets.admin.endpoints.office import HOME, KEY_MAX, READERS, EditableDep, hand_of
from tickets.admin.endpoints.people import invited_page
from tickets.admin.forms import FORMS, read_form
from tickets.admin.histories import entry_lines
from tickets.admin.people import set_teams
from tickets.config.changing import move, put, remove
from tickets.config.section import Hand, Item, ItemChangedError, ItemMisfitError, Section, digest
from tickets.config.sections import known_of, load_all
from tickets.config.words import problem_words
from tickets.console.endpoints.counter import Counter, CounterDep, console_router

router = console_router(READERS)
Key = Annotated[str, Form(max_length=KEY_MAX)]


@dataclass(frozen=True)
class Wanted:
    """What is to be saved over what was ``seen``; a person also with the teams to be in."""

    key: str
    item: Item
    seen: str
    teams: list[str] | None


@router.post("/admin/{name}/item")
async def save(
    desk: CounterDep, session: WriteSession, section: EditableDep, key: Key = "", *, seen: Annotated[str, Form()]
) -> Response:
    form = await desk.request.form()
    typed = read_form(FORMS[section.name], form)
    key, new = key.strip(), seen == "none"
    everything = await load_all(session)
    problems: dict[str, str] = {}
    if new and not section.is_key(key):
        problems["key"] = problem_words("key", {"item": key}, desk.locale)
    elif new and key in everything[section.name]:
        problems["key"] = problem_words("key_taken", {"item": key}, desk.locale)
    teams = typed.pop("teams", []) if section.name == "people" else None
    item, wrong = _validated(section, typed, known_of(everything), desk.locale)
    problems |= wrong
    if item is not None and not problems:
        try:
            return await _saved(desk, hand_of(desk, session), section, Wanted(key, item, seen, teams))
        except ItemMisfitError as error:
            problems[error.misfit.field] = problem_words(error.misfit.code, {}, desk.locale)
        except ItemChangedError:
            return await _told(desk, session, section, key, typed)
    shown = typed | ({"teams": teams} if teams is not None else {})
    return form_page(desk, section, everything, key=key, data=shown, seen=seen, status=422, problems=problems, new=new)


def _validated(
    section: Section, typed: Mapping[str, Any], known: Mapping[str, frozenset[str]], locale: Locale
) -> tuple[Item | None, dict[str, str]]:
    try:
        return section.item.model_validate(typed, context=known), {}
    except ValidationError as error:
        return None, {
            ".".join(map(str, found["loc"])): problem_words(
                found["type"], {**found.get("ctx", {}), "value": _short(found["input"])}, locale
            )
            for found in error.errors()
        }


def _short(value: Any) -> str:
    return value[:60] if isinstance(value, str) else ""


async def _saved(desk: Counter, hand: Hand, section: Section, wanted: Wanted) -> Response:
    await put(hand, section, wanted.key, wanted.item, seen=wanted.seen)
    if wanted.teams is not None:
        await set_teams(hand, wanted.key, wanted.teams)
    if section.name == "people" and wanted.seen == "none":
        return await invited_page(desk, hand.session, wanted.key)
    query = urlencode({"key": wanted.key, "saved": 1})
    return RedirectResponse(f"{HOME}/{section.name}/item?{query}", status_code=303)


async def _told(desk: Counter, session: AsyncSession, section: Section, key: str, typed: Mapping[str, Any]) -> Response:
    """Somebody was first: their change beside what was typed, which can now be saved over it."""
    everything = await load_all(session)
    entries = entry_lines(await history(session, section.name, key, limit=1), desk.locale)
    present = everything[section.name].get(key)
    return form_page(
        desk,
        section,
        everything,
        key=key,
        data=typed,
        seen=digest(present),
        status=409,
        conflict=entries[0] if entries else None,
    )


@router.post("/admin/{name}/remove")
async def delete(desk: CounterDep, session: WriteSession, section: EditableDep, key: Key) -> Response:
    await remove(hand_of(desk, session), section, key)
    address = f"{HOME}/{section.name}"
    if wants_swap(desk.request):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


@router.post("/admin/{name}/move")
async def shift(
    desk: CounterDep, session: WriteSession, section: EditableDep, key: Key, by: Annotated[int, Form(ge=-1, le=1)]
) -> Response:
    """One place up or down among its equals."""
    await move(hand_of(desk, session), section, key, by)
    if wants_swap(desk.request):
        return await list_page(desk, session, section, "lines.html")
    return RedirectResponse(f"{HOME}/{section.name}", status_code=303)
