"""Two tickets become one, or one becomes two; the page first shows who will be told what."""

from typing import Annotated

from fastapi import Form, Query
from starlette.responses import Response

from kit.access.identity import Role
from kit.web.deps import ReadSession, WriteSession
from tickets.console.endpoints.counter import BIGINT_MAX, CounterDep, RowId, SeenVersion, console_router
from tickets.console.queries.merging import load_merge
from tickets.console.views.merging import lookalike_views, merge_view
from tickets.merging.lookalikes import unlinked_lookalikes
from tickets.merging.service import merge, undo_merge
from tickets.merging.splitting import split
from tickets.repository import get_ticket, ticket_by_number
from tickets.tracking.spoken import ticket_number

router = console_router(Role.AGENT)
Id = Annotated[int, Form(ge=1, le=BIGINT_MAX)]
OtherVersion = Annotated[int, Form(ge=1, le=2**31 - 1)]


@router.get("/tickets/{ticket_id}/lookalikes")
async def show_lookalikes(desk: CounterDep, session: ReadSession, ticket_id: RowId) -> Response:
    """A part of the ticket's page that comes a moment later: it has to look further than the ticket."""
    ticket = await get_ticket(session, ticket_id)
    found = [] if ticket.merged_into_id else await unlinked_lookalikes(session, ticket)
    return desk.page("tickets/lookalikes.html", ticket=ticket, alike=lookalike_views(found, desk.locale))


@router.get("/tickets/{ticket_id}/merge")
async def preview_merge(
    desk: CounterDep,
    session: ReadSession,
    ticket_id: RowId,
    number: Annotated[str, Query(max_length=40)],
    *,
    turned: Annotated[bool, Query()] = False,
) -> Response:
    """``turned``: the other goes on in this one."""
    ticket = await get_ticket(session, ticket_id)
    other = await ticket_by_number(session, ticket_number(number) or number)
    source, target = (other, ticket) if turned else (ticket, other)
    view = merge_view(await load_merge(session, source, target), desk.locale)
    return desk.page("tickets/dialog_merge_preview.html", ticket=ticket, other=other, turned=turned, view=view)


@router.post("/tickets/{ticket_id}/merge")
async def merge_into(
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    *,
    into: Id,
    into_version: OtherVersion,
) -> Response:
    """Both versions are those of the preview."""
    seen = (version, into_version)
    await merge(session, desk.now, source_id=ticket_id, target_id=into, seen=seen, staff=desk.actor)
    return _goes_to(into)


@router.post("/tickets/{ticket_id}/merges/{merge_id}/undo")
async def unmerge(desk: CounterDep, session: WriteSession, ticket_id: RowId, merge_id: RowId) -> Response:
    await undo_merge(session, desk.now, merge_id, staff=desk.actor, zone=desk.zone)
    return await desk.parts(session, ticket_id)


@router.post("/tickets/{ticket_id}/split")
async def split_off(
    *,
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    message: Annotated[list[int] | None, Form()] = None,
    subject: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    new = await split(
        session,
        desk.now,
        ticket_id,
        messages=message or [],
        subject=subject,
        staff=desk.actor,
        seen=version,
        rhythm=desk.rhythm,
    )
    return _goes_to(new.id)


def _goes_to(ticket_id: int) -> Response:
    return Response(status_code=204, headers={"HX-Redirect": f"/console/tickets/{ticket_id}"})
