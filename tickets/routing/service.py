"""Place a ticket when it is opened, and give it to somebody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert

from kit.db import AsyncSession
from tickets.actors import SYSTEM
from tickets.conditions import Traits
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.routing.assigning import assign_one, assign_person
from tickets.routing.filing import Decision, Told, file_under
from tickets.routing.models import TicketNeed
from tickets.routing.reasons import by_category, by_region, by_rule
from tickets.routing.rules import Actions, Verdict, ask
from tickets.routing.setup import CategoryInfo, Setup, TeamInfo, setup_of
from tickets.routing.tags import put_tags
from tickets.stages import Priority

__all__ = ["Decision", "Placement", "Told", "place", "settle"]

_event: Table = TicketEvent.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a ticket belongs, and the decisions that led there."""

    category_id: int | None
    team_id: int | None
    priority: int
    tags: tuple[str, ...] = ()
    skill: str | None = None
    decisions: tuple[Decision, ...] = field(default=())
    verdict: Verdict = field(repr=False)


async def place(session: AsyncSession, conversation: Conversation, contact: Contact, told: Told) -> Placement:
    """Category, team and priority of a ticket to be opened; asks the database nothing while nothing was changed."""
    traits = Traits(
        channel=conversation.channel,
        region=contact.region,
        language=conversation.locale,
        component=told.component,
        customer_tags=frozenset(contact.tags or ()),
        text=told.text,
    )
    return placement_of(await setup_of(session), traits, told)


def placement_of(setup: Setup, traits: Traits, told: Told) -> Placement:
    """The same without a database: what a dry run shows is what would happen."""
    filed = file_under(setup, told)
    verdict = ask(setup.rules, lambda actions: _placed(setup, traits, filed.category, actions))
    category = _category(setup, filed.category, verdict.actions)
    team, why = _team(setup, traits.region, category, verdict)
    return Placement(
        category_id=category.id if category else None,
        team_id=team.id if team else None,
        priority=_priority(category, verdict.actions),
        tags=tuple(dict.fromkeys(verdict.actions.tags)),
        skill=verdict.actions.skill,
        decisions=(*filed.decisions, *_by_rules(setup, filed.category, verdict), *_routed(team, why)),
        verdict=verdict,
    )


def _placed(setup: Setup, traits: Traits, filed: CategoryInfo | None, actions: Actions) -> Traits:
    """The ticket as the next rule sees it."""
    category = _category(setup, filed, actions)
    team = setup.teams.get(actions.team or "") or _home(setup, traits.region, category)[0]
    return replace(
        traits,
        category=category.key if category else None,
        team=team.key if team else None,
        priority=_priority(category, actions),
        tags=traits.tags | frozenset(actions.tags),
    )


def _category(setup: Setup, filed: CategoryInfo | None, actions: Actions) -> CategoryInfo | None:
    return setup.categories.get(actions.category or "", filed)


def _priority(category: CategoryInfo | None, actions: Actions) -> int:
    return actions.priority or (category.priority if category else int(Priority.NORMAL))


def _team(
    setup: Setup, region: str | None, category: CategoryInfo | None, verdict: Verdict
) -> tuple[TeamInfo | None, Mapping[str, Any] | None]:
    named = setup.teams.get(verdict.actions.team or "")
    if named is not None:
        return named, by_rule(verdict.because["team"])
    return _home(setup, region, category)


def _home(
    setup: Setup, region: str | None, category: CategoryInfo | None
) -> tuple[TeamInfo | None, Mapping[str, Any] | None]:
    """The team of the person's region if there is one, else the category's, else the first there is."""
    regional = setup.team_of_region(region)
    if regional is not None and region:
        return regional, by_region(region)
    if category is not None and category.team:
        return setup.teams[category.team], by_category(category.names)
    return setup.general_team, None


def _by_rules(setup: Setup, filed: CategoryInfo | None, verdict: Verdict) -> Iterator[Decision]:
    """What rules decided besides the team."""
    actions, because = verdict.actions, verdict.because
    category = _category(setup, filed, actions)
    if category is not None and category != filed:
        source = dict(filed.names) if filed else None
        why = by_rule(because["category"])
        yield Decision(EventKind.CATEGORY, {"source": source, "target": dict(category.names), "why": why})
    usual = _priority(category, Actions())
    if actions.priority and actions.priority != usual:
        why = by_rule(because["priority"])
        yield Decision(EventKind.PRIORITY, {"source": usual, "target": actions.priority, "why": why})
    if actions.tags:
        added = list(dict.fromkeys(actions.tags))
        yield Decision(EventKind.TAGGED, {"added": added, "why": by_rule(because["tags"])})


def _routed(team: TeamInfo | None, why: Mapping[str, Any] | None) -> Iterator[Decision]:
    if team is not None and why is not None:
        yield Decision(EventKind.ROUTED, {"to": dict(team.names), "why": dict(why)})


async def settle(session: AsyncSession, now: datetime, ticket: Ticket, placement: Placement, *, zone: str) -> None:
    """The ticket is there: say why it is where it is, and give it to somebody if the team works so."""
    if placement.decisions:
        lines = [_line(now, ticket, decision) for decision in placement.decisions]
        await session.execute(insert(_event), lines)
    if placement.tags:
        await put_tags(session, ticket, placement.tags)
    if placement.skill:
        session.add(TicketNeed(ticket_id=ticket.id, skill=placement.skill))
    await _hand_out(session, now, ticket, placement, zone)


def _line(now: datetime, ticket: Ticket, decision: Decision) -> dict[str, Any]:
    return {
        "ticket_id": ticket.id,
        "kind": decision.kind,
        "actor": SYSTEM.kind,
        "public": False,
        "data": dict(decision.data),
        "team_id": ticket.team_id,
        "category_id": ticket.category_id,
        "channel": ticket.channel,
        "region": ticket.region,
        "at": now,
    }


async def _hand_out(session: AsyncSession, now: datetime, ticket: Ticket, placement: Placement, zone: str) -> None:
    person, because = placement.verdict.actions.assign, placement.verdict.because
    if person and await assign_person(session, now, ticket, person, by_rule(because["assign"])):
        return
    team = (await setup_of(session)).team(ticket.team_id)
    if team is not None and team.by_load:
        await assign_one(session, now, ticket, team, zone=zone, skills=(placement.skill,) if placement.skill else ())
