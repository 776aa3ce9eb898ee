"""Talks that began within an hour, and which of them came to a ticket."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlmodel import col

from kit.db import AsyncSession
from tickets.conversations.models import Author, Conversation, Message
from tickets.models import Ticket
from tickets.reports.buckets import Tally
from tickets.reports.counting import Cell, Cells, Measure, Place
from tickets.reports.log import HOUR, hour_of, within

#: A ticket opened later than this is another matter: a thread with one person goes on for ever.
COMES_WITHIN = timedelta(hours=24)
#: The bot answers at once, or the talk is not the bot's.
_SPEAKS_WITHIN = HOUR


async def count_talks(session: AsyncSession, hour: datetime) -> Cells:
    """The cells of the talks that began within the hour and in which the bot spoke."""
    talk = Conversation
    spoken = exists().where(
        col(Message.conversation_id) == col(talk.id),
        col(Message.author) == Author.BOT,
        col(Message.created_at) < hour + HOUR + _SPEAKS_WITHIN,
    )
    query = select(col(talk.id), col(talk.channel), col(talk.created_at)).where(
        *within(col(talk.created_at), hour), spoken
    )
    cells: Cells = defaultdict(Tally)
    talks = (await session.execute(query)).all()
    came = await _came_to_tickets(session, hour) if talks else {}
    for id_, channel, began in talks:
        place = Place(channel=channel)
        cells[Cell(Measure.TALKS, 0, place)].add(1, 0)
        if id_ in came and came[id_] <= began + COMES_WITHIN:
            cells[Cell(Measure.TALKS_TICKET, 0, place)].add(1, 0)
    return cells


async def _came_to_tickets(session: AsyncSession, hour: datetime) -> dict[int, datetime]:
    """The first ticket of each talk of the hour that has one."""
    query = (
        select(col(Ticket.conversation_id), col(Ticket.created_at))
        .join(Conversation, col(Conversation.id) == col(Ticket.conversation_id))
        .where(*within(col(Conversation.created_at), hour))
        .order_by(col(Ticket.created_at).desc())
    )
    return dict((await session.execute(query)).all())


async def talk_hours(session: AsyncSession, hour: datetime) -> set[datetime]:
    """Hours in which a talk began that a ticket of this hour may belong to."""
    began = select(col(Conversation.created_at)).join(Ticket, col(Ticket.conversation_id) == col(Conversation.id))
    lately = col(Conversation.created_at) >= hour - COMES_WITHIN
    near = began.where(*within(col(Ticket.created_at), hour), lately)
    return {hour_of(at) for at in (await session.execute(near)).scalars()} - {hour}
