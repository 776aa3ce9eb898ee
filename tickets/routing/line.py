"""The line of tickets that nobody has yet: who is in it, and in which order they are taken."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, true
from sqlmodel import col

from tickets.models import Ticket
from tickets.routing.models import TicketNeed
from tickets.routing.setup import Setup
from tickets.stages import OWED_STAGES

#: What is worst first, then what is due first, then what is oldest.
ORDER = (col(Ticket.priority), col(Ticket.sla_due).nulls_last(), col(Ticket.id))


def awake(now: datetime) -> ColumnElement[bool]:
    """Nobody put it aside for later."""
    until = col(Ticket.snoozed_until)
    return or_(and_(until.is_(None), col(Ticket.snoozed_for).is_(None)), until <= now)


def in_line(now: datetime) -> ColumnElement[bool]:
    """The desk owes it a step, and nobody has it."""
    return and_(col(Ticket.stage).in_(OWED_STAGES), col(Ticket.assignee_id).is_(None), awake(now))


def within_skills(setup: Setup, skills: Collection[str]) -> ColumnElement[bool]:
    """Somebody with these skills may take it."""
    beyond = [one.id for one in setup.categories.values() if one.skill and one.skill not in skills]
    needs = exists().where(col(TicketNeed.ticket_id) == col(Ticket.id), col(TicketNeed.skill).not_in(skills))
    known = or_(col(Ticket.category_id).is_(None), col(Ticket.category_id).not_in(beyond)) if beyond else true()
    return and_(known, ~needs)


def before(ticket: Ticket) -> ColumnElement[bool]:
    """Taken before this one, by :data:`ORDER`."""
    due = col(Ticket.sla_due)
    older = col(Ticket.id) < ticket.id
    if ticket.sla_due is None:
        sooner = or_(due.is_not(None), older)
    else:
        sooner = or_(due < ticket.sla_due, and_(due == ticket.sla_due, older))
    return or_(col(Ticket.priority) < ticket.priority, and_(col(Ticket.priority) == ticket.priority, sooner))
