"""Play a story through the desk's own services, at the moments it tells of."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, update

from bot.demo.script import (
    Answers,
    Confirms,
    Customer,
    Deed,
    Lapses,
    Moves,
    Notes,
    Opens,
    Promises,
    Rates,
    Reopens,
    Replies,
    Resolves,
    Says,
    Story,
)
from channels.models import DeliveryState
from channels.port import thread_of
from channels.webchat.models import WebchatVisitor
from channels.webchat.translate import ACCOUNT, CHANNEL
from kit.db import AsyncSession
from knowledge.answers import log_answer, mark_helped
from tickets import resolving, working
from tickets.actors import BOT, CUSTOMER, SYSTEM, Actor
from tickets.contacts.models import Contact
from tickets.contacts.service import Sender
from tickets.conversations.models import Author, Conversation, Message
from tickets.conversations.service import NewMessage, conversation_of, post
from tickets.models import EventKind, Ticket
from tickets.opening import Matter, Rhythm, open_ticket
from tickets.repository import change, note_event
from tickets.sla.service import customer_wrote
from tickets.surveys.service import comment, may_ask, rate


@dataclass
class Scene:
    """Where a story stands."""

    session: AsyncSession
    staff: Mapping[str, Actor]
    rhythm: Rhythm
    conversation: Conversation
    contact: Contact
    asked: str = ""
    opened: Ticket | None = None

    @property
    def ticket(self) -> Ticket:
        if self.opened is None:
            msg = "the story opens its ticket later"
            raise LookupError(msg)
        return self.opened


async def play(
    session: AsyncSession, now: datetime, story: Story, *, staff: Mapping[str, Actor], rhythm: Rhythm
) -> Ticket:
    """The ticket the story leaves behind."""
    began = now - timedelta(minutes=story.began)
    conversation, contact = await _enter(session, began, story.customer)
    scene = Scene(session, staff, rhythm, conversation, contact)
    for minutes, deed in story.steps:
        await _do(scene, began + timedelta(minutes=minutes), deed)
    delivered = update(Message).where(
        col(Message.conversation_id) == conversation.id,
        col(Message.author).in_([Author.STAFF, Author.BOT]),
        col(Message.internal).is_(False),
    )
    await session.exec(delivered.values(delivery=DeliveryState.SENT))
    return scene.ticket


async def _enter(session: AsyncSession, now: datetime, customer: Customer) -> tuple[Conversation, Contact]:
    """A visitor of the web chat in whose browser nobody sits: what is sent there reaches no person."""
    visitor = f"demo-{secrets.token_hex(8)}"
    session.add(
        WebchatVisitor(
            id=visitor,
            token_id=secrets.token_hex(16),
            locale=customer.locale,
            created_at=now,
            seen_at=now,
        )
    )
    sender = Sender(
        channel=CHANNEL,
        account=ACCOUNT,
        address=visitor,
        thread=thread_of(CHANNEL, ACCOUNT, visitor),
        name=customer.name,
        locale=customer.locale,
    )
    conversation, contact = await conversation_of(session, now, sender)
    contact.phone = customer.phone
    contact.company = customer.company
    contact.region = customer.region
    await session.flush()
    return conversation, contact


async def _do(scene: Scene, at: datetime, deed: Deed) -> None:
    match deed:
        case Says() | Answers() | Opens():
            await _talk(scene, at, deed)
        case Replies() | Notes() | Moves() | Promises() | Resolves():
            await _work(scene, at, deed)
        case Lapses() | Confirms() | Reopens() | Rates():
            await _end(scene, at, deed)


async def _talk(scene: Scene, at: datetime, deed: Says | Answers | Opens) -> None:
    match deed:
        case Says():
            scene.asked = deed.text
            await _say(scene, at, Author.CUSTOMER, deed.text)
        case Answers():
            await _say(scene, at, Author.BOT, deed.text)
            await _log(scene, at, deed)
        case Opens():
            matter = Matter(
                text=deed.text,
                category=deed.category,
                facts=dict(deed.facts),
                wants_person=deed.wants_person,
            )
            scene.opened = await open_ticket(
                scene.session,
                at,
                scene.conversation,
                scene.contact,
                matter,
                actor=BOT,
                rhythm=scene.rhythm,
            )


async def _say(scene: Scene, at: datetime, author: Author, text: str) -> None:
    ticket = scene.opened
    new = NewMessage(author=author, text=text, ticket_id=ticket.id if ticket else None)
    message = await post(scene.session, at, scene.conversation, new)
    if ticket is not None and author is Author.CUSTOMER:
        await note_event(scene.session, at, ticket, EventKind.CUSTOMER_WROTE, CUSTOMER, message_id=message.id)
        await customer_wrote(scene.session, at, ticket)


async def _log(scene: Scene, at: datetime, deed: Answers) -> None:
    if deed.slug is None:
        return
    await log_answer(
        scene.session,
        at,
        reference=scene.conversation.thread,
        locale="en" if scene.conversation.locale == "en" else "zh",
        question=scene.asked,
        outcome="answer",
        slug=deed.slug,
        confidence=0.9,
        candidates=[{"slug": deed.slug, "score": 0.9}],
    )
    if deed.helped is not None:
        await mark_helped(scene.session, scene.conversation.thread, deed.slug, helped=deed.helped)


async def _work(scene: Scene, at: datetime, deed: Replies | Notes | Moves | Promises | Resolves) -> None:
    session, ticket, rhythm, staff = scene.session, scene.ticket, scene.rhythm, scene.staff[deed.who]
    seen = ticket.version
    match deed:
        case Replies():
            await working.reply(session, at, ticket, text=deed.text, staff=staff, rhythm=rhythm)
        case Notes():
            await working.note(session, at, ticket, text=deed.text, staff=staff)
        case Moves():
            await working.move(session, at, ticket, target=deed.target, staff=staff, seen=seen, rhythm=rhythm)
        case Promises():
            by = at + timedelta(minutes=deed.minutes)
            await working.promise(session, at, ticket, at=by, staff=staff, seen=seen, rhythm=rhythm)
        case Resolves():
            await resolving.resolve(session, at, ticket, solution=deed.solution, staff=staff, seen=seen, rhythm=rhythm)


async def _end(scene: Scene, at: datetime, deed: Lapses | Confirms | Reopens | Rates) -> None:
    session, ticket, rhythm = scene.session, scene.ticket, scene.rhythm
    match deed:
        case Lapses():
            await change(session, at, ticket, alarm="promise_lapsed")
            await note_event(session, at, ticket, EventKind.ALARM, SYSTEM, alarm="promise_lapsed")
        case Confirms():
            await resolving.confirm(session, at, ticket, actor=CUSTOMER, rhythm=rhythm)
        case Reopens():
            await resolving.reopen(session, at, ticket, reason=deed.reason, actor=CUSTOMER, rhythm=rhythm)
            await _say(scene, at, Author.CUSTOMER, deed.reason)
        case Rates():
            await may_ask(session, at, ticket, rhythm)
            await rate(session, at, ticket, score=deed.score)
            if deed.comment:
                await comment(session, ticket, text=deed.comment)
