"""The list of a section, and the form of one item."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from kit.db import AsyncSession
from kit.errors import NotFoundError
from kit.web.deps import ReadSession
from tickets.admin.endpoints.office import HOME, READERS, EditableDep, KeyQuery, SectionDep, may_edit
from tickets.admin.forms import FORMS
from tickets.admin.lists import lines
from tickets.admin.options import options_for
from tickets.admin.people import team_keys
from tickets.admin.views import Desk, shown
from tickets.config.section import Item, Section, digest
from tickets.config.sections import Everything, load_all
from tickets.config.texts import texts
from tickets.config.words import item_name, section_name
from tickets.console.endpoints.counter import Counter, CounterDep, console_router

router = console_router(READERS)


@router.get("/admin/{name}")
async def show_list(desk: CounterDep, session: ReadSession, section: SectionDep) -> Response:
    if section.only:
        return RedirectResponse(f"{HOME}/{section.name}/item?key={section.only[0]}", status_code=303)
    return await list_page(desk, session, section)


async def list_page(desk: Counter, session: AsyncSession, section: Section, part: str = "list.html") -> Response:
    """The items, or with another part only what a move changes."""
    everything = await load_all(session)
    return desk.page(
        f"admin/{part}",
        section=section.name,
        title=section_name(section.name, desk.locale),
        lines=lines(section, everything, desk.locale),
        editable=may_edit(desk, section),
        creatable=may_edit(desk, section) and not section.keys_of,
    )


@router.get("/admin/{name}/new")
async def show_new(desk: CounterDep, session: ReadSession, section: EditableDep) -> Response:
    if section.only or section.keys_of:
        raise NotFoundError
    everything = await load_all(session)
    data = {name: info.get_default(call_default_factory=True) for name, info in section.item.model_fields.items()}
    data = {name: value for name, value in data.items() if _is_plain(value)}
    blank = section.item.model_construct(**data).model_dump(mode="json", warnings=False)
    if "position" in blank:
        blank["position"] = _last_position(everything[section.name])
    return form_page(desk, section, everything, key="", data=blank, seen="none", new=True)


def _is_plain(value: Any) -> bool:
    return type(value).__name__ != "PydanticUndefinedType"


def _last_position(items: Mapping[str, Item]) -> int:
    return max((getattr(item, "position", 0) for item in items.values()), default=0) + 1


@router.get("/admin/{name}/item")
async def show_item(
    desk: CounterDep, session: ReadSession, section: SectionDep, key: KeyQuery, *, saved: bool = False
) -> Response:
    everything = await load_all(session)
    item = everything[section.name].get(key)
    if item is None:
        raise NotFoundError
    data = item.dump()
    if section.name == "people":
        data["teams"] = team_keys(everything, key)
    return form_page(desk, section, everything, key=key, data=data, seen=digest(item), saved=saved)


def form_page(
    desk: Counter,
    section: Section,
    everything: Everything,
    *,
    key: str,
    data: Mapping[str, Any],
    seen: str,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """The form with an item's values, or with what was typed and what is wrong with it."""
    problems = problems or {}
    inputs = FORMS[section.name]
    wide = Desk(section.name, desk.locale, options_for(inputs, everything, desk.locale), problems)
    owner = everything[section.keys_of or section.name].get(key)
    context = {"new": False, "saved": False, "conflict": None, **more}
    return desk.page(
        "admin/item.html",
        status_code=status,
        section=section.name,
        section_title=section_name(section.name, desk.locale),
        title=item_name(key, owner, desk.locale) if key and owner else key,
        key=key,
        key_problem=problems.get("key", ""),
        problem_count=len(problems),
        other_problem=problems.get("", ""),
        fields=shown(inputs, data, wide),
        seen=seen,
        single=bool(section.only),
        brought=texts().get(key) if section.name == "texts" else None,
        editable=may_edit(desk, section),
        removable=not section.only and not section.keys_of and section.name != "people",
        **context,
    )
