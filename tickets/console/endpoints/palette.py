"""The palette: all one can do and go to from any page, by typing. The page's own actions it reads from the page."""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import Field

from kit.text import clean_text
from kit.web.deps import ReadSession
from tickets.console.endpoints.counter import BIGINT_MAX, CounterDep, console_router
from tickets.console.queries.desk import assignable
from tickets.console.queries.palette import MOST, meant_tickets
from tickets.console.queries.queue import load_records
from tickets.console.selection import LONGEST_SEARCH
from tickets.console.views.palette import Place, TicketHit, places, ticket_hit, ways_to_type
from tickets.views.service import list_views

router = console_router()
#: More actions than any page has.
MOST_LABELS = 100
_Label = Annotated[str, Field(max_length=200)]
_TicketId = Annotated[int, Field(ge=1, le=BIGINT_MAX)]


@dataclass(frozen=True)
class Opened:
    """What an opened palette begins with; ``ways`` are the ways to type each label that was asked about."""

    places: list[Place]
    recent: list[TicketHit]
    ways: dict[str, list[str]]


@dataclass(frozen=True)
class Answer:
    """What was found; the first ``named`` have the number that was typed."""

    tickets: list[TicketHit]
    named: int


@router.get("/palette")
async def open_palette(
    desk: CounterDep,
    session: ReadSession,
    label: Annotated[list[_Label] | None, Query(max_length=MOST_LABELS)] = None,
    ticket: Annotated[list[_TicketId] | None, Query(max_length=MOST)] = None,
) -> Opened:
    """``label``: those of the page's actions; ``ticket``: those looked at last, which only the browser remembers."""
    views = await list_views(session, desk.staff.id)
    people = await assignable(session)
    records = await load_records(session, ticket or [])
    return Opened(
        places(views, people, desk.locale, but=desk.staff.id),
        [ticket_hit(record, desk.now, desk.locale) for record in records],
        {text: ways_to_type(text, desk.locale) for text in label or []},
    )


@router.get("/palette/tickets")
async def find_tickets(
    desk: CounterDep, session: ReadSession, q: Annotated[str, Query(max_length=LONGEST_SEARCH)]
) -> Answer:
    today = desk.now.astimezone(ZoneInfo(desk.zone)).date()
    meant = await meant_tickets(session, clean_text(q), today)
    hits = [ticket_hit(record, desk.now, desk.locale, meant.wanted) for record in meant.records]
    return Answer(hits, meant.named)
