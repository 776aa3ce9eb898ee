"""One ticket's page, its live parts and its dialogs."""

from typing import Any, Literal

from starlette.responses import Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.web.deps import ReadSession
from tickets.console.endpoints.counter import Counter, CounterDep, RowId, console_router
from tickets.console.queries.desk import assignable, teams
from tickets.console.views.people import named
from tickets.console.views.promises import quick_promises
from tickets.console.views.ticket import stage_choices
from tickets.models import Ticket
from tickets.repository import get_ticket
from tickets.stages import Priority

router = console_router()
agents = console_router(Role.AGENT)
DialogName = Literal["assign", "stage", "priority", "promise", "resolve"]


@router.get("/tickets/{ticket_id}")
async def show_ticket(desk: CounterDep, session: ReadSession, ticket_id: RowId) -> Response:
    return await desk.ticket_page(session, ticket_id, "tickets/ticket.html")


@router.get("/tickets/{ticket_id}/parts")
async def show_parts(desk: CounterDep, session: ReadSession, ticket_id: RowId) -> Response:
    return await desk.parts(session, ticket_id)


@agents.get("/tickets/{ticket_id}/dialogs/{name}")
async def show_dialog(desk: CounterDep, session: ReadSession, ticket_id: RowId, name: DialogName) -> Response:
    ticket = await get_ticket(session, ticket_id)
    offered = await _offered(desk, session, ticket, name)
    return desk.page(f"tickets/dialog_{name}.html", ticket=ticket, **offered)


async def _offered(desk: Counter, session: AsyncSession, ticket: Ticket, name: DialogName) -> dict[str, Any]:
    match name:
        case "assign":
            all_teams = [(team.id, named(team, desk.locale)) for team in await teams(session)]
            return {"people": await assignable(session), "teams": all_teams}
        case "stage":
            return {"choices": stage_choices(ticket)}
        case "priority":
            return {"priorities": list(Priority)}
        case "promise":
            return {"quick": quick_promises(desk.now, desk.zone)}
        case "resolve":
            return {}
