"""What can be ordered for many tickets: how one of them is changed, who may have been first, how it is taken back.

Params by kind: assign {staff_id, name} (nobody: None), team {team_id, name}, priority {priority}, category
{category_id}, tags {add, remove}, snooze {until, wakes}, stage {stage}, resolve and reply {text}.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from kit.db import AsyncSession
from kit.settings import Locale
from tickets.actors import Actor
from tickets.bulk.errors import BulkOrderError, TicketOfOthersError
from tickets.bulk.models import BulkKind
from tickets.bulk.wording import filled
from tickets.contacts.models import Contact
from tickets.desk.models import Category
from tickets.models import EventKind, Ticket
from tickets.opening import Rhythm
from tickets.repository import change, note_event
from tickets.resolving import confirm, resolve
from tickets.routing.correcting import set_category
from tickets.sending.snoozing import Wake, snooze, wake
from tickets.sla.service import align
from tickets.stages import Priority, Stage
from tickets.watching.tagging import change_tags
from tickets.working import assign, assign_team, move, reply, set_priority

_OWNERSHIP = frozenset({EventKind.ASSIGNED, EventKind.ROUTED, EventKind.RETURNED})
_COURSE = frozenset({EventKind.STAGE, EventKind.RESOLVED, EventKind.CONFIRMED, EventKind.REOPENED})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One ticket of an order, when its turn has come."""

    session: AsyncSession
    now: datetime
    ticket: Ticket
    staff: Actor
    rhythm: Rhythm
    params: dict[str, Any]

    async def text(self) -> str:
        """What the person of this ticket reads."""
        name = (await self.session.exec(select(Contact.name).where(Contact.id == self.ticket.contact_id))).first()
        locale: Locale = "en" if self.ticket.locale == "en" else "zh"
        wording, agent = str(self.params["text"]), self.staff.name or ""
        return filled(wording, name=name, number=self.ticket.number, agent=agent, locale=locale)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One ticket whose change is taken back; ``before`` and ``after`` are what the change has written down."""

    session: AsyncSession
    now: datetime
    ticket: Ticket
    staff: Actor
    kind: BulkKind
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One kind of order. ``apply`` returns the id of a message, if it sent one."""

    needs: frozenset[str]
    #: What it changes, and what a person may look back to.
    fields: tuple[str, ...]
    #: What somebody else may have done meanwhile that makes this order a mistake.
    rivals: frozenset[EventKind]
    apply: Callable[[Row], Awaitable[int | None]]
    take_back: Callable[[Taken], Awaitable[None]] | None = None


def checked(kind: BulkKind, params: dict[str, Any]) -> dict[str, Any]:
    """The params, if all that the kind needs is there; else BulkOrderError."""
    if not CHANGES[kind].needs <= params.keys():
        raise BulkOrderError
    return params


def snapshot(ticket: Ticket, fields: Sequence[str]) -> dict[str, Any]:
    """These fields as they can be stored and compared."""
    values = {name: getattr(ticket, name) for name in fields}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


async def _assign(row: Row) -> None:
    to = row.params["staff_id"]
    if row.ticket.assignee_id != to:
        await assign(
            row.session,
            row.now,
            row.ticket,
            assignee_id=to,
            assignee_name=row.params["name"],
            staff=row.staff,
            seen=row.ticket.version,
            tell=False,
        )


async def _give_to_team(row: Row) -> None:
    if row.ticket.team_id != row.params["team_id"]:
        await assign_team(
            row.session,
            row.now,
            row.ticket,
            team_id=row.params["team_id"],
            team_name=row.params["name"],
            staff=row.staff,
            seen=row.ticket.version,
        )


async def _prioritise(row: Row) -> None:
    priority = Priority(row.params["priority"])
    if row.ticket.priority != priority:
        await set_priority(
            row.session, row.now, row.ticket, priority=priority, staff=row.staff, seen=row.ticket.version
        )


async def _file(row: Row) -> None:
    if row.ticket.category_id != row.params["category_id"]:
        category = await _category(row.session, row.params["category_id"])
        await set_category(
            row.session, row.now, row.ticket, category=category, staff=row.staff, seen=row.ticket.version
        )


async def _category(session: AsyncSession, category_id: int) -> Category:
    found = (await session.exec(select(Category).where(Category.id == category_id))).first()
    if found is None:
        raise BulkOrderError
    return found


async def _put_off(row: Row) -> None:
    until = row.params["until"]
    await snooze(
        row.session,
        row.now,
        row.ticket,
        until=datetime.fromisoformat(until) if until else None,
        wakes=[Wake(name) for name in row.params["wakes"]],
        staff=row.staff,
        seen=row.ticket.version,
    )


async def _tag(row: Row) -> None:
    add, remove = row.params["add"], row.params["remove"]
    await change_tags(row.session, row.now, row.ticket, add=add, remove=remove, staff=row.staff)
    await align(row.session, row.now, row.ticket)


async def _move(row: Row) -> None:
    target, ticket = Stage(row.params["stage"]), row.ticket
    if ticket.stage == target:
        return
    if target is Stage.SOLVED:
        await confirm(row.session, row.now, ticket, actor=row.staff, rhythm=row.rhythm, seen=ticket.version)
        return
    await move(row.session, row.now, ticket, target=target, staff=row.staff, seen=ticket.version, rhythm=row.rhythm)


