"""What was said while somebody wrote: a second answer to the same question helps nobody."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.conversations.models import Author, Message
from tickets.models import Ticket
from tickets.sending.errors import Meanwhile, SaidMeanwhileError
from tickets.sending.holding import held_on

_SHOWN = 5
#: Held replies that linger are stuck, not news.
_STUCK_AFTER = timedelta(minutes=5)


async def refuse_if_said(
    session: AsyncSession, now: datetime, ticket: Ticket, *, staff_id: int, heard: int | None
) -> None:
    """SaidMeanwhileError when a colleague or the customer wrote after message ``heard``, or a colleague is about to.

    Without ``heard`` nobody knows what the writer had read, and only what is about to leave counts.
    """
    said = [] if heard is None else await _said_after(session, ticket, staff_id=staff_id, heard=heard)
    for held in await held_on(session, [ticket.id]):
        if held.staff_id != staff_id and held.send_at > now - _STUCK_AFTER:
            said.append(Meanwhile(held.staff_name, held.text, held.created_at, held=True))
    if said:
        raise SaidMeanwhileError(said)


async def _said_after(session: AsyncSession, ticket: Ticket, *, staff_id: int, heard: int) -> list[Meanwhile]:
    news = (
        select(Message)
        .where(Message.conversation_id == ticket.conversation_id, col(Message.id) > heard)
        .where(col(Message.internal).is_(False), col(Message.author).in_([Author.CUSTOMER, Author.STAFF]))
        .order_by(col(Message.id).desc())
        .limit(_SHOWN)
    )
    return [
        Meanwhile(said.author_name or "", said.text, said.created_at, by_customer=said.author == Author.CUSTOMER)
        for said in reversed((await session.exec(news)).all())
        if said.author == Author.CUSTOMER or said.staff_id != staff_id
    ]
