"""Carry decisions out: what changes in the desk and the knowledge base, and what is said about it."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.dialogue import decisions, speech
from bot.dialogue.categories import category_of
from bot.dialogue.diagnosed import DIAGNOSED, take_walk
from bot.dialogue.linking import LINKING
from bot.dialogue.memory import Draft, Memory, Step
from bot.dialogue.scene import Scene
from bot.dialogue.solved import SOLVED
from bot.dialogue.speech import Reference, Speech
from kit.i18n import show_duration
from knowledge.answers import mark_helped
from tickets.actors import BOT, CUSTOMER
from tickets.contacts.models import Contact
from tickets.models import EventKind, Ticket
from tickets.opening import Matter, open_ticket
from tickets.repository import find_by_number, find_ticket, latest_ticket_of, note_event, survivor
from tickets.resolving import confirm, give_reason
from tickets.routing.waiting import expected_wait
from tickets.sending.snoozing import customer_is_back
from tickets.sla.hours import reply_hours
from tickets.sla.service import customer_wrote
from tickets.stages import OPEN_STAGES, Priority
from tickets.surveys.service import comment, rate, survey_of

_PRIORITIES = {"urgent": Priority.URGENT, "high": Priority.HIGH, "normal": Priority.NORMAL, "low": Priority.LOW}


async def carry_out(scene: Scene, decision: decisions.Decision) -> Speech:
    """Do it, and return what to say."""
    return await _EFFECTS[type(decision)](scene, decision)


async def _greet(scene: Scene, decision: decisions.Greet) -> Speech:
    names = {"zh": scene.settings.organisation, "en": scene.settings.organisation_en}
    return speech.greet(decision, scene.locale, names[scene.locale])


async def _answer(scene: Scene, decision: decisions.Answer) -> Speech:
    return speech.answer(decision, scene.library.article(decision.slug, scene.locale), scene.locale)


async def _clarify(scene: Scene, decision: decisions.Clarify) -> Speech:
    articles = [scene.library.article(slug, scene.locale) for slug in decision.slugs]
    return speech.clarify(articles, scene.locale)


async def _abstain(scene: Scene, decision: decisions.Abstain) -> Speech:
    return speech.abstain(decision, scene.locale)


async def _ask_fact(scene: Scene, decision: decisions.AskFact) -> Speech:
    return speech.ask_fact(decision, scene.locale)


async def _explain(scene: Scene, decision: decisions.Explain) -> Speech:
    return speech.explained(decision, scene.locale)


async def _say(scene: Scene, decision: decisions.Say) -> Speech:
    return speech.fixed_text(decision, scene.locale)


async def _mark_helped(scene: Scene, decision: decisions.MarkHelped) -> Speech:
    await mark_helped(scene.session, scene.conversation.thread, decision.slug, helped=decision.helped)
    return Speech("")


async def _open(scene: Scene, decision: decisions.OpenTicket) -> Speech:
    draft = scene.memory.draft or Draft(problem="")
    _learn(scene.contact, draft.facts)
    scene.session.add(scene.contact)
    matter = Matter(
        text=draft.problem or draft.facts.get("problem") or scene.tell("say.person_subject"),
        category=decision.category or category_of(draft.component),
        category_sure=draft.sure,
        component=draft.component,
        facts=_facts(scene.memory, draft) | await take_walk(scene),
        wants_person=decision.wants_person,
        priority=_PRIORITIES.get(decision.priority),
    )
    scene.ticket = await open_ticket(
        scene.session, scene.now, scene.conversation, scene.contact, matter, actor=BOT, rhythm=scene.rhythm
    )
    scene.memory = scene.memory.model_copy(update={"draft": None, "question": "", "slug": None, "candidates": ()})
    if decision.wants_person:
        await note_event(scene.session, scene.now, scene.ticket, EventKind.WANTS_PERSON, CUSTOMER)
    waits = await _wait_words(scene, scene.ticket) if decision.wants_person else ""
    return _told_opened(scene, scene.ticket, await reply_hours(scene.session, scene.ticket, scene.locale), waits)


def _facts(memory: Memory, draft: Draft) -> dict[str, str]:
    """What staff should know; where somebody came from says what they have in front of them."""
    facts = {name: value for name, value in draft.facts.items() if name != "problem"}
    return {**facts, "scene": memory.scene} if memory.scene else facts


def _learn(contact: Contact, facts: dict[str, str]) -> None:
    """What the person told us about themselves goes to the person, not only to the ticket."""
    contact.tax_id = facts.get("tax_id") or contact.tax_id
    contact.region = facts.get("region") or contact.region
    address = facts.get("phone", "")
    if "@" in address:
        contact.email = address
    elif address:
        contact.phone = address


def _told_opened(scene: Scene, ticket: Ticket, hours: str, wait: str) -> Speech:
    opened = scene.tell(
        "say.opened",
        number=ticket.number,
        code=ticket.lookup_code,
        stage=scene.tell(f"stage.{ticket.stage}"),
        due=scene.moment(ticket.first_reply_due),
    )
    counted = scene.tell("say.opened_hours", hours=hours) if hours else ""
    return Speech("\n".join(filter(None, (opened, counted, wait))), (), (_tracking(scene, ticket),))


def _tracking(scene: Scene, ticket: Ticket) -> Reference:
    return Reference(scene.tell("say.track", number=ticket.number), f"/t/{ticket.token}?lang={scene.locale}")


async def _wait_words(scene: Scene, ticket: Ticket) -> str:
    wait = await expected_wait(scene.session, scene.now, ticket)
    ahead = scene.tell("say.place", ahead=wait.place - 1) if wait.place > 1 else scene.tell("say.place_first")
    latest = show_duration(max(60, wait.promised_s), scene.locale)
    if wait.opens_at is not None:
        return ahead + scene.tell("say.wait_closed", opens=scene.moment(wait.opens_at))
    if wait.seconds is None:
        return ahead + scene.tell("say.wait_promised", wait=latest)
    return ahead + scene.tell("say.wait_recent", wait=show_duration(wait.seconds, scene.locale))


async def _call_person(scene: Scene, _: decisions.CallPerson) -> Speech:
    ticket = _ticket(scene)
    await _add_facts(scene, ticket)
    await customer_wrote(scene.session, scene.now, ticket, wants_person=True)
    await note_event(scene.session, scene.now, ticket, EventKind.WANTS_PERSON, CUSTOMER)
    text = scene.tell("say.called", number=ticket.number) + await _wait_words(scene, ticket)
    return Speech(text, (), (_tracking(scene, ticket),))


def _ticket(scene: Scene) -> Ticket:
    if scene.ticket is None:
        msg = "this decision is made only when there is a ticket"
        raise LookupError(msg)
    return scene.ticket


async def _add(scene: Scene, decision: decisions.AddToTicket) -> Speech:
    if scene.ticket is None:
        return Speech("")
    await _add_facts(scene, scene.ticket)
    await customer_is_back(scene.session, scene.now, scene.ticket)
    await customer_wrote(scene.session, scene.now, scene.ticket)
    await note_event(scene.session, scene.now, scene.ticket, EventKind.CUSTOMER_WROTE, CUSTOMER)
    return Speech(scene.tell("say.added", number=scene.ticket.number) if decision.acknowledge else "")


async def _add_facts(scene: Scene, ticket: Ticket) -> None:
    """What a playbook has found out meanwhile."""
    if scene.memory.step is not Step.WALK and (facts := await take_walk(scene)):
        ticket.facts = {**ticket.facts, **facts}
        scene.session.add(ticket)


async def _status(scene: Scene, decision: decisions.ShowStatus) -> Speech:
    if decision.number and (scene.ticket is None or scene.ticket.number != decision.number):
        return await _status_by_number(scene, decision.number)
    # What is still open may have been opened from another address of the person.
    own = scene.ticket if scene.ticket and scene.ticket.stage in OPEN_STAGES else None
    ticket = own or await latest_ticket_of(scene.session, scene.contact.id)
    return _status_of(scene, ticket) if ticket else Speech(scene.tell("say.status_none"))


async def _status_by_number(scene: Scene, number: str) -> Speech:
    """Only the person's own; whether another number exists at all is nobody's business here."""
    ticket = await find_by_number(scene.session, number)
    if ticket is not None and ticket.contact_id == scene.contact.id:
        return _status_of(scene, await survivor(scene.session, ticket))
    page = Reference(scene.tell("say.track_page"), f"/track?lang={scene.locale}")
    return Speech(scene.tell("say.status_foreign"), (), (page,))


def _status_of(scene: Scene, ticket: Ticket) -> Speech:
    return Speech(" ".join(_status_lines(scene, ticket)), (), (_tracking(scene, ticket),))


def _status_lines(scene: Scene, ticket: Ticket) -> list[str]:
    lines = [scene.tell("say.status", number=ticket.number, stage=scene.tell(f"stage.{ticket.stage}"))]
    if ticket.promise_at:
        lines.append(scene.tell("say.status_promise", by=scene.moment(ticket.promise_at)))
    elif ticket.next_update_at:
        lines.append(scene.tell("say.status_next", by=scene.moment(ticket.next_update_at)))
    return lines


async def _confirm(scene: Scene, _: decisions.Confirm) -> Speech:
    ticket = _ticket(scene)
    await confirm(scene.session, scene.now, ticket, actor=CUSTOMER, rhythm=scene.rhythm)
    return Speech(scene.tell("say.confirmed", number=ticket.number))


async def _add_reason(scene: Scene, decision: decisions.AddReason) -> Speech:
    ticket = _ticket(scene)
    await give_reason(scene.session, ticket, decision.reason)
    return Speech(scene.tell("say.reason_added"))


async def _rate(scene: Scene, decision: decisions.Rate) -> Speech:
    ticket = await _surveyed(scene, decision.ticket_id)
    if ticket is None:
        scene.memory = scene.memory.at(None)
        return Speech(scene.tell("say.too_late"))
    await rate(scene.session, scene.now, ticket, score=decision.score)
    offered = () if scene.slow else speech.replies(scene.locale, "skip")
    return Speech(scene.tell("say.rated", score=decision.score), offered)


async def _keep_comment(scene: Scene, decision: decisions.KeepComment) -> Speech:
    ticket = await _surveyed(scene, scene.memory.ticket_id)
    if ticket is not None:
        await comment(scene.session, ticket, text=decision.text)
    return Speech(scene.tell("say.comment_kept"))


async def _surveyed(scene: Scene, ticket_id: int | None) -> Ticket | None:
    """The ticket a survey was asked about, if it is the person's own; not always the newest any more."""
    ticket = await find_ticket(scene.session, ticket_id) if ticket_id is not None else None
    if ticket is None or ticket.contact_id != scene.contact.id or not await survey_of(scene.session, ticket.id):
        return None
    return ticket


_EFFECTS: dict[type, Callable[[Scene, Any], Awaitable[Speech]]] = {
    decisions.Greet: _greet,
    decisions.Answer: _answer,
    decisions.Clarify: _clarify,
    decisions.Abstain: _abstain,
    decisions.AskFact: _ask_fact,
    decisions.Explain: _explain,
    decisions.Say: _say,
    decisions.MarkHelped: _mark_helped,
    decisions.OpenTicket: _open,
    decisions.CallPerson: _call_person,
    decisions.AddToTicket: _add,
    decisions.ShowStatus: _status,
    decisions.Confirm: _confirm,
    decisions.AddReason: _add_reason,
    decisions.Rate: _rate,
    decisions.KeepComment: _keep_comment,
    **DIAGNOSED,
    **LINKING,
    **SOLVED,
}
