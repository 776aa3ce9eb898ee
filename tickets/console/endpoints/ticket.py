"""One ticket's page, its live parts and its dialogs."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from starlette.responses import Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.web.deps import ReadSession
from tickets.console.endpoints.counter import Counter, CounterDep, RowId, console_router
from tickets.console.prepared import PreparersDep
from tickets.console.queries.desk import assignable, categories, teams
from tickets.console.views.merging import lookalike_views
from tickets.console.views.people import category_choices, named
from tickets.console.views.promises import quick_promises
from tickets.console.views.snoozes import quick_snoozes
from tickets.console.views.ticket import stage_choices
from tickets.merging.lookalikes import lookalikes
from tickets.merging.models import Relation
from tickets.merging.splitting import splittable
from tickets.models import Ticket
from tickets.repository import get_ticket
from tickets.sending.drafts import drafts_of
from tickets.sending.holding import held_on
from tickets.stages import Priority
from tickets.watching.tagging import all_tags

router = console_router()
agents = console_router(Role.AGENT)
DialogName = Literal[
    "assign", "stage", "priority", "promise", "resolve", "category", "tags", "snooze", "merge", "split"
]


@router.get("/tickets/{ticket_id}")
async def show_ticket(desk: CounterDep, session: ReadSession, preparers: PreparersDep, ticket_id: RowId) -> Response:
    drafts = await drafts_of(session, ticket_id=ticket_id, staff_id=desk.staff.id)
    return await desk.ticket_page(session, ticket_id, "tickets/ticket.html", drafts=drafts, prepares=preparers)


@router.get("/tickets/{ticket_id}/parts")
async def show_parts(desk: CounterDep, session: ReadSession, ticket_id: RowId) -> Response:
    return await desk.parts(session, ticket_id)


@agents.get("/tickets/{ticket_id}/dialogs/{name}")
async def show_dialog(desk: CounterDep, session: ReadSession, ticket_id: RowId, name: DialogName) -> Response:
    ticket = await get_ticket(session, ticket_id)
    offered = await _OFFERED[name](desk, session, ticket)
    return desk.page(f"tickets/dialog_{name}.html", ticket=ticket, **offered)


async def _assign(desk: Counter, session: AsyncSession, _ticket: Ticket) -> dict[str, Any]:
    all_teams = [(team.id, named(team, desk.locale)) for team in await teams(session)]
    return {"people": await assignable(session), "teams": all_teams}


async def _stage(_desk: Counter, _session: AsyncSession, ticket: Ticket) -> dict[str, Any]:
    return {"choices": stage_choices(ticket)}


async def _priority(_desk: Counter, _session: AsyncSession, _ticket: Ticket) -> dict[str, Any]:
    return {"priorities": list(Priority)}


async def _promise(desk: Counter, _session: AsyncSession, _ticket: Ticket) -> dict[str, Any]:
    return {"quick": quick_promises(desk.now, desk.zone)}


async def _resolve(_desk: Counter, session: AsyncSession, ticket: Ticket) -> dict[str, Any]:
    return {"held": len(await held_on(session, [ticket.id]))}


async def _category(desk: Counter, session: AsyncSession, _ticket: Ticket) -> dict[str, Any]:
    return {"categories": category_choices(await categories(session), desk.locale)}


async def _tags(_desk: Counter, session: AsyncSession, _ticket: Ticket) -> dict[str, Any]:
    return {"known": await all_tags(session)}


async def _snooze(desk: Counter, _session: AsyncSession, _ticket: Ticket) -> dict[str, Any]:
    return {"quick": quick_snoozes(desk.now, desk.zone)}


async def _merge(desk: Counter, session: AsyncSession, ticket: Ticket) -> dict[str, Any]:
    found = lookalike_views(await lookalikes(session, ticket), desk.locale)
    return {"alike": found, "relations": list(Relation)}


async def _split(_desk: Counter, session: AsyncSession, ticket: Ticket) -> dict[str, Any]:
    return {"messages": await splittable(session, ticket)}


_OFFERED: Mapping[DialogName, Callable[[Counter, AsyncSession, Ticket], Awaitable[dict[str, Any]]]] = {
    "assign": _assign,
    "stage": _stage,
    "priority": _priority,
    "promise": _promise,
    "resolve": _resolve,
    "category": _category,
    "tags": _tags,
    "snooze": _snooze,
    "merge": _merge,
    "split": _split,
}
