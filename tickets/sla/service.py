"""The clocks of tickets: begun, kept in step with the ticket, ended by what was owed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert
from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.actors import SYSTEM
from tickets.conditions import On, Traits
from tickets.contacts.models import Contact
from tickets.conversations.service import get_conversation
from tickets.followups.models import FollowUpKind
from tickets.followups.service import cancel, schedule_all
from tickets.models import EventKind, Ticket
from tickets.repository import change, note_event
from tickets.sla.clocks import ahead, begin, end, owed, pause, resume, retarget
from tickets.sla.models import ClockKind, ClockState, SlaClock
from tickets.sla.policies import DEFAULTS, Policy, Rules, Target
from tickets.sla.setup import rules_of
from tickets.stages import OWED_STAGES, Priority

__all__ = [
    "DEFAULTS",
    "REPLIES",
    "align",
    "answered",
    "clocks_of",
    "customer_wrote",
    "promise_times",
    "revive",
    "start",
    "targets",
]

FOLLOW_UPS = {
    ClockKind.FIRST_REPLY: FollowUpKind.SLA_FIRST_REPLY,
    ClockKind.NEXT_REPLY: FollowUpKind.SLA_NEXT_REPLY,
    ClockKind.RESOLUTION: FollowUpKind.SLA_RESOLUTION,
}
REPLIES = (ClockKind.FIRST_REPLY, ClockKind.NEXT_REPLY)
OPEN_STATES = (ClockState.RUNNING, ClockState.PAUSED)
_clock: Table = SlaClock.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
#: What a clock is inserted with; the rest is as the table has it.
_COLUMNS = [column.name for column in _clock.columns if column.name != "id"]


async def targets(session: AsyncSession) -> dict[int, Target]:
    """What everybody is promised, by priority: the targets of the policy without conditions."""
    general = (await rules_of(session)).general
    return {int(priority): general.target(priority) for priority in Priority}


async def promise_times(
    session: AsyncSession, now: datetime, ticket: Ticket, customer_tags: Iterable[str] | None = None
) -> Policy:
    """The policy of a ticket that begins now, with what it promises written on it; asks the database nothing."""
    rules = await rules_of(session)
    policy = rules.match(_traits(rules, ticket, customer_tags or ()))
    ticket.first_reply_due = ticket.first_replied_at or policy.due(ClockKind.FIRST_REPLY, ticket.priority, now)
    ticket.resolution_due = policy.due(ClockKind.RESOLUTION, ticket.priority, now)
    clocks = (begin(ticket, kind, policy, now) for kind in owed(ticket))
    ticket.sla_due = min((clock.due_at for clock in clocks if clock and clock.due_at), default=None)
    return policy


async def start(
    session: AsyncSession, now: datetime, ticket: Ticket, policy: Policy
) -> Mapping[FollowUpKind, datetime]:
    """Begin its clocks; what follows from them has still to be scheduled."""
    clocks = [clock for kind in sorted(owed(ticket)) if (clock := begin(ticket, kind, policy, now))]
    await _insert(session, clocks)
    return _next_moments(clocks, policy)


async def _insert(session: AsyncSession, clocks: Sequence[SlaClock]) -> None:
    if clocks:
        await session.execute(insert(_clock), [{name: getattr(clock, name) for name in _COLUMNS} for clock in clocks])


def _next_moments(clocks: Iterable[SlaClock], policy: Policy) -> dict[FollowUpKind, datetime]:
    moments = {FOLLOW_UPS[ClockKind(clock.kind)]: ahead(clock, policy) for clock in clocks}
    return {kind: soonest[0].at for kind, soonest in moments.items() if soonest}


async def policy_of(session: AsyncSession, ticket: Ticket) -> Policy:
    """The one policy of a ticket as it is now."""
    rules = await rules_of(session)
    tags: Iterable[str] = ()
    if any(policy.conditions.get(On.CUSTOMER_TAG) for policy in rules.policies):
        tags = (await session.exec(select(Contact.tags).where(Contact.id == ticket.contact_id))).one() or ()
    return rules.match(_traits(rules, ticket, tags))


def _traits(rules: Rules, ticket: Ticket, customer_tags: Iterable[str]) -> Traits:
    return Traits(
        category=rules.categories.get(ticket.category_id or 0),
        priority=ticket.priority,
        channel=ticket.channel,
        team=rules.teams.get(ticket.team_id or 0),
        region=ticket.region,
        language=ticket.locale,
        component=ticket.component,
        tags=frozenset(ticket.tags or ()),
        customer_tags=frozenset(customer_tags),
        text=ticket.description,
    )


async def clocks_of(session: AsyncSession, ticket_id: int) -> list[SlaClock]:
    """All its clocks, oldest first."""
    wanted = select(SlaClock).where(SlaClock.ticket_id == ticket_id).order_by(col(SlaClock.id))
    return list((await session.exec(wanted)).all())


async def open_clocks(session: AsyncSession, ticket: Ticket) -> dict[ClockKind, SlaClock]:
    """Those that are neither met nor cancelled, held together with the ticket until the transaction ends."""
    wanted = (
        select(SlaClock)
        .join(Ticket, col(Ticket.id) == col(SlaClock.ticket_id))
        .where(SlaClock.ticket_id == ticket.id, col(SlaClock.state).in_(OPEN_STATES))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {ClockKind(clock.kind): clock for clock in (await session.exec(wanted)).all()}


async def customer_wrote(session: AsyncSession, now: datetime, ticket: Ticket, **values: Any) -> None:
    """Somebody waits for an answer, since their first word that has none; ``values`` are written along."""
    waited = ticket.waiting_since
    await change(session, now, ticket, waiting_since=waited or now, **values)
    if waited is None and ticket.first_replied_at is not None:
        await align(session, now, ticket)


async def align(session: AsyncSession, now: datetime, ticket: Ticket) -> None:
    """Bring the clocks in step with the ticket: its stage, its policy, and whether somebody waits.

    What was acted on is never acted on again, however often and for whatever reason this is called.
    """
    policy = await policy_of(session, ticket)
    clocks = await open_clocks(session, ticket)
    before = {clock.policy_id for clock in clocks.values()}
    wanted = {kind for kind in owed(ticket) if policy.target_s(kind, ticket.priority) is not None}
    for kind in clocks.keys() - wanted:
        end(clocks.pop(kind), policy, now, met=False)
    for kind, clock in clocks.items():
        retarget(clock, policy.target_s(kind, ticket.priority) or 0, policy)
    clocks |= await _missing(session, now, ticket, policy, wanted - clocks.keys())
    _rest(clocks.get(ClockKind.RESOLUTION), ticket, policy, now)
    await session.flush()
    if before - {policy.id}:
        await note_event(session, now, ticket, EventKind.SLA_CHANGED, SYSTEM, policy=policy.names.get(ticket.locale))
    await _follow(session, now, ticket, clocks, policy)


async def _missing(
    session: AsyncSession, now: datetime, ticket: Ticket, policy: Policy, kinds: Iterable[ClockKind]
) -> dict[ClockKind, SlaClock]:
    since = {ClockKind.NEXT_REPLY: ticket.waiting_since or now}
    begun = {kind: clock for kind in sorted(kinds) if (clock := begin(ticket, kind, policy, since.get(kind, now)))}
    session.add_all(begun.values())
    return begun


def _rest(clock: SlaClock | None, ticket: Ticket, policy: Policy, now: datetime) -> None:
    """No clock rests while the next step is the desk's."""
    if clock is not None and ticket.stage in policy.pauses and ticket.stage not in OWED_STAGES:
        pause(clock, policy, now)
    elif clock is not None:
        resume(clock, policy, now)


