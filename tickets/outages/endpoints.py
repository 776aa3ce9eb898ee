"""The page of outages: what is proposed, what was decided."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.audit import Author
from kit.web.deps import ReadSession, WriteSession
from tickets.console.endpoints.counter import Counter, CounterDep, RowId, console_router
from tickets.incidents.judging import end, judge, proposals, samples
from tickets.incidents.models import ProposalState
from tickets.outages import HOME
from tickets.outages.views import outage_view

_PAGE = 20
_LONGEST_WHY = 200

_seen = console_router()
_decided = console_router(Role.SUPERVISOR)
Why = Annotated[str, Form(max_length=_LONGEST_WHY)]


@_seen.get("/outages")
async def show_outages(
    desk: CounterDep,
    session: ReadSession,
    before: datetime | None = None,
    number: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> Response:
    """What is open first, then the newest; pages go backwards in time."""
    found = await proposals(session, before=(before, number) if before else None, limit=_PAGE + 1)
    shown = sorted(found[:_PAGE], key=lambda one: one.state != ProposalState.OPEN)
    said = {one.id: await samples(session, one.id) for one in shown if one.state == ProposalState.OPEN}
    views = [outage_view(one, said.get(one.id, ()), desk.locale) for one in shown]
    return desk.page("outages/outages.html", outages=views, last=found[_PAGE - 1] if len(found) > _PAGE else None)


@_decided.post("/outages/{proposal_id}/confirm")
async def confirm(desk: CounterDep, session: WriteSession, proposal_id: RowId) -> Response:
    """Something is broken."""
    await judge(session, desk.now, _author(desk), proposal_id, ProposalState.CONFIRMED)
    return RedirectResponse(HOME, 303)


@_decided.post("/outages/{proposal_id}/dismiss")
async def dismiss(desk: CounterDep, session: WriteSession, proposal_id: RowId, why: Why = "") -> Response:
    """Nothing is broken; the radar learns from it."""
    await judge(session, desk.now, _author(desk), proposal_id, ProposalState.DISMISSED, why=why.strip())
    return RedirectResponse(HOME, 303)


@_decided.post("/outages/{proposal_id}/over")
async def over(desk: CounterDep, session: WriteSession, proposal_id: RowId) -> Response:
    """It works again."""
    await end(session, desk.now, _author(desk), proposal_id)
    return RedirectResponse(HOME, 303)


def _author(desk: Counter) -> Author:
    return Author(desk.staff.name, desk.staff.id)


router = APIRouter()
router.include_router(_seen)
router.include_router(_decided)
