"""From a thread of a platform to the ticket that is worked on in it."""

from typing import Annotated

from fastapi import Query
from starlette.responses import RedirectResponse, Response

from kit.web.deps import ReadSession
from tickets.console.endpoints.counter import console_router
from tickets.console.endpoints.queue import QUEUE
from tickets.console.queries.ticket import ticket_of_thread

router = console_router()


@router.get("/threads")
async def find_ticket_of(session: ReadSession, thread: Annotated[str, Query(max_length=400)]) -> Response:
    """The newest one, open ones first."""
    ticket = await ticket_of_thread(session, thread)
    return RedirectResponse(f"{QUEUE}/{ticket.id}", status_code=303)
