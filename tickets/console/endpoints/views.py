"""Saved views: keep what is shown, find it again, change it, put it in order."""

from typing import Annotated, Literal

from fastapi import Form, Query
from starlette.responses import Response

from kit.access.identity import Role
from kit.web.deps import ReadSession, WriteSession
from kit.web.errors import wants_swap
from tickets.console.endpoints.counter import CHANGED, Counter, CounterDep, RowId, console_router
from tickets.console.queries.choices import offered
from tickets.console.queries.views import kept_views
from tickets.console.selection import from_query
from tickets.console.views.filters import described
from tickets.console.views.views import view_query, view_rows
from tickets.views.errors import ViewNotYoursError
from tickets.views.service import (
    LONGEST_NAME,
    LONGEST_QUERY,
    Keeper,
    change_view,
    create_view,
    delete_view,
    get_view,
    move_view,
)

#: Everybody who reads the queue may keep views of it.
router = console_router()
_NAME_MAX = 200
Name = Annotated[str, Form(max_length=_NAME_MAX)]
Address = Annotated[str, Form(max_length=LONGEST_QUERY)]
Ticked = Annotated[bool, Form()]


@router.get("/views")
async def show_views(desk: CounterDep, session: ReadSession) -> Response:
    kept = await kept_views(session, desk.now, desk.staff.id, zone=desk.zone)
    rows = view_rows(kept, desk.staff, await offered(session), desk.locale)
    part = wants_swap(desk.request)
    return desk.page("tickets/views_list.html" if part else "tickets/views.html", rows=rows)


@router.get("/views/new")
async def ask_name(
    desk: CounterDep, session: ReadSession, query: Annotated[str, Query(max_length=LONGEST_QUERY)] = ""
) -> Response:
    what = described(from_query(query), await offered(session), desk.locale)
    return desk.page("tickets/dialog_view.html", view=None, query=query, what=what, longest=LONGEST_NAME)


@router.post("/views")
async def keep(
    *,
    desk: CounterDep,
    session: WriteSession,
    name: Name = "",
    query: Address = "",
    shared: Ticked = False,
    pinned: Ticked = False,
) -> Response:
    """The queue is then shown as the new view."""
    view = await create_view(session, desk.now, _keeper(desk), name, _plain(query), shared=shared, pinned=pinned)
    return Response(headers={"HX-Redirect": f"/console/tickets{view_query(view)}"})


@router.get("/views/{view_id}/{dialog}")
async def ask(desk: CounterDep, session: ReadSession, view_id: RowId, dialog: Literal["edit", "delete"]) -> Response:
    view = await get_view(session, desk.staff.id, view_id)
    if view.shared and not _keeper(desk).may_share:
        raise ViewNotYoursError
    if dialog == "delete":
        return desk.page("tickets/dialog_view_delete.html", view=view)
    what = described(from_query(view.query), await offered(session), desk.locale)
    return desk.page("tickets/dialog_view.html", view=view, query="", what=what, longest=LONGEST_NAME)


@router.post("/views/{view_id}")
async def change(
    *,
    desk: CounterDep,
    session: WriteSession,
    view_id: RowId,
    name: Name = "",
    shared: Ticked = False,
    pinned: Ticked = False,
) -> Response:
    await change_view(session, _keeper(desk), view_id, name=name, shared=shared, pinned=pinned)
    return _changed()


@router.post("/views/{view_id}/query")
async def keep_filters(desk: CounterDep, session: WriteSession, view_id: RowId, query: Address = "") -> Response:
    await change_view(session, _keeper(desk), view_id, query=_plain(query))
    return _changed()


@router.post("/views/{view_id}/pin")
async def pin(*, desk: CounterDep, session: WriteSession, view_id: RowId, pinned: Ticked = False) -> Response:
    await change_view(session, _keeper(desk), view_id, pinned=pinned)
    return _changed()


@router.post("/views/{view_id}/move")
async def move(
    desk: CounterDep, session: WriteSession, view_id: RowId, by: Annotated[Literal["-1", "1"], Form()]
) -> Response:
    await move_view(session, _keeper(desk), view_id, int(by))
    return _changed()


@router.post("/views/{view_id}/delete")
async def delete(desk: CounterDep, session: WriteSession, view_id: RowId) -> Response:
    await delete_view(session, _keeper(desk), view_id)
    return _changed()


def _keeper(desk: Counter) -> Keeper:
    return Keeper(desk.staff.id, may_share=desk.staff.may(Role.SUPERVISOR))


def _plain(query: str) -> str:
    """As it is kept: checked, at its first page, and not itself of a view."""
    return from_query(query).query(view=None)


def _changed() -> Response:
    """The page fetches anew what it shows of it."""
    return Response(status_code=204, headers={"HX-Trigger": CHANGED})
