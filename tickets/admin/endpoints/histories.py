"""What was changed by whom: of everything, or of one item with its versions to go back to."""

from typing import Annotated

from fastapi import Form, Query
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from kit.audit import AuditEntry, history, latest
from kit.errors import InvalidError, NotFoundError
from kit.web.deps import ReadSession, WriteSession
from tickets.admin.endpoints.office import HOME, READERS, EditableDep, KeyQuery, SectionDep, hand_of, may_edit
from tickets.admin.histories import entry_lines, first_broken, verify_whole
from tickets.config.changing import restore
from tickets.config.sections import SECTIONS
from tickets.config.words import item_name, section_name
from tickets.console.endpoints.counter import BIGINT_MAX, CounterDep, console_router

router = console_router(READERS)
_PAGE = 50


class VersionUnfitError(InvalidError):
    """What the item was then no longer works: something it refers to has gone."""

    code = "config_version_unfit"


@router.get("/admin/audit")
async def show_audit(
    desk: CounterDep,
    session: ReadSession,
    kind: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[int | None, Query(ge=1, le=BIGINT_MAX)] = None,
) -> Response:
    entries = await latest(session, kind=kind, before_id=before, limit=_PAGE)
    return desk.page(
        "admin/audit.html",
        entries=entry_lines(entries, desk.locale),
        kind=kind,
        kinds=[(name, section_name(name, desk.locale)) for name in SECTIONS],
        older=entries[-1].id if len(entries) == _PAGE else None,
        broken=await first_broken(session, desk.ground.bus, entries, latest_count=_PAGE),
        whole=False,
    )


@router.post("/admin/audit/verify")
async def verify_all(desk: CounterDep, session: ReadSession) -> Response:
    """The whole chain, entry by entry: what the page itself looks at is only its newest part."""
    broken = await verify_whole(session, desk.ground.bus)
    entries = await latest(session, limit=_PAGE)
    return desk.page(
        "admin/audit.html",
        entries=entry_lines(entries, desk.locale),
        kind="",
        kinds=[(name, section_name(name, desk.locale)) for name in SECTIONS],
        older=entries[-1].id if len(entries) == _PAGE else None,
        broken=broken,
        whole=True,
    )


@router.get("/admin/{name}/history")
async def show_history(desk: CounterDep, session: ReadSession, section: SectionDep, key: KeyQuery) -> Response:
    entries = await history(session, section.name, key)
    items = await section.load(session)
    return desk.page(
        "admin/history.html",
        section=section.name,
        section_title=section_name(section.name, desk.locale),
        title=item_name(key, items.get(key) or (entries[0].before if entries else None), desk.locale),
        key=key,
        exists=key in items,
        entries=entry_lines(entries, desk.locale),
        editable=may_edit(desk, section),
    )


@router.post("/admin/{name}/restore")
async def go_back(
    desk: CounterDep, session: WriteSession, section: EditableDep, entry: Annotated[int, Form(ge=1, le=BIGINT_MAX)]
) -> Response:
    """Put the item back as it was after this entry."""
    found = await session.get(AuditEntry, entry)
    if found is None or found.kind != section.name or found.after is None:
        raise NotFoundError
    try:
        await restore(hand_of(desk, session), section, found.key, found.after)
    except ValidationError as error:
        raise VersionUnfitError from error
    return RedirectResponse(f"{HOME}/{section.name}/history?key={found.key}", status_code=303)
