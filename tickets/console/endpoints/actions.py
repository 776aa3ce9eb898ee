"""Changes to a ticket: each carries the version the person saw, and answers with the page's live parts."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.errors import InvalidError
from kit.text import clean_text
from kit.web.deps import WriteSession
from tickets.console.endpoints.counter import BIGINT_MAX, Counter, CounterDep, RowId, SeenVersion, console_router
from tickets.console.queries.desk import assignable, get_team
from tickets.console.views.people import named
from tickets.console.views.promises import parse_moment
from tickets.models import EventKind, Ticket
from tickets.resolving import confirm, reopen, resolve
from tickets.sending.holding import let_all_go
from tickets.sending.snoozing import wake
from tickets.stages import Priority, Stage
from tickets.working import assign, assign_team, hand_back, move, promise, set_priority

router = console_router(Role.AGENT)
REASON_MAX = 1000


class AssigneeUnknownError(InvalidError):
    """There is no such person or team to give a ticket to."""

    code = "assignee_unknown"


@router.post("/tickets/{ticket_id}/assign")
async def give_to(
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    to: Annotated[str, Form(max_length=40)],
) -> Response:
    """``to`` is me, nobody, staff:<id> or team:<id>."""
    ticket = await desk.hold(session, ticket_id, version)
    kind, _, key = to.partition(":")
    if kind == "team":
        await _give_to_team(desk, session, ticket, version, _id(key))
    else:
        assignee_id, name = await _assignee(desk, session, kind, key)
        await assign(
            session,
            desk.now,
            ticket,
            assignee_id=assignee_id,
            assignee_name=name,
            staff=desk.actor,
            seen=version,
        )
    return await desk.parts(session, ticket_id)


async def _give_to_team(desk: Counter, session: AsyncSession, ticket: Ticket, version: int, team_id: int) -> None:
    team = await get_team(session, team_id)
    if team is None:
        raise AssigneeUnknownError
    name = named(team, desk.locale) or team.key
    await assign_team(session, desk.now, ticket, team_id=team.id, team_name=name, staff=desk.actor, seen=version)


async def _assignee(desk: Counter, session: AsyncSession, kind: str, key: str) -> tuple[int | None, str | None]:
    if kind == "me":
        return desk.staff.id, desk.staff.name
    if kind == "nobody":
        return None, None
    wanted = _id(key) if kind == "staff" else 0
    for person in await assignable(session):
        if person.id == wanted:
            return person.id, person.name
    raise AssigneeUnknownError


def _id(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > BIGINT_MAX:
        raise AssigneeUnknownError
    return int(text)


@router.post("/tickets/{ticket_id}/stage")
async def set_stage(
    *,
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    target: Annotated[Stage, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Confirming and reopening on the customer's behalf are moves too, each with its own consequences."""
    ticket = await desk.hold(session, ticket_id, version)
    now, staff, rhythm = desk.now, desk.actor, desk.rhythm
    if target == Stage.SOLVED:
        await confirm(session, now, ticket, actor=staff, rhythm=rhythm, seen=version)
    elif target == Stage.PROCESSING and ticket.stage in {Stage.CONFIRMING, Stage.SOLVED}:
        why = clean_text(reason)[:REASON_MAX]
        await reopen(session, now, ticket, reason=why, actor=staff, rhythm=rhythm, seen=version)
    else:
        await move(session, now, ticket, target=target, staff=staff, seen=version, rhythm=rhythm)
    return await desk.parts(session, ticket_id)


@router.post("/tickets/{ticket_id}/priority")
async def set_urgency(
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    priority: Annotated[Priority, Form()],
) -> Response:
    ticket = await desk.hold(session, ticket_id, version)
    await set_priority(session, desk.now, ticket, priority=priority, staff=desk.actor, seen=version)
    return await desk.parts(session, ticket_id)


@router.post("/tickets/{ticket_id}/promise")
async def set_promise(
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    at: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """``at`` is meant in the organisation's time zone."""
    ticket = await desk.hold(session, ticket_id, version)
    due = parse_moment(at, desk.zone)
    await promise(session, desk.now, ticket, at=due, staff=desk.actor, seen=version, rhythm=desk.rhythm)
    return await desk.parts(session, ticket_id)


@router.post("/tickets/{ticket_id}/resolve")
async def set_resolved(
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    solution: Annotated[str, Form()] = "",
) -> Response:
    ticket = await desk.hold(session, ticket_id, version)
    # What was said before it was solved is heard before it is.
    await let_all_go(session, desk.now, ticket, rhythm=desk.rhythm)
    await resolve(
        session,
        desk.now,
        ticket,
        solution=solution,
        staff=desk.actor,
        seen=ticket.version,
        rhythm=desk.rhythm,
    )
    await wake(session, desk.now, ticket, why="by_hand", actor=desk.actor, notice=False)
    await desk.tell_watchful(session, ticket, EventKind.RESOLVED)
    return await desk.parts(session, ticket_id)


@router.post("/tickets/{ticket_id}/release")
async def release_to_bot(desk: CounterDep, session: WriteSession, ticket_id: RowId, version: SeenVersion) -> Response:
    ticket = await desk.hold(session, ticket_id, version)
    await hand_back(session, desk.now, ticket, staff=desk.actor, seen=version)
    return await desk.parts(session, ticket_id)
