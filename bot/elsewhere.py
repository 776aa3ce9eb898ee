"""One person, several addresses: where news is heard, and where it goes when the person cannot be reached there.

A fact is told once. What goes elsewhere is queued in the transaction that ended the first delivery, and one that only
waited for the person to write is ended there and then, so that it cannot go out later as well. Nor does the other way
ring at night, unless somebody wrote that very night.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, or_, select, update

from bot.dialogue.memory import Memory, Step
from bot.quiet import news_wait_until
from bot.voice import expect, message_of, note_outcome
from channels.delivery import TOLD_ELSEWHERE, Recipient, delivery_table, queue
from channels.models import Delivery, DeliveryState
from channels.port import Channel, Outbound
from channels.reach import refusal_of
from channels.windows import KEPT_FOR_STAFF, window_of
from kit.db import AsyncSession
from kit.ground import Ground
from kit.log import log
from kit.outbox import Priority
from tickets.actors import SYSTEM
from tickets.contacts.models import Contact
from tickets.conversations.models import Author, Conversation, Message
from tickets.conversations.service import get_conversation, hold_conversation, record_delivery
from tickets.models import EventKind
from tickets.notices.models import NoticeKind
from tickets.repository import find_ticket, get_ticket, note_event, survivor
from tickets.watching.followers import tell_watchful

#: The bot's own answers are only worth something where the question was asked.
_WORTH_IT = {Author.SYSTEM.value, Author.STAFF.value}
#: Why a message was not sent that the person is better without, wherever it is heard.
_UNWANTED = {"unsubscribed", "repeated"}
#: Questions about a ticket that can be answered wherever they are heard.
_ASKED = {Step.FIXED, Step.RATING}


async def preferred_talk(
    session: AsyncSession, conversation: Conversation, contact: Contact, channels: Mapping[str, Channel]
) -> Conversation:
    """Where the person of this talk wants to hear news; here, unless another is preferred and can be reached."""
    if contact.preferred_thread in {None, conversation.thread} and _can_write(conversation, channels):
        return conversation
    others = select(Conversation).where(
        Conversation.contact_id == contact.id, col(Conversation.thread) != conversation.thread
    )
    talks = (await session.exec(others.order_by(col(Conversation.last_message_at).desc()))).all()
    for talk in _in_order(talks, contact):
        wanted = talk.thread == contact.preferred_thread or not _can_write(conversation, channels)
        if wanted and _can_write(talk, channels) and not await refusal_of(session, talk.thread):
            return await hold_conversation(session, talk.id)
    return conversation


async def writable_talk(
    session: AsyncSession, conversation: Conversation, contact: Contact, channels: Mapping[str, Channel]
) -> Conversation:
    """Where an answer given here is read: here, unless nothing can be written here."""
    if _can_write(conversation, channels):
        return conversation
    return await preferred_talk(session, conversation, contact, channels)


def _can_write(talk: Conversation, channels: Mapping[str, Channel]) -> bool:
    channel = channels.get(talk.channel)
    return channel is not None and not channel.capabilities.mute


@dataclass(frozen=True)
class Outcomes:
    """Told of every delivery that ended or came to wait."""

    ground: Ground
    channels: Mapping[str, Channel]

    async def note(self, session: AsyncSession, key: str, state: DeliveryState) -> None:
        """Write it on the message, or say the same on another channel of the person."""
        if state in {DeliveryState.FAILED, DeliveryState.PARKED} and await self._told_elsewhere(session, key, state):
            return
        await note_outcome(session, key, state)
        if state is DeliveryState.FAILED:
            await self._tell_desk(session, key)

    async def _tell_desk(self, session: AsyncSession, key: str) -> None:
        """Whoever has the ticket learns that its person did not hear of it, unless that is how the person wants it."""
        author, message_id = message_of(key)
        if author not in _WORTH_IT:
            return
        message = (await session.exec(select(Message).where(Message.id == message_id))).one()
        reason = (await session.exec(select(Delivery.error_code).where(Delivery.key == key))).one()
        if message.ticket_id is None or reason in _UNWANTED:
            return
        ticket = await survivor(session, await get_ticket(session, message.ticket_id))
        await tell_watchful(session, self.ground.clock.now(), NoticeKind.NOT_DELIVERED, ticket)

    async def _told_elsewhere(self, session: AsyncSession, key: str, state: DeliveryState) -> bool:
        author, message_id = message_of(key)
        if author not in _WORTH_IT:
            return False
        delivery = (await session.exec(select(Delivery).where(Delivery.key == key))).one()
        if delivery.parts_sent or delivery.error_code in _UNWANTED:
            return False
        message = (await session.exec(select(Message).where(Message.id == message_id))).one()
        home = await get_conversation(session, message.conversation_id)
        other = await self._other(session, home, key.partition("@")[0], Priority(delivery.priority))
        if other is None or (state is DeliveryState.PARKED and not await _is_later(session, other, delivery.thread)):
            return False
        await self._tell(session, other, delivery, message)
        return True

    async def _other(
        self, session: AsyncSession, home: Conversation, base: str, priority: Priority
    ) -> Conversation | None:
        """The person's talk that can be written to now and was not tried yet: the preferred, then the latest."""
        tried = select(Delivery.thread).where(or_(Delivery.key == base, col(Delivery.key).like(f"{base}@%")))
        contact = (await session.exec(select(Contact).where(Contact.id == home.contact_id))).one()
        untried = select(Conversation).where(
            Conversation.contact_id == contact.id, col(Conversation.thread).not_in((await session.exec(tried)).all())
        )
        talks = (await session.exec(untried.order_by(col(Conversation.last_message_at).desc()))).all()
        for talk in _in_order(talks, contact):
            if await self._is_open(session, talk, self.ground.clock.now(), priority):
                return talk
        return None

    async def _is_open(self, session: AsyncSession, talk: Conversation, now: datetime, priority: Priority) -> bool:
        channel = self.channels.get(talk.channel)
        if channel is None or channel.capabilities.mute:
            return False
        if await refusal_of(session, talk.thread, for_staff=priority is Priority.PERSON):
            return False
        if not channel.capabilities.windowed:
            return True
        window = await window_of(session, now, talk.thread)
        kept = 0 if priority is Priority.PERSON else KEPT_FOR_STAFF
        return window is not None and (window.quota_left is None or window.quota_left > kept)

    async def _tell(self, session: AsyncSession, other: Conversation, delivery: Delivery, message: Message) -> None:
        base = delivery.key.partition("@")[0]
        held = await hold_conversation(session, other.id)
        asked = await _asked_in(session, delivery.thread)
        if message.author == Author.SYSTEM and asked.step in _ASKED and asked.ticket_id == message.ticket_id:
            expect(held, asked.step, message.ticket_id)
            session.add(held)
        parked = (delivery_table.c.key == delivery.key, delivery_table.c.state == DeliveryState.PARKED.value)
        ended = {"state": DeliveryState.FAILED.value, "error_code": TOLD_ELSEWHERE, "error_text": None}
        await session.execute(update(delivery_table).where(*parked).values(**ended))
        not_before = await self._quiet_until(session, held, delivery, message)
        await queue(
            session,
            self.ground.clock.now(),
            key=f"{base}@{held.id}",
            to=Recipient(channel=held.channel, account=held.account, address=held.address),
            message=Outbound.model_validate(delivery.body),
            priority=Priority(delivery.priority) if not_before is None else Priority.NOTICE,
            not_before=not_before,
        )
        await record_delivery(session, message.id, DeliveryState.QUEUED)
        await self._note_hop(session, message, delivery, held, not_before)
        log.info("told elsewhere", key=delivery.key, thread=held.thread)

    async def _quiet_until(
        self, session: AsyncSession, other: Conversation, delivery: Delivery, message: Message
    ) -> datetime | None:
        """When it may be heard there, if not now; what a person writes at night is meant to be heard at night."""
        contact = (await session.exec(select(Contact).where(Contact.id == other.contact_id))).one()
        rings = self.channels[other.channel].capabilities.rings

        def quiet_until(at: datetime) -> datetime | None:
            return news_wait_until(at, own=contact.quiet_hours, rings=rings, settings=self.ground.settings)

        if message.author == Author.STAFF and quiet_until(delivery.queued_at):
            return None
        return quiet_until(self.ground.clock.now())

    async def _note_hop(
        self,
        session: AsyncSession,
        message: Message,
        delivery: Delivery,
        other: Conversation,
        not_before: datetime | None,
    ) -> None:
        """Whoever works on the ticket sees which way it went and why, and when it will be heard."""
        ticket = await find_ticket(session, message.ticket_id) if message.ticket_id is not None else None
        if ticket is None:
            return
        now = self.ground.clock.now()
        why = delivery.error_code if delivery.state == DeliveryState.FAILED else "window_closed"
        await note_event(
            session,
            now,
            ticket,
            EventKind.REROUTED,
            SYSTEM,
            from_channel=delivery.channel,
            to_channel=other.channel,
            code=why or "",
        )
        if not_before is not None:
            await note_event(session, now, ticket, EventKind.HELD_BACK, SYSTEM, by=not_before.isoformat())


async def _is_later(session: AsyncSession, other: Conversation, thread: str) -> bool:
    """Whether the person has written there since writing here: what waits here is better off there only then."""
    wrote = select(func.max(Message.id)).where(Message.author == Author.CUSTOMER)
    there = (await session.exec(wrote.where(Message.conversation_id == other.id))).one()
    here = (await session.exec(wrote.join(Conversation).where(Conversation.thread == thread))).one()
    return (there or 0) > (here or 0)


async def _asked_in(session: AsyncSession, thread: str) -> Memory:
    """What is being asked where the message was meant to be heard."""
    memory = (await session.exec(select(Conversation.memory).where(Conversation.thread == thread))).first()
    return Memory.model_validate(memory or {})


def _in_order(talks: Sequence[Conversation], contact: Contact) -> list[Conversation]:
    """As the person wishes: the preferred, the fallback, then as they came."""
    wishes = (contact.preferred_thread, contact.fallback_thread)
    return sorted(talks, key=lambda talk: wishes.index(talk.thread) if talk.thread in wishes else len(wishes))