async def _resolve(row: Row) -> None:
    await resolve(
        row.session,
        row.now,
        row.ticket,
        solution=await row.text(),
        staff=row.staff,
        seen=row.ticket.version,
        rhythm=row.rhythm,
    )


async def _reply(row: Row) -> int:
    text = await row.text()
    said = await reply(
        row.session, row.now, row.ticket, text=text, staff=row.staff, rhythm=row.rhythm, seen=row.ticket.version
    )
    return said.id


def _quietly(apply: Callable[[Row], Awaitable[None]]) -> Callable[[Row], Awaitable[int | None]]:
    async def applied(row: Row) -> None:
        await apply(row)

    return applied


async def _restore(taken: Taken) -> None:
    await change(taken.session, taken.now, taken.ticket, **taken.before)
    await align(taken.session, taken.now, taken.ticket)
    await note_event(taken.session, taken.now, taken.ticket, EventKind.UNDONE, taken.staff, what=taken.kind)


async def _refile(taken: Taken) -> None:
    """By the same way, so that the classifier unlearns it too; where there was none before, there is none again."""
    before = taken.before["category_id"]
    if before is None:
        await _restore(taken)
        return
    category = await _category(taken.session, before)
    ticket = taken.ticket
    await set_category(taken.session, taken.now, ticket, category=category, staff=taken.staff, seen=ticket.version)
    await note_event(taken.session, taken.now, ticket, EventKind.UNDONE, taken.staff, what=taken.kind)


async def _bring_back(taken: Taken) -> None:
    until, names = taken.before["snoozed_until"], taken.before["snoozed_for"]
    if until is None:
        await wake(taken.session, taken.now, taken.ticket, why="by_hand", actor=taken.staff, notice=False)
    else:
        await snooze(
            taken.session,
            taken.now,
            taken.ticket,
            until=datetime.fromisoformat(until),
            wakes=[Wake(name) for name in (names or "").split(",") if name],
            staff=taken.staff,
        )
    await note_event(taken.session, taken.now, taken.ticket, EventKind.UNDONE, taken.staff, what=taken.kind)


async def _untag(taken: Taken) -> None:
    before, after = taken.before["tags"] or [], taken.after["tags"] or []
    await change_tags(
        taken.session,
        taken.now,
        taken.ticket,
        add=[name for name in before if name not in after],
        remove=[name for name in after if name not in before],
        staff=taken.staff,
    )
    await align(taken.session, taken.now, taken.ticket)
    await note_event(taken.session, taken.now, taken.ticket, EventKind.UNDONE, taken.staff, what=taken.kind)


CHANGES: dict[BulkKind, Change] = {
    BulkKind.ASSIGN: Change(
        needs=frozenset({"staff_id", "name"}),
        fields=("assignee_id",),
        rivals=_OWNERSHIP,
        apply=_quietly(_assign),
        take_back=_restore,
    ),
    BulkKind.TEAM: Change(
        needs=frozenset({"team_id", "name"}),
        fields=("team_id", "assignee_id"),
        rivals=_OWNERSHIP,
        apply=_quietly(_give_to_team),
        take_back=_restore,
    ),
    BulkKind.PRIORITY: Change(
        needs=frozenset({"priority"}),
        fields=("priority",),
        rivals=frozenset({EventKind.PRIORITY, EventKind.ESCALATED, EventKind.REOPENED}),
        apply=_quietly(_prioritise),
        take_back=_restore,
    ),
    BulkKind.CATEGORY: Change(
        needs=frozenset({"category_id"}),
        fields=("category_id",),
        rivals=frozenset({EventKind.CATEGORY, EventKind.CLASSIFIED}),
        apply=_quietly(_file),
        take_back=_refile,
    ),
    BulkKind.SNOOZE: Change(
        needs=frozenset({"until", "wakes"}),
        fields=("snoozed_until", "snoozed_for"),
        rivals=frozenset({EventKind.SNOOZED, EventKind.WOKEN, EventKind.CUSTOMER_WROTE}),
        apply=_quietly(_put_off),
        take_back=_bring_back,
    ),
    BulkKind.TAGS: Change(
        needs=frozenset({"add", "remove"}),
        fields=("tags",),
        # A tag more or less contradicts nobody.
        rivals=frozenset(),
        apply=_quietly(_tag),
        take_back=_untag,
    ),
    BulkKind.STAGE: Change(needs=frozenset({"stage"}), fields=("stage",), rivals=_COURSE, apply=_quietly(_move)),
    BulkKind.RESOLVE: Change(
        needs=frozenset({"text"}),
        fields=("stage",),
        rivals=_COURSE | {EventKind.REPLIED},
        apply=_quietly(_resolve),
    ),
    BulkKind.REPLY: Change(
        needs=frozenset({"text"}), fields=("stage",), rivals=_COURSE | {EventKind.REPLIED}, apply=_reply
    ),
}


async def take_back(taken: Taken) -> None:
    """As it was before, unless somebody has changed the same thing since: then TicketOfOthersError."""
    order = CHANGES[taken.kind]
    # Tags may have come and gone for other reasons: only ours are looked at.
    if taken.kind is not BulkKind.TAGS and snapshot(taken.ticket, order.fields) != taken.after:
        raise TicketOfOthersError
    if order.take_back is not None:
        await order.take_back(taken)
