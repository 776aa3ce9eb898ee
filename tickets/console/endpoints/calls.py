"""Log a call: one form, and the caller as soon as the number is typed."""

import secrets as chance
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.phones import e164, readable
from kit.text import clean_text
from kit.web.deps import GroundDep, ReadSession
from kit.web.errors import wants_swap
from tickets.calls.alike import Alike, alike_tickets
from tickets.calls.callers import Caller, callers_of
from tickets.calls.errors import AddressTakenError, CallLoggedError
from tickets.calls.service import log_call, logged_as
from tickets.calls.ways import Ways, no_ways
from tickets.console.calling import CallFields, Surroundings, about_again, chosen, note_of, problems_of
from tickets.console.endpoints.counter import Counter, CounterDep, console_router
from tickets.console.queries.calls import categories, heard_on, known_addresses, regions
from tickets.console.views.calls import alike_lines, caller_lines, caller_view, masked_number
from tickets.console.views.people import named
from tickets.desk.models import Category
from tickets.merging.errors import LinkedAlreadyError
from tickets.merging.links import link_tickets
from tickets.merging.models import Relation
from tickets.models import Ticket

router = console_router(Role.AGENT)


def _ways(request: Request) -> Ways:
    return cast("Ways", getattr(request.app.state, "ways", no_ways))


WaysDep = Annotated[Ways, Depends(_ways)]


@dataclass(frozen=True)
class _Page:
    """One look at the form: what was typed, what is offered; ``shown`` is somebody brought up by an address."""

    desk: Counter
    session: AsyncSession
    ways: Ways
    fields: CallFields
    shown: int | None = None

    async def surroundings(self) -> Surroundings:
        ways = list(await self.ways(self.session))
        number = self.fields.e164
        also = [self.shown] if self.shown else []
        if self.fields.is_same and self.fields.who.isascii() and self.fields.who.isdecimal():
            # Chosen before, perhaps brought up by an address then.
            also.append(int(self.fields.who[:18]))
        callers = await callers_of(self.session, number, also=also) if number else []
        caller = chosen(self.fields, callers)
        topics = await categories(self.session)
        return Surroundings(
            callers=callers,
            ways=ways,
            categories=[category.key for category in topics],
            alike=await self._alike(caller, topics),
            regions=await regions(self.session),
            known=await known_addresses(self.session, caller, ways),
            keeps=caller is not None and await heard_on(self.session, caller.contact) is not None,
        )

    async def _alike(self, caller: Caller | None, topics: Sequence[Category]) -> list[Alike]:
        contact = caller.contact if caller else None
        return await alike_tickets(
            self.session,
            self.desk.now,
            contact=contact,
            company=(contact.company if contact else None) or clean_text(self.fields.company),
            text=self.fields.text,
            category_id=next((one.id for one in topics if one.key == self.fields.category), None),
        )

    async def render(
        self, name: str, *, problems: Mapping[str, str] | None = None, status_code: int = 200, **more: object
    ) -> Response:
        around = await self.surroundings()
        caller = chosen(self.fields, around.callers)
        heard = await heard_on(self.session, caller.contact) if caller else None
        view = caller_view(self.fields, around, heard, self.desk.locale, shown=self.shown)
        logged = await logged_as(self.session, self.fields.call_id) if self.fields.call_id is not None else None
        kinds = [(one.key, named(one, self.desk.locale)) for one in await categories(self.session)]
        return self.desk.page(
            name,
            fields=self.fields,
            view=view,
            alike=alike_lines(around.alike),
            problems=problems or {},
            first_problem=next(iter(problems or ()), ""),
            categories=kinds,
            regions=around.regions,
            logged=logged,
            status_code=status_code,
            **more,
        )


@router.get("/calls/new")
async def show_form(
    desk: CounterDep,
    session: ReadSession,
    ways: WaysDep,
    number: Annotated[str, Query(max_length=64)] = "",
    call: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    known = e164(number)
    fields = CallFields(key=chance.token_urlsafe(12), number=readable(known) if known else number, call=call)
    return await _Page(desk, session, ways, fields).render("tickets/call.html")


@router.get("/calls/card")
async def show_card(
    desk: CounterDep,
    session: ReadSession,
    number: Annotated[str, Query(max_length=128)] = "",
    call: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Who is calling, for whoever's telephone rings."""
    known = e164(number)
    callers = await callers_of(session, known) if known else []
    lines = caller_lines(callers, known or number, desk.locale)
    query = urlencode({"number": number, "call": call})
    return desk.page(
        "tickets/call_card.html", callers=lines, number=masked_number(known) if known else number, query=query
    )


@router.post("/calls/caller")
async def show_caller(
    desk: CounterDep, session: ReadSession, ways: WaysDep, fields: Annotated[CallFields, Form()]
) -> Response:
    """The part of the form that follows the number, with what was typed in it."""
    return await _Page(desk, session, ways, fields).render("tickets/call_caller.html", apart=True)


@router.post("/calls/alike")
async def show_alike(
    desk: CounterDep, session: ReadSession, ways: WaysDep, fields: Annotated[CallFields, Form()]
) -> Response:
    """Whether the caller, or their company, has this matter open already."""
    return await _Page(desk, session, ways, fields).render("tickets/call_alike.html")


@router.post("/calls")
async def save_call(
    desk: CounterDep, ground: GroundDep, ways: WaysDep, fields: Annotated[CallFields, Form()]
) -> Response:
    """Everything or nothing: what cannot be logged leaves no trace, and the form says why."""
    try:
        async with ground.db.transaction() as session:
            ticket, problems = await _log(_Page(desk, session, ways, fields))
    except AddressTakenError as taken:
        problem = {"sms_to" if taken.way == "sms" else "email": "console.call.problem.taken"}
        return await _again(desk, ways, fields, problem, shown=taken.contact_id)
    except CallLoggedError:
        return await _again(desk, ways, fields, {})
    if ticket is None:
        return await _again(desk, ways, fields, problems)
    address = f"/console/tickets/{ticket.id}"
    if wants_swap(desk.request):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


async def _log(page: _Page) -> tuple[Ticket | None, dict[str, str]]:
    around = await page.surroundings()
    problems = problems_of(page.fields, around)
    if problems:
        return None, problems
    desk = page.desk
    note = note_of(page.fields, around, locale=desk.locale)
    ticket = await log_call(page.session, desk.now, note, ways=around.ways, staff=desk.actor, rhythm=desk.rhythm)
    again = about_again(page.fields, around)
    if again and not again.own:
        # Words of one person never land in the talk of another: each has a ticket, and both are one matter.
        with suppress(LinkedAlreadyError):
            await link_tickets(
                page.session, desk.now, ticket.id, again.ticket.id, relation=Relation.DUPLICATE, by=desk.actor
            )
    return ticket, {}


async def _again(
    desk: Counter, ways: Ways, fields: CallFields, problems: Mapping[str, str], *, shown: int | None = None
) -> Response:
    """The form with all that was typed, and what is wrong."""
    name = "tickets/call_form.html" if wants_swap(desk.request) else "tickets/call.html"
    async with desk.ground.db.reading() as session:
        page = _Page(desk, session, ways, fields, shown)
        return await page.render(name, problems=problems, status_code=422)
