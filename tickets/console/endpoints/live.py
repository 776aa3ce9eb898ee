"""Streams that say "look again"; what changed is fetched by the page itself."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Query
from starlette.responses import Response

from kit.db import AsyncSession, Database
from kit.together import Together
from kit.web.deps import GroundDep
from kit.web.sse import Look, ServerEvent, event_stream
from tickets.console.endpoints.counter import CounterDep, RowId, console_router
from tickets.console.queries.queue import queue_revision
from tickets.console.queries.ticket import talks_of, ticket_revision, who_is_here
from tickets.repository import get_ticket

router = console_router()
#: What the page shows already: by its own words, or after a break by the last event it got.
Seen = Annotated[str, Query(max_length=400)]
LastEvent = Annotated[str | None, Header(alias="last-event-id", max_length=400)]
EVENT = "changed"
#: Who else has the ticket open, or writes at it, is another than before.
BESIDE = "beside"
#: In a rush a console is told of all that happened in this time at once.
REST_S = 0.2
#: All consoles of a process hear of a change together, and look once.
_LOOKS = Together[str]()


@router.get("/live/queue")
async def follow_queue(desk: CounterDep, seen: Seen = "", last_event_id: LastEvent = None) -> Response:
    db = desk.ground.db

    async def newest() -> str:
        async with db.reading() as session:
            return await queue_revision(session)

    async def shared() -> str:
        return await _LOOKS.ask(id(db), newest)

    return event_stream(desk.request, telling(shared, last_event_id or seen), "tickets", rest_s=REST_S)


@router.get("/live/tickets/{ticket_id}")
async def follow_ticket(
    desk: CounterDep, ground: GroundDep, ticket_id: RowId, seen: Seen = "", last_event_id: LastEvent = None
) -> Response:
    async with ground.db.reading() as session:
        talks = await talks_of(session, await get_ticket(session, ticket_id))

    async def revision(session: AsyncSession) -> str:
        return await ticket_revision(session, ticket_id, *talks)

    async def beside(session: AsyncSession) -> str:
        return await who_is_here(session, desk.now, ticket_id, desk.staff.id)

    looks = (looking(ground.db, revision, last_event_id or seen), looking(ground.db, beside, "", event=BESIDE))
    topics = [f"conversation:{talk}" for talk in talks]
    return event_stream(desk.request, both(*looks), f"ticket:{ticket_id}", f"watching:{ticket_id}", *topics)


def both(*looks: Look) -> Look:
    """What all of them have to tell."""

    async def look() -> list[ServerEvent]:
        return [event for one in looks for event in await one()]

    return look


def looking(
    db: Database, revision_of: Callable[[AsyncSession], Awaitable[str]], seen: str, *, event: str = EVENT
) -> Look:
    """As :func:`telling`, with a look of its own at the database."""

    async def revision() -> str:
        async with db.reading() as session:
            return await revision_of(session)

    return telling(revision, seen, event=event)


def telling(revision_now: Callable[[], Awaitable[str]], seen: str, *, event: str = EVENT) -> Look:
    """One event whenever the revision is another than the last one told."""
    told = seen

    async def look() -> list[ServerEvent]:
        nonlocal told
        revision = await revision_now()
        if revision == told:
            return []
        told = revision
        # Only what the page itself shows is asked for again after a break.
        return [ServerEvent(data=revision, event=event, id=revision if event == EVENT else None)]

    return look
