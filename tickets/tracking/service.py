"""What a customer does on the page of a ticket."""

from datetime import datetime

from sqlmodel import select

from kit.db import AsyncSession
from kit.text import clean_text
from tickets.actors import CUSTOMER
from tickets.conversations.models import Author, Message
from tickets.conversations.service import NewMessage, get_conversation, post
from tickets.errors import EmptyReplyError, ReplyTooLongError, TicketNotFoundError
from tickets.models import EventKind, Ticket
from tickets.opening import Rhythm
from tickets.repository import change, note_event
from tickets.resolving import confirm, reopen
from tickets.sending.grip import hold_survivor
from tickets.sending.reopening import may_reopen, pass_on
from tickets.sending.snoozing import customer_is_back
from tickets.sla.service import align, customer_wrote
from tickets.stages import Stage
from tickets.working import restart_rhythm

#: Stages in which "it does not work" brings the ticket back.
MAY_REOPEN = (Stage.CONFIRMING, Stage.SOLVED)


async def take_ticket(session: AsyncSession, token: str) -> Ticket:
    """The ticket of the link, held until this transaction ends, so that nobody changes it meanwhile."""
    query = select(Ticket).where(Ticket.token == token).with_for_update()
    ticket = (await session.exec(query)).first()
    if ticket is None:
        raise TicketNotFoundError
    return ticket if ticket.merged_into_id is None else await hold_survivor(session, ticket.id)


async def confirm_fixed(session: AsyncSession, now: datetime, ticket: Ticket, *, rhythm: Rhythm) -> bool:
    """It works. False when there is nothing to confirm (any more): pressed twice, or the page was old."""
    if ticket.stage != Stage.CONFIRMING:
        return False
    await confirm(session, now, ticket, actor=CUSTOMER, rhythm=rhythm)
    return True


async def say_not_fixed(
    session: AsyncSession, now: datetime, ticket: Ticket, *, reason: str, limit: int, rhythm: Rhythm
) -> bool:
    """It does not work; the words go into the conversation too. False when it is being worked on already."""
    words = clean_text(reason)
    if len(words) > limit:
        raise ReplyTooLongError(limit=limit)
    if ticket.stage not in MAY_REOPEN or not await may_reopen(session, now, ticket):
        return False
    await reopen(session, now, ticket, reason=words, actor=CUSTOMER, rhythm=rhythm)
    await pass_on(session, now, ticket)
    if words:
        await _say(session, now, ticket, words)
    return True


async def add_information(
    session: AsyncSession, now: datetime, ticket: Ticket, *, text: str, limit: int, rhythm: Rhythm
) -> None:
    """What the desk should know; a ticket that waited for it goes on."""
    words = clean_text(text)
    if not words:
        raise EmptyReplyError
    if len(words) > limit:
        raise ReplyTooLongError(limit=limit)
    message = await _say(session, now, ticket, words)
    await customer_is_back(session, now, ticket)
    await note_event(session, now, ticket, EventKind.CUSTOMER_WROTE, CUSTOMER, message_id=message.id)
    await customer_wrote(session, now, ticket)
    if ticket.stage == Stage.WAITING:
        await _go_on(session, now, ticket, rhythm)


async def _say(session: AsyncSession, now: datetime, ticket: Ticket, words: str) -> Message:
    conversation = await get_conversation(session, ticket.conversation_id)
    new = NewMessage(author=Author.CUSTOMER, text=words, ticket_id=ticket.id)
    return await post(session, now, conversation, new)


async def _go_on(session: AsyncSession, now: datetime, ticket: Ticket, rhythm: Rhythm) -> None:
    """Back to work, without a notice to the person who has just caused it."""
    conversation = await get_conversation(session, ticket.conversation_id)
    await change(session, now, ticket, stage=Stage.PROCESSING)
    await align(session, now, ticket)
    stages = {"source": Stage.WAITING, "target": Stage.PROCESSING}
    await note_event(session, now, ticket, EventKind.STAGE, CUSTOMER, public=True, **stages)
    await restart_rhythm(session, now, ticket, conversation.thread, rhythm)
