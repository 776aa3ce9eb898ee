"""Streams that say "look again"; what changed is fetched by the page itself."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Query
from starlette.responses import Response

from kit.db import AsyncSession, Database
from kit.web.deps import GroundDep
from kit.web.sse import Look, ServerEvent, event_stream
from tickets.console.endpoints.counter import CounterDep, RowId, console_router
from tickets.console.queries.queue import queue_revision
from tickets.console.queries.ticket import ticket_revision
from tickets.repository import get_ticket

router = console_router()
#: What the page shows already: by its own words, or after a break by the last event it got.
Seen = Annotated[str, Query(max_length=400)]
LastEvent = Annotated[str | None, Header(alias="last-event-id", max_length=400)]
EVENT = "changed"


@router.get("/live/queue")
async def follow_queue(desk: CounterDep, seen: Seen = "", last_event_id: LastEvent = None) -> Response:
    look = looking(desk.ground.db, queue_revision, last_event_id or seen)
    return event_stream(desk.request, look, "tickets")


@router.get("/live/tickets/{ticket_id}")
async def follow_ticket(
    desk: CounterDep, ground: GroundDep, ticket_id: RowId, seen: Seen = "", last_event_id: LastEvent = None
) -> Response:
    async with ground.db.reading() as session:
        conversation_id = (await get_ticket(session, ticket_id)).conversation_id

    async def revision(session: AsyncSession) -> str:
        return await ticket_revision(session, ticket_id, conversation_id)

    look = looking(ground.db, revision, last_event_id or seen)
    return event_stream(desk.request, look, f"ticket:{ticket_id}", f"conversation:{conversation_id}")


def looking(db: Database, revision_of: Callable[[AsyncSession], Awaitable[str]], seen: str) -> Look:
    """One event whenever the revision is another than the last one told."""
    told = seen

    async def look() -> list[ServerEvent]:
        nonlocal told
        async with db.reading() as session:
            revision = await revision_of(session)
        if revision == told:
            return []
        told = revision
        return [ServerEvent(data=revision, event=EVENT, id=revision)]

    return look
