"""Run a macro on one ticket: each action by itself, and what became of each is told."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from kit.access.models import Staff
from kit.db import AsyncSession
from kit.errors import AppError
from tickets.actors import Actor
from tickets.desk.models import Category, Team
from tickets.macros.actions import Do
from tickets.macros.errors import CategoryUnknownError, PersonUnknownError, TeamUnknownError
from tickets.macros.models import Macro
from tickets.macros.variables import Filled, fill, in_language_of, refuse_unfilled
from tickets.models import EventKind, Ticket
from tickets.opening import Rhythm
from tickets.repository import get_ticket, note_event, refuse_if_changed
from tickets.resolving import resolve
from tickets.routing.correcting import set_category
from tickets.sending.grip import hold_ticket
from tickets.sending.holding import let_all_go, say_now
from tickets.sending.snoozing import Wake, snooze
from tickets.sla.service import align
from tickets.stages import Priority, Stage
from tickets.watching.mentions import call_mentioned
from tickets.watching.tagging import change_tags
from tickets.working import assign, assign_team, move, note, set_priority

Action = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of an action; ``refusal`` says why it was not done."""

    action: Action
    refusal: AppError | None = None

    @property
    def done(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True, kw_only=True)
class Run:
    """One macro on one ticket; ``words`` are the values of the variables."""

    session: AsyncSession
    now: datetime
    staff: Actor
    rhythm: Rhythm
    words: Mapping[str, str]

    def filled(self, ticket: Ticket, action: Action) -> Filled:
        """The text of an action as it will be read."""
        if action["do"] == Do.NOTE:
            return fill(str(action["text"]), self.words)
        return fill(in_language_of(ticket, str(action["text_zh"]), str(action["text_en"])), self.words)


async def run_macro(run: Run, macro: Macro, ticket_id: int, *, seen: int) -> list[Outcome]:
    """Everything in order; what is refused leaves the others alone and says why.

    Raises TicketChangedError, and does nothing, when somebody changed the ticket since version ``seen``.
    """
    ticket = await hold_ticket(run.session, ticket_id)
    await refuse_if_changed(run.session, ticket, seen)
    outcomes = [await _outcome(run, ticket_id, action) for action in macro.actions]
    name = {"zh": macro.name_zh, "en": macro.name_en or macro.name_zh}
    ticket = await get_ticket(run.session, ticket_id)
    await note_event(run.session, run.now, ticket, EventKind.MACRO, run.staff, name=name["zh"])
    return outcomes


async def _outcome(run: Run, ticket_id: int, action: Action) -> Outcome:
    try:
        async with run.session.begin_nested():
            ticket = await get_ticket(run.session, ticket_id)
            await _ACTIONS[Do(action["do"])](run, ticket, action)
    except AppError as refusal:
        # What was undone in the database is not to be believed from memory.
        await run.session.refresh(await get_ticket(run.session, ticket_id))
        return Outcome(action, refusal)
    return Outcome(action)


async def _reply(run: Run, ticket: Ticket, action: Action) -> None:
    text = refuse_unfilled(run.filled(ticket, action).text)
    await say_now(run.session, run.now, ticket, text=text, staff=run.staff, rhythm=run.rhythm)


async def _note(run: Run, ticket: Ticket, action: Action) -> None:
    text = run.filled(ticket, action).text
    await note(run.session, run.now, ticket, text=text, staff=run.staff)
    await call_mentioned(run.session, run.now, ticket, text=text, staff=run.staff)


async def _stage(run: Run, ticket: Ticket, action: Action) -> None:
    target = Stage(action["to"])
    if ticket.stage != target:
        await move(run.session, run.now, ticket, target=target, staff=run.staff, seen=ticket.version, rhythm=run.rhythm)


async def _tags(run: Run, ticket: Ticket, action: Action) -> None:
    add, remove = action.get("add", ()), action.get("remove", ())
    await change_tags(run.session, run.now, ticket, add=add, remove=remove, staff=run.staff)
    await align(run.session, run.now, ticket)


async def _assign(run: Run, ticket: Ticket, action: Action) -> None:
    person = await _person(run, str(action["to"]))
    if ticket.assignee_id != person[0]:
        await assign(
            run.session,
            run.now,
            ticket,
            assignee_id=person[0],
            assignee_name=person[1],
            staff=run.staff,
            seen=ticket.version,
        )


async def _person(run: Run, to: str) -> tuple[int | None, str | None]:
    if to == "me":
        return run.staff.id, run.staff.name
    if to == "nobody":
        return None, None
    found = (await run.session.exec(select(Staff).where(Staff.login == to, col(Staff.active)))).first()
    if found is None:
        raise PersonUnknownError(what=to)
    return found.id, found.name


async def _team(run: Run, ticket: Ticket, action: Action) -> None:
    team = (await run.session.exec(select(Team).where(Team.key == action["to"], col(Team.active)))).first()
    if team is None:
        raise TeamUnknownError(what=str(action["to"]))
    if ticket.team_id != team.id:
        await assign_team(
            run.session,
            run.now,
            ticket,
            team_id=team.id,
            team_name=team.name_zh,
            staff=run.staff,
            seen=ticket.version,
        )


async def _priority(run: Run, ticket: Ticket, action: Action) -> None:
    priority = Priority(int(action["to"]))
    if ticket.priority != priority:
        await set_priority(run.session, run.now, ticket, priority=priority, staff=run.staff, seen=ticket.version)


async def _category(run: Run, ticket: Ticket, action: Action) -> None:
    category = (await run.session.exec(select(Category).where(Category.key == action["to"]))).first()
    if category is None:
        raise CategoryUnknownError(what=str(action["to"]))
    await set_category(run.session, run.now, ticket, category=category, staff=run.staff, seen=ticket.version)


async def _snooze(run: Run, ticket: Ticket, action: Action) -> None:
    until = run.now + timedelta(hours=float(action["hours"]))
    wakes = [Wake(name) for name in action.get("wakes", ())]
    await snooze(run.session, run.now, ticket, until=until, wakes=wakes, staff=run.staff)


async def _resolve(run: Run, ticket: Ticket, action: Action) -> None:
    text = refuse_unfilled(run.filled(ticket, action).text)
    await let_all_go(run.session, run.now, ticket, rhythm=run.rhythm)
    await resolve(run.session, run.now, ticket, solution=text, staff=run.staff, seen=ticket.version, rhythm=run.rhythm)


_ACTIONS: Mapping[Do, Callable[[Run, Ticket, Action], Awaitable[None]]] = {
    Do.REPLY: _reply,
    Do.NOTE: _note,
    Do.STAGE: _stage,
    Do.TAGS: _tags,
    Do.ASSIGN: _assign,
    Do.TEAM: _team,
    Do.PRIORITY: _priority,
    Do.CATEGORY: _category,
    Do.SNOOZE: _snooze,
    Do.RESOLVE: _resolve,
}
