"""Put a ticket aside, and fetch it back."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from kit.access.identity import Role
from kit.web.deps import WriteSession
from tickets.console.endpoints.counter import CounterDep, RowId, SeenVersion, console_router
from tickets.console.views.promises import parse_moment
from tickets.sending.snoozing import Wake, snooze, wake

router = console_router(Role.AGENT)


@router.post("/tickets/{ticket_id}/snooze")
async def put_aside(
    *,
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    at: Annotated[str, Form(max_length=40)] = "",
    stay: Annotated[bool, Form()] = False,
    incident: Annotated[bool, Form()] = False,
) -> Response:
    """``at`` is meant in the organisation's time zone; without it only what happens wakes the ticket.

    ``stay``: not even the customer's next message does.
    """
    ticket = await desk.hold(session, ticket_id, version)
    until = parse_moment(at, desk.zone) if at else None
    wakes = {Wake.REPLY: not stay or (until is None and not incident), Wake.INCIDENT: incident}
    chosen = {one for one, wanted in wakes.items() if wanted}
    await snooze(session, desk.now, ticket, until=until, wakes=chosen, staff=desk.actor, seen=version)
    return await desk.parts(session, ticket_id)


@router.post("/tickets/{ticket_id}/wake")
async def fetch_back(desk: CounterDep, session: WriteSession, ticket_id: RowId, version: SeenVersion) -> Response:
    ticket = await desk.hold(session, ticket_id, version)
    await wake(session, desk.now, ticket, why="by_hand", actor=desk.actor, seen=version)
    return await desk.parts(session, ticket_id)
