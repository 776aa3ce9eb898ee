"""What somebody says about a ticket that is solved, or called so: thanks, or that it is not."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlmodel import col, func, select

from bot.dialogue import decisions, speech
from bot.dialogue.scene import Scene
from bot.dialogue.speech import Reference, Speech
from tickets.actors import BOT, CUSTOMER
from tickets.merging.links import link_tickets
from tickets.merging.models import Relation
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.opening import Matter, open_ticket
from tickets.repository import note_event
from tickets.resolving import reopen
from tickets.sending.reopening import may_reopen, pass_on


async def _thank(scene: Scene, decision: decisions.Thank) -> Speech:
    """Whoever says thanks twice was answered the first time."""
    ticket = scene.ticket
    if ticket is None:
        return Speech("")
    answered = await _thanked_since_solved(scene, ticket)
    await note_event(scene.session, scene.now, ticket, EventKind.THANKED, CUSTOMER)
    return Speech(scene.tell("say.thanked") if decision.answer and not answered else "")


async def _thanked_since_solved(scene: Scene, ticket: Ticket) -> bool:
    """Since the last time it was called solved: a reopened ticket earns new thanks."""
    kinds = (EventKind.THANKED, EventKind.RESOLVED)
    last = (
        select(TicketEvent.kind, func.max(col(TicketEvent.id)))
        .where(TicketEvent.ticket_id == ticket.id, col(TicketEvent.kind).in_(kinds))
        .group_by(col(TicketEvent.kind))
    )
    found = dict((await scene.session.exec(last)).all())
    return found.get(EventKind.THANKED, 0) > found.get(EventKind.RESOLVED, 0)


async def _reopen(scene: Scene, decision: decisions.Reopen) -> Speech:
    if scene.ticket is None:
        msg = "this decision is made only when there is a ticket"
        raise LookupError(msg)
    if not await may_reopen(scene.session, scene.now, scene.ticket):
        return await _open_anew(scene, scene.ticket, decision.reason)
    reason = decision.reason
    await reopen(scene.session, scene.now, scene.ticket, reason=reason, actor=CUSTOMER, rhythm=scene.rhythm)
    await pass_on(scene.session, scene.now, scene.ticket)
    text = scene.tell("say.reopened", number=scene.ticket.number)
    if reason:
        return Speech(text)
    return Speech(f"{text}\n{scene.tell('say.reopen_why')}", speech.replies(scene.locale, "skip"))


async def _open_anew(scene: Scene, old: Ticket, reason: str) -> Speech:
    """The team wants a new ticket; the two are linked, so that nobody has to tell the story again."""
    matter = Matter(text=reason or old.subject, facts=dict(old.facts), component=old.component)
    new = await open_ticket(
        scene.session, scene.now, scene.conversation, scene.contact, matter, actor=BOT, rhythm=scene.rhythm
    )
    await link_tickets(scene.session, scene.now, new.id, old.id, relation=Relation.RELATED, by=BOT)
    # Nothing is asked: what is wrong was said, or the old ticket tells it.
    scene.ticket, scene.memory = new, scene.memory.at(None)
    page = Reference(scene.tell("say.track", number=new.number), f"/t/{new.token}?lang={scene.locale}")
    return Speech(scene.tell("say.opened_again", old=old.number, number=new.number), (), (page,))


SOLVED: Mapping[type, Callable[[Scene, Any], Awaitable[Speech]]] = {
    decisions.Thank: _thank,
    decisions.Reopen: _reopen,
}