async def _follow(
    session: AsyncSession, now: datetime, ticket: Ticket, clocks: Mapping[ClockKind, SlaClock], policy: Policy
) -> None:
    """The ticket shows its clocks, and the next step of each is scheduled."""
    values = columns(clocks)
    if any(getattr(ticket, name) != value for name, value in values.items()):
        await change(session, now, ticket, **values)
    moments = _next_moments(clocks.values(), policy)
    await cancel(session, ticket.id, FOLLOW_UPS.values() - moments.keys())
    if moments:
        thread = (await get_conversation(session, ticket.conversation_id)).thread
        await schedule_all(session, ticket, thread, moments)


async def revive(session: AsyncSession, ticket: Ticket, ended: datetime) -> None:
    """What was cancelled at that moment was not: the time between has been counted."""
    gone = (SlaClock.ticket_id == ticket.id, SlaClock.state == ClockState.CANCELLED, SlaClock.ended_at == ended)
    for clock in (await session.exec(select(SlaClock).where(*gone))).all():
        clock.state = ClockState.RUNNING if clock.running_since else ClockState.PAUSED
        clock.ended_at = clock.working_s = None
    await session.flush()


def columns(clocks: Mapping[ClockKind, SlaClock]) -> dict[str, Any]:
    """What a ticket shows of its open clocks; the end of one that rests stays what it was."""
    due = {kind: clock.due_at for kind, clock in clocks.items() if clock.due_at is not None}
    shown: dict[str, Any] = {
        "next_reply_due": due.get(ClockKind.NEXT_REPLY),
        "sla_due": min(due.values(), default=None),
    }
    kept = {"first_reply_due": ClockKind.FIRST_REPLY, "resolution_due": ClockKind.RESOLUTION}
    return shown | {name: due[kind] for name, kind in kept.items() if kind in due}


async def answered(
    session: AsyncSession, now: datetime, ticket: Ticket, kinds: Iterable[ClockKind]
) -> tuple[dict[str, Any], dict[str, float]]:
    """What was owed has come: the columns that change by it, and how long it took for the timeline.

    The first that ends is the one that is told of.
    """
    rules, clocks = await rules_of(session), await open_clocks(session, ticket)
    ended = [clocks.pop(kind) for kind in kinds if kind in clocks]
    for clock in ended:
        await _meet(session, now, ticket, clock, rules.policy(clock.policy_id))
    if ended:
        await session.flush()
        await cancel(session, ticket.id, [FOLLOW_UPS[ClockKind(clock.kind)] for clock in ended])
    return columns(clocks), _lengths(rules, now, ended[0].started_at) if ended else {}


def _lengths(rules: Rules, now: datetime, since: datetime) -> dict[str, float]:
    business = rules.general.business
    return {"seconds": (now - since).total_seconds(), "working_s": business.between(since, now).total_seconds()}


async def _meet(session: AsyncSession, now: datetime, ticket: Ticket, clock: SlaClock, policy: Policy) -> None:
    told = clock.breached_at is not None
    end(clock, policy, now)
    late = clock.state == ClockState.BREACHED_MET
    if late and told:
        return
    if late:
        # It was answered in the moments before anybody looked.
        clock.breached_at = clock.due_at
    kind = EventKind.SLA_BREACHED if late else EventKind.SLA_MET
    seconds = (now - clock.started_at).total_seconds()
    lengths: dict[str, Any] = {"seconds": seconds, "working_seconds": clock.working_s}
    due = clock.due_at.isoformat() if clock.due_at else None
    await note_event(session, now, ticket, kind, SYSTEM, clock=clock.kind, due=due, **lengths)
