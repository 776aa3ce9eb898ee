"""The public pages of tickets; whoever has the link may see and answer, so nothing here asks who it is."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from kit.db import AsyncSession
from kit.web.deps import GroundDep, ReadSession, WriteSession
from kit.web.locale import locale_of
from kit.web.pages import Pages, PagesDep
from tickets.models import Ticket
from tickets.repository import ticket_by_token, timeline
from tickets.rhythm import rhythm_of
from tickets.sending.reopening import may_reopen
from tickets.sla.hours import reply_hours
from tickets.stages import Stage
from tickets.tracking.lookup import LOCKED_FOR, WRONG_BEFORE_LOCK, find_by_proof
from tickets.tracking.service import MAY_REOPEN, add_information, confirm_fixed, say_not_fixed, take_ticket
from tickets.tracking.view import progress_line, timeline_lines

TEMPLATES = Path(__file__).parent / "templates"
#: The link is the permission: no search engine keeps it, no other site learns it, no cache holds it.
PRIVATE = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
MAX_LINE = 100
REFUSED = 422

router = APIRouter(include_in_schema=False)

Line = Annotated[str, Form(max_length=MAX_LINE)]
Words = Annotated[str, Form()]


@router.get("/track")
async def ask(request: Request, pages: PagesDep, number: Annotated[str, Query(max_length=MAX_LINE)] = "") -> Response:
    return _form(request, pages, number=number)


@router.post("/track")
async def look_up(
    request: Request, pages: PagesDep, *, ground: GroundDep, session: WriteSession, number: Line, proof: Line
) -> Response:
    ticket = await find_by_proof(session, ground.clock.now(), number=number, proof=proof)
    if ticket is None:
        # Answered and not raised: the wrong try is committed.
        return _form(request, pages, number=number, refused=True)
    return RedirectResponse(f"/t/{ticket.token}", status_code=303, headers=PRIVATE)


def _form(request: Request, pages: Pages, *, number: str, refused: bool = False) -> Response:
    hours = int(LOCKED_FOR.total_seconds() // 3600)
    return pages.render(
        request,
        "tracking/lookup.html",
        status_code=REFUSED if refused else 200,
        headers=PRIVATE,
        number=number,
        refused=refused,
        tries=WRONG_BEFORE_LOCK,
        hours=hours,
    )


@router.get("/t/{token}")
async def show(
    request: Request,
    pages: PagesDep,
    *,
    ground: GroundDep,
    session: ReadSession,
    token: str,
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    ticket = await ticket_by_token(session, token)
    if ticket.token != token:
        return _back(ticket, "merged")
    context = await _page_of(request, ground.settings.time_zone, session, ticket, ground.clock.now())
    return pages.render(
        request,
        "tracking/ticket.html",
        headers=PRIVATE,
        now=ground.clock.now(),
        said=said if said in SAID else "",
        limit=ground.settings.text_max_chars,
        **context,
    )


async def _page_of(request: Request, zone: str, session: AsyncSession, ticket: Ticket, now: datetime) -> dict[str, Any]:
    events = await timeline(session, ticket.id, public_only=True)
    awaited = ticket.first_replied_at is None and ticket.closed_at is None
    return {
        "counted": await reply_hours(session, ticket, locale_of(request)) if awaited else "",
        "ticket": ticket,
        "steps": progress_line(ticket, events),
        "lines": timeline_lines(events, locale_of(request), zone),
        "may_confirm": ticket.stage == Stage.CONFIRMING,
        "may_reopen": ticket.stage in MAY_REOPEN and await may_reopen(session, now, ticket),
    }


@router.get("/t/{token}/news")
async def news(session: ReadSession, token: str, seen: int) -> Response:
    """Asked now and then by an open page: nothing while the ticket is as it was, else "load anew"."""
    ticket = await ticket_by_token(session, token)
    headers = PRIVATE if ticket.version == seen else {**PRIVATE, "HX-Refresh": "true"}
    return Response(status_code=204, headers=headers)


#: What the page says after something was sent: ``tracking.said.<name>``.
SAID = ("confirmed", "reopened", "added", "nothing", "merged")


@router.post("/t/{token}/fixed")
async def fixed(ground: GroundDep, session: WriteSession, token: str) -> Response:
    ticket = await take_ticket(session, token)
    rhythm = rhythm_of(ground.settings)
    done = await confirm_fixed(session, ground.clock.now(), ticket, rhythm=rhythm)
    return _back(ticket, "confirmed" if done else "nothing")


@router.post("/t/{token}/not-fixed")
async def not_fixed(ground: GroundDep, session: WriteSession, token: str, reason: Words = "") -> Response:
    ticket = await take_ticket(session, token)
    done = await say_not_fixed(
        session,
        ground.clock.now(),
        ticket,
        reason=reason,
        limit=ground.settings.text_max_chars,
        rhythm=rhythm_of(ground.settings),
    )
    return _back(ticket, "reopened" if done else "nothing")


@router.post("/t/{token}/information")
async def information(ground: GroundDep, session: WriteSession, token: str, text: Words = "") -> Response:
    ticket = await take_ticket(session, token)
    await add_information(
        session,
        ground.clock.now(),
        ticket,
        text=text,
        limit=ground.settings.text_max_chars,
        rhythm=rhythm_of(ground.settings),
    )
    return _back(ticket, "added")


def _back(ticket: Ticket, said: str) -> Response:
    return RedirectResponse(f"/t/{ticket.token}?said={said}", status_code=303, headers=PRIVATE)
