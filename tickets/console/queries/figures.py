"""The rows behind the figures: of the last days, and never more than a bounded number of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from kit.db import AsyncSession
from tickets.conversations.models import Conversation
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.surveys.models import Survey

#: A busier desk sees the figures of its newest tickets, and is told so.
MOST_ROWS = 10_000
SHOWN_COMMENTS = 20


@dataclass(frozen=True)
class TicketTimes:
    """What the figures need of one ticket."""

    channel: str
    team_id: int | None
    created_at: datetime
    first_replied_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    reopened: int


@dataclass(frozen=True)
class Rating:
    """One answered survey."""

    channel: str
    team_id: int | None
    score: int


@dataclass(frozen=True)
class Comment:
    """What somebody wrote with their score."""

    ticket_id: int
    number: str
    score: int | None
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FigureRows:
    """Everything the page is computed from; conversations only for the whole desk."""

    tickets: list[TicketTimes]
    ratings: list[Rating]
    asked: int
    comments: list[Comment]
    answers: Counter[tuple[str, str]]
    conversations: tuple[int, int] | None


async def load_figures(session: AsyncSession, since: datetime, *, assignee_id: int | None) -> FigureRows:
    """Of the whole desk, or of the tickets of one person."""
    return FigureRows(
        tickets=await _tickets(session, since, assignee_id),
        ratings=await _ratings(session, since, assignee_id),
        asked=await _asked(session, since, assignee_id),
        comments=await _comments(session, since, assignee_id),
        answers=await _answers(session, since, assignee_id),
        conversations=await _conversations(session, since) if assignee_id is None else None,
    )


def _of(column: Mapped[int | None], assignee_id: int | None) -> list[ColumnElement[bool]]:
    return [] if assignee_id is None else [column == assignee_id]


async def _tickets(session: AsyncSession, since: datetime, assignee_id: int | None) -> list[TicketTimes]:
    query = (
        select(
            col(Ticket.channel),
            col(Ticket.team_id),
            col(Ticket.created_at),
            col(Ticket.first_replied_at),
            col(Ticket.resolved_at),
            col(Ticket.closed_at),
            col(Ticket.reopened),
        )
        .where(col(Ticket.created_at) >= since, *_of(col(Ticket.assignee_id), assignee_id))
        .order_by(col(Ticket.created_at).desc())
        .limit(MOST_ROWS)
    )
    return [TicketTimes(*row) for row in (await session.execute(query)).all()]


async def _ratings(session: AsyncSession, since: datetime, assignee_id: int | None) -> list[Rating]:
    query = (
        select(col(Survey.channel), col(Survey.team_id), col(Survey.score))
        .where(col(Survey.asked_at) >= since, col(Survey.score).is_not(None))
        .where(*_of(col(Survey.assignee_id), assignee_id))
        .order_by(col(Survey.asked_at).desc())
        .limit(MOST_ROWS)
    )
    rows = (await session.execute(query)).all()
    return [Rating(channel, team_id, score) for channel, team_id, score in rows if score is not None]


async def _asked(session: AsyncSession, since: datetime, assignee_id: int | None) -> int:
    query = select(func.count()).where(col(Survey.asked_at) >= since, *_of(col(Survey.assignee_id), assignee_id))
    return (await session.execute(query)).scalar_one()


async def _comments(session: AsyncSession, since: datetime, assignee_id: int | None) -> list[Comment]:
    query = (
        select(col(Ticket.id), col(Ticket.number), col(Survey.score), col(Survey.comment), col(Survey.asked_at))
        .join(Ticket, col(Ticket.id) == col(Survey.ticket_id))
        .where(col(Survey.asked_at) >= since, col(Survey.comment).is_not(None))
        .where(*_of(col(Survey.assignee_id), assignee_id))
        .order_by(col(Survey.asked_at).desc())
        .limit(SHOWN_COMMENTS)
    )
    rows = (await session.execute(query)).all()
    return [Comment(id_, number, score, text or "", at) for id_, number, score, text, at in rows]


async def _answers(session: AsyncSession, since: datetime, assignee_id: int | None) -> Counter[tuple[str, str]]:
    """How often "is it fixed?" ended how, by kind of event and actor."""
    query = (
        select(col(TicketEvent.kind), col(TicketEvent.actor), func.count())
        .join(Ticket, col(Ticket.id) == col(TicketEvent.ticket_id))
        .where(col(Ticket.created_at) >= since, *_of(col(Ticket.assignee_id), assignee_id))
        .where(col(TicketEvent.kind).in_([EventKind.CONFIRMED, EventKind.REOPENED]))
        .group_by(col(TicketEvent.kind), col(TicketEvent.actor))
    )
    return Counter({(row[0], row[1]): row[2] for row in (await session.execute(query)).all()})


async def _conversations(session: AsyncSession, since: datetime) -> tuple[int, int]:
    """How many began, and how many of them came to a ticket."""
    has_ticket = exists().where(col(Ticket.conversation_id) == col(Conversation.id))
    began = col(Conversation.created_at) >= since
    query = select(func.count(), func.count().filter(has_ticket)).select_from(Conversation).where(began)
    began_at_all, with_ticket = (await session.execute(query)).one()
    return began_at_all, with_ticket
