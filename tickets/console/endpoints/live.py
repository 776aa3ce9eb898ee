"""Streams that say "look again"; what changed is fetched by the page itself."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Query
from starlette.responses import Response

from kit.db import AsyncSession, Database
from kit.web.deps import GroundDep
from kit.web.sse import Beside, Look, ServerEvent, event_stream
from tickets.console.endpoints.counter import Counter, CounterDep, RowId, console_router
from tickets.console.queries.listing import lists_of
from tickets.console.queries.ticket import talks_of, ticket_revision, who_is_here
from tickets.notices.service import unread
from tickets.repository import get_ticket

router = console_router()
#: What the page shows already: by its own words, or after a break by the last event it got.
Seen = Annotated[str, Query(max_length=400)]
LastEvent = Annotated[str | None, Header(alias="last-event-id", max_length=400)]
EVENT = "changed"
#: Who else has the ticket open, or writes at it, is another than before.
BESIDE = "beside"
#: This person's unread notices are others than before: how many, and the number of the newest.
NOTICES = "notices"


@router.get("/live/queue")
async def follow_queue(desk: CounterDep, seen: Seen = "", last_event_id: LastEvent = None) -> Response:
    look = telling(lists_of(desk.request).newest, last_event_id or seen)
    return event_stream(desk.request, look, "tickets", beside=[notices_beside(desk)])


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
    own = (f"ticket:{ticket_id}", f"watching:{ticket_id}", *topics)
    return event_stream(desk.request, both(*looks), *own, beside=[notices_beside(desk, but=ticket_id)])


@router.get("/live/notices")
async def follow_notices(desk: CounterDep) -> Response:
    """For pages that follow nothing else, and the one that listens while nobody looks at any."""
    mine = notices_beside(desk)
    return event_stream(desk.request, mine.look, *mine.topics)


def notices_beside(desk: Counter, *, but: int | None = None) -> Beside:
    """How many notices this person has not read; ``but`` is the ticket before their eyes, of which they need none."""
    db, staff_id = desk.ground.db, desk.staff.id

    async def revision(session: AsyncSession) -> str:
        mine = await unread(session, staff_id, but=but)
        return f"{mine.count} {mine.newest}"

    return Beside(looking(db, revision, "", event=NOTICES), (f"staff:{staff_id}",))


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
