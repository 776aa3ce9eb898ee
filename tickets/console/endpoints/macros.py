"""What is done at a stroke on a ticket: canned replies by ``/``, macros, the checklist."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Form, Query
from starlette.responses import JSONResponse, Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.i18n import translate
from kit.web.deps import ReadSession, WriteSession
from kit.web.errors import wants_swap
from tickets.console.endpoints.counter import Counter, CounterDep, RowId, SeenVersion, console_router
from tickets.console.views.macros import action_line, outcome_lines
from tickets.macros.checklists import open_steps, steps_of, tick
from tickets.macros.models import AfterRun, CannedReply, Macro
from tickets.macros.running import Run, run_macro
from tickets.macros.service import search_canned, usable_macro, usable_macros, use_canned
from tickets.macros.variables import fill, in_language_of, values_of
from tickets.models import Ticket
from tickets.repository import get_ticket
from tickets.taking import take_next

router = console_router(Role.AGENT)
LONGEST_QUERY = 40


async def _words(desk: Counter, session: AsyncSession, ticket: Ticket) -> dict[str, str]:
    base_url = desk.ground.settings.base_url
    return await values_of(session, desk.now, ticket, staff=desk.actor, base_url=base_url, zone=desk.zone)


@router.get("/tickets/{ticket_id}/canned")
async def find_canned(
    desk: CounterDep,
    session: ReadSession,
    ticket_id: RowId,
    q: Annotated[str, Query(max_length=LONGEST_QUERY)] = "",
) -> Response:
    """Those that fit, filled in for this ticket; empty places are named."""
    ticket = await get_ticket(session, ticket_id)
    words = await _words(desk, session, ticket)
    found = await search_canned(session, desk.staff.id, q, category_id=ticket.category_id)
    return JSONResponse([_choice(desk, ticket, one, words) for one in found])


def _choice(desk: Counter, ticket: Ticket, canned: CannedReply, words: Mapping[str, str]) -> dict[str, Any]:
    filled = fill(in_language_of(ticket, canned.body_zh, canned.body_en), words)
    names = [translate(f"variable.{name}", desk.locale) for name in filled.missing]
    title = canned.title_zh if desk.locale == "zh" else canned.title_en or canned.title_zh
    return {
        "id": canned.id,
        "shortcut": canned.shortcut,
        "title": title,
        "text": filled.text,
        "warning": translate("canned.missing", desk.locale, names="、".join(names)) if names else "",
    }


@router.post("/canned/{canned_id}/used")
async def count_canned(desk: CounterDep, session: WriteSession, canned_id: RowId) -> Response:
    await use_canned(session, canned_id, desk.staff.id)
    return Response(status_code=204)


@router.get("/tickets/{ticket_id}/macros")
async def show_macros(desk: CounterDep, session: ReadSession, ticket_id: RowId) -> Response:
    """Each with what it would do here, before anything is done."""
    ticket = await get_ticket(session, ticket_id)
    run = await _run(desk, session, ticket)
    found = [
        (one, _named(desk, one), [action_line(run, ticket, action, desk.locale) for action in one.actions])
        for one in await usable_macros(session, desk.staff.id)
    ]
    return desk.page("tickets/dialog_macros.html", ticket=ticket, macros=found)


def _named(desk: Counter, macro: Macro) -> str:
    return macro.name_zh if desk.locale == "zh" else macro.name_en or macro.name_zh


async def _run(desk: Counter, session: AsyncSession, ticket: Ticket) -> Run:
    words = await _words(desk, session, ticket)
    return Run(session=session, now=desk.now, staff=desk.actor, rhythm=desk.rhythm, words=words)


@router.post("/tickets/{ticket_id}/macros/{macro_id}")
async def run_on_ticket(
    desk: CounterDep, session: WriteSession, ticket_id: RowId, macro_id: RowId, version: SeenVersion
) -> Response:
    macro = await usable_macro(session, macro_id, desk.staff.id)
    run = await _run(desk, session, await get_ticket(session, ticket_id))
    outcomes = await run_macro(run, macro, ticket_id, seen=version)
    ticket = await get_ticket(session, ticket_id)
    lines = outcome_lines(run, ticket, outcomes, desk.locale)
    if macro.after == AfterRun.NEXT and all(outcome.done for outcome in outcomes) and wants_swap(desk.request):
        following = await take_next(session, desk.now, staff=desk.actor)
        if following is not None:
            return Response(headers={"HX-Redirect": f"/console/tickets/{following.id}"})
    headers = {"HX-Trigger": "yp:changed"}
    return desk.page("tickets/dialog_macro_ran.html", headers=headers, title=_named(desk, macro), lines=lines)


@router.get("/tickets/{ticket_id}/checklist")
async def show_checklist(desk: CounterDep, session: ReadSession, ticket_id: RowId) -> Response:
    ticket = await get_ticket(session, ticket_id)
    steps = await steps_of(session, ticket, desk.locale)
    return desk.page("tickets/checklist.html", ticket=ticket, steps=steps)


@router.post("/tickets/{ticket_id}/checklist")
async def tick_step(
    *,
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    step: Annotated[str, Form(max_length=1000)],
    done: Annotated[bool, Form()] = False,
) -> Response:
    ticket = await get_ticket(session, ticket_id)
    await tick(session, desk.now, ticket, step=step, done=done, staff=desk.actor)
    steps = await steps_of(session, ticket, desk.locale)
    return desk.page("tickets/checklist.html", ticket=ticket, steps=steps)


@router.get("/tickets/{ticket_id}/checklist/open")
async def show_open_steps(desk: CounterDep, session: ReadSession, ticket_id: RowId) -> Response:
    """For the dialog that resolves: what is not done has to be waved through."""
    steps = await open_steps(session, await get_ticket(session, ticket_id), desk.locale)
    return desk.page("tickets/checklist_open.html", steps=steps)
