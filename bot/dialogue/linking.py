"""Carry out what concerns the person's addresses and language: join, part, prefer, speak."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlmodel import col, select

from bot.dialogue import decisions
from bot.dialogue.memory import Step
from bot.dialogue.presses import Action, press_id
from bot.dialogue.scene import Scene
from bot.dialogue.speech import Reply, Speech
from bot.dialogue.wishes import CHANNEL_WORDS
from bot.voice import say
from kit.i18n import Locale, translate
from kit.masking import mask_address
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.conversations.service import get_conversation
from tickets.linking.codes import LASTS, issue_code
from tickets.linking.models import ContactLink
from tickets.linking.service import (
    Outcome,
    accept_link,
    decline_link,
    find_link,
    offer_link,
    other_side,
    undo_own_link,
    undoable_link,
)
from tickets.timeline import spoken


async def _set_language(scene: Scene, decision: decisions.SetLanguage) -> Speech:
    if decision.locale is None:
        choices = tuple(
            Reply(press_id(Action.LANG, language), translate(f"button.lang.{language}", scene.locale))
            for language in ("zh", "en")
        )
        return Speech(scene.tell("say.which_language"), choices)
    scene.locale = scene.conversation.locale = scene.contact.locale = decision.locale
    scene.session.add(scene.contact)
    return Speech(scene.tell("say.language_set"))


async def _give_code(scene: Scene, _: decisions.GiveCode) -> Speech:
    code = await issue_code(scene.session, scene.now, scene.conversation, secret=scene.settings.secret_key())
    return Speech(scene.tell("say.link_code", code=code, minutes=LASTS.seconds // 60))


async def _offer(scene: Scene, decision: decisions.OfferLink) -> Speech:
    link = await offer_link(scene.session, scene.now, scene.conversation, decision.proof)
    if link is None:
        return Speech(scene.tell("say.link_wrong"))
    other = await other_side(scene.session, link.given_in)
    scene.memory = scene.memory.model_copy(update={"step": Step.LINK, "link_id": link.id})
    whom = _whom(scene, other.channel, other.address)
    text = scene.tell("say.link?", whom=whom, tickets=other.tickets)
    return Speech(text, _yes_or_no(scene, Action.LINK, link))


def _whom(scene: Scene, channel: str, address: str) -> str:
    return scene.tell("say.whom", channel=spoken("console.channel", channel, scene.locale), at=mask_address(address))


def _yes_or_no(scene: Scene, action: Action, link: ContactLink) -> tuple[Reply, ...]:
    yes = Reply(press_id(action, link.id), scene.tell(f"button.{action}"))
    return (yes, Reply(press_id(Action.NO), scene.tell("button.leave_it")))


async def _accept(scene: Scene, decision: decisions.AcceptLink) -> Speech:
    outcome = await accept_link(scene.session, scene.now, scene.conversation, decision.link_id or 0)
    if outcome is Outcome.LINKED:
        await _meet_contact_again(scene)
        await _tell_other_side(scene, decision.link_id or 0)
    return Speech(scene.tell(f"say.link_{outcome}"))


async def _tell_other_side(scene: Scene, link_id: int) -> None:
    """Whoever gave the code away unknowingly has to hear of it there, and of nothing else than there."""
    other = await get_conversation(scene.session, (await find_link(scene.session, link_id)).given_in)
    locale: Locale = "en" if other.locale == "en" else "zh"
    channel = spoken("console.channel", scene.conversation.channel, locale)
    whom = translate("say.whom", locale, channel=channel, at=mask_address(scene.conversation.address))
    text = translate("say.link_told", locale, whom=whom)
    await say(scene.session, scene.now, other, Speech(text), base_url=scene.settings.base_url)


async def _meet_contact_again(scene: Scene) -> None:
    """The conversation belongs to another contact now."""
    owner = select(Contact).where(Contact.id == scene.conversation.contact_id)
    scene.contact = (await scene.session.exec(owner)).one()


async def _decline(scene: Scene, decision: decisions.DeclineLink) -> Speech:
    await decline_link(scene.session, scene.conversation, decision.link_id or 0)
    return Speech(scene.tell("say.link_declined"))


async def _offer_unlink(scene: Scene, _: decisions.OfferUnlink) -> Speech:
    link = await undoable_link(scene.session, scene.now, scene.contact.id)
    if link is None:
        return Speech(scene.tell("say.unlink_none"))
    scene.memory = scene.memory.model_copy(update={"step": Step.UNLINK, "link_id": link.id})
    ends = [await other_side(scene.session, end) for end in (link.shown_in, link.given_in)]
    one, other = (_whom(scene, end.channel, end.address) for end in ends)
    return Speech(scene.tell("say.unlink?", one=one, other=other), _yes_or_no(scene, Action.UNLINK, link))


async def _unlink(scene: Scene, decision: decisions.Unlink) -> Speech:
    done = await undo_own_link(scene.session, scene.now, scene.contact, decision.link_id or 0)
    if done:
        await _meet_contact_again(scene)
    return Speech(scene.tell("say.unlinked" if done else "say.link_gone"))


async def _prefer(scene: Scene, decision: decisions.Prefer) -> Speech:
    chosen = await _meant(scene, CHANNEL_WORDS[decision.word])
    if chosen is None:
        return Speech(scene.tell("say.prefer_none"))
    scene.contact.preferred_thread = chosen.thread
    scene.session.add(scene.contact)
    return Speech(scene.tell("say.prefer_set", whom=_whom(scene, chosen.channel, chosen.address)))


async def _meant(scene: Scene, channels: tuple[str, ...]) -> Conversation | None:
    """The person's talk on one of the channels, the latest of several; here, when none is named."""
    if not channels or scene.conversation.channel in channels:
        return scene.conversation
    own = select(Conversation).where(
        Conversation.contact_id == scene.contact.id, col(Conversation.channel).in_(channels)
    )
    return (await scene.session.exec(own.order_by(col(Conversation.last_message_at).desc()))).first()


LINKING: dict[type, Callable[[Scene, Any], Awaitable[Speech]]] = {
    decisions.SetLanguage: _set_language,
    decisions.GiveCode: _give_code,
    decisions.OfferLink: _offer,
    decisions.AcceptLink: _accept,
    decisions.DeclineLink: _decline,
    decisions.OfferUnlink: _offer_unlink,
    decisions.Unlink: _unlink,
    decisions.Prefer: _prefer,
}
