"""Personal data in full, for supervisors, and written down each time."""

from starlette.responses import Response

from kit.access.identity import Role
from kit.web.deps import WriteSession
from tickets.console.endpoints.counter import CounterDep, RowId, console_router
from tickets.console.queries.ticket import load_ticket
from tickets.console.views.ticket import person_facts, ticket_facts
from tickets.models import EventKind
from tickets.repository import note_event

router = console_router(Role.SUPERVISOR)


@router.post("/tickets/{ticket_id}/reveal")
async def reveal(desk: CounterDep, session: WriteSession, ticket_id: RowId) -> Response:
    record = await load_ticket(session, ticket_id, desk.now, zone=desk.zone)
    await note_event(session, desk.now, record.ticket, EventKind.REVEALED, desk.actor)
    known = [
        *person_facts(record.contact, desk.locale, revealed=True),
        *ticket_facts(record.ticket, desk.locale, revealed=True),
    ]
    return desk.page("tickets/dialog_revealed.html", facts=known)
