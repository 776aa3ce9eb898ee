"""One turn of a dialogue: everything a person has sent since the last answer, understood, decided, answered."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile

from sqlmodel import select

from bot.dialogue.complaints import marks_of
from bot.dialogue.decide import decide, needs_search
from bot.dialogue.decisions import Answer
from bot.dialogue.effects import carry_out
from bot.dialogue.intents import Expecting
from bot.dialogue.memory import Memory, Step
from bot.dialogue.presses import Action, parse_press
from bot.dialogue.scene import Scene
from bot.dialogue.situation import Glimpse, Situation, Turn
from bot.dialogue.speech import Speech, merged
from bot.dialogue.understand import Understanding, understand
from bot.dialogue.wishes import Wish, WishKind, wishes_of
from bot.voice import Topic, message_of, say
from channels import inbox
from channels.models import InboundMessage
from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import LOCALES, Locale, translate
from kit.log import bind_correlation, log
from kit.outbox import ClaimedJob
from kit.outbox.runner import Postponed
from knowledge.answers import log_answer
from knowledge.library import Library
from knowledge.playbooks.plans import Plan
from knowledge.playbooks.shelf import PlaybookShelf
from knowledge.playbooks.walking import Walk
from knowledge.search.index import Result
from tickets.contacts.service import Sender
from tickets.conversations.models import Author, Conversation, Message, Owner
from tickets.conversations.service import NewMessage, conversation_of, post
from tickets.incidents.noticing import notice
from tickets.linking.codes import prove
from tickets.linking.proofs import Proof
from tickets.models import Ticket
from tickets.repository import find_by_number, find_ticket, latest_ticket, survivor
from tickets.rhythm import rhythm_of
from tickets.stages import OPEN_STAGES, Stage

#: Asks whether the person at an address is typing at a moment.
IsTyping = Callable[[AsyncSession, datetime, str], Awaitable[bool]]
#: Sees to it that this is said a little later: the scene, the plain words, and the article they are from.
PutOff = Callable[[Scene, Speech, str], Awaitable[None]]
#: How soon to look again at somebody who is typing.
_TYPING_PAUSE = timedelta(seconds=1)

_EXPECTING = {
    Step.SOLVED: Expecting.SOLVED,
    Step.FIXED: Expecting.FIXED,
    Step.OFFER: Expecting.OFFER,
    Step.FACT: Expecting.FACT,
    Step.REOPEN_REASON: Expecting.FACT,
    Step.RATING: Expecting.RATING,
    Step.COMMENT: Expecting.FACT,
    Step.LINK: Expecting.OFFER,
    Step.UNLINK: Expecting.OFFER,
    Step.WALK: Expecting.SOLVED,
    Step.WALK_OFFER: Expecting.OFFER,
}
#: What platforms may ask for without words; each has a text ``command.<name>``.
_COMMANDS = {WishKind.START, WishKind.STATUS, WishKind.HUMAN, WishKind.LANG, WishKind.LINK}
#: Wishes that show a code.
_CODES = {WishKind.CODE, WishKind.BARE_CODE}


@dataclass(frozen=True)
class Dialogue:
    """Handles ``message.received`` in the transaction that finishes the job."""

    ground: Ground
    library: Library
    #: Per channel that knows it: whether the person is typing right now.
    typing: Mapping[str, IsTyping] = field(default_factory=dict)
    #: Seconds, per channel where the settings' burst window does not suit.
    settle: Mapping[str, float] = field(default_factory=dict)
    #: Channels on which hours pass between two messages.
    slow: frozenset[str] = frozenset()
    #: Takes over what is to be said where it may be worded otherwise.
    put_off: PutOff | None = None
    playbooks: PlaybookShelf = field(default_factory=PlaybookShelf)

    async def handle(self, session: AsyncSession, job: ClaimedJob) -> None:
        """Answer what the thread has sent; nothing left means an earlier turn had it already."""
        waiting = await inbox.unhandled(session, job.payload["thread"])
        if not waiting:
            return
        # Two letters are two matters; a typed burst is one.
        messages = waiting[:1] if waiting[0].channel in self.slow else of_one_kind(waiting)
        await self._wait_for_more(session, messages)
        bind_correlation(messages[-1].correlation)
        if messages[-1].automatic:
            await self._file(session, messages)
        else:
            await self._play(session, messages)

    async def _file(self, session: AsyncSession, messages: list[InboundMessage]) -> None:
        """Keep what a machine wrote, for staff: on the matter it is about, and with no answer."""
        now, newest = self.ground.clock.now(), messages[-1]
        conversation, _ = await conversation_of(session, now, _sender(newest))
        memory = Memory.model_validate(conversation.memory)
        ticket = await self._ticket_meant(session, conversation, memory, newest)
        await self._keep(session, conversation, ticket, messages, _understood(messages, memory, conversation))
        await inbox.mark_handled(session, now, messages)

    async def foresee(self, jobs: Sequence[ClaimedJob]) -> None:
        """Several turns are at hand: what they will look for is encoded together."""
        threads = [job.payload["thread"] for job in jobs if job.kind == inbox.MESSAGE_RECEIVED]
        if len(threads) > 1:
            async with self.ground.db.reading() as session:
                texts = await inbox.waiting_texts(session, threads)
            self.library.foresee(texts)

    async def _wait_for_more(self, session: AsyncSession, messages: list[InboundMessage]) -> None:
        """People type one thought in several lines; a pressed button or a command is complete by itself."""
        newest, settings = messages[-1], self.ground.settings
        if newest.button or newest.command:
            return
        now = self.ground.clock.now()
        cap = messages[0].received_at + timedelta(seconds=settings.burst_cap_s)
        settle_s = self.settle.get(newest.channel, settings.burst_window_s)
        quiet = newest.received_at + timedelta(seconds=settle_s)
        if now >= quiet:
            quiet = now + _TYPING_PAUSE if await self._is_typing(session, newest) else quiet
        if now < min(quiet, cap):
            raise Postponed(min(quiet, cap))

    async def _is_typing(self, session: AsyncSession, message: InboundMessage) -> bool:
        probe = self.typing.get(message.channel)
        return probe is not None and await probe(session, self.ground.clock.now(), message.address)

    async def _play(self, session: AsyncSession, messages: list[InboundMessage]) -> None:
        now, newest = self.ground.clock.now(), messages[-1]
        conversation, contact = await conversation_of(session, now, _sender(newest))
        kept = Memory.model_validate(conversation.memory)
        # Who only says to be the person gets no further than somebody who writes for the first time.
        memory = kept if newest.proven else Memory(locale=kept.locale)
        said = _understood(messages, memory, conversation)
        ticket = await self._ticket_meant(session, conversation, memory, newest)
        memory = about(memory, ticket, newest)
        known_locale, conversation.locale = conversation.locale, said.locale
        kept_as = await self._keep(session, conversation, ticket, messages, said)
        situation = await self._situation(session, conversation, messages, said=said, memory=memory, ticket=ticket)
        turn = decide(situation)
        scene = Scene(
            session=session,
            now=now,
            settings=self.ground.settings,
            rhythm=rhythm_of(self.ground.settings),
            library=self.library,
            conversation=conversation,
            contact=contact,
            locale=said.locale,
            said=said,
            memory=turn.memory,
            keeps=None if newest.proven or kept == Memory() else kept,
            ticket=ticket,
            slow=newest.channel in self.slow,
            plan=situation.plan,
        )
        speech = merged([await carry_out(scene, decision) for decision in turn.decisions])
        # What has changed in the conversation is written once, when the job is finished.
        with session.no_autoflush:
            await self._log_search(session, conversation, situation)
            if (marks := marks_of(said, situation.found, self.library)) is not None:
                await notice(session, now, conversation, message_id=kept_as, marks=marks)
            await self._speak(scene, turn, speech)
            if scene.keeps is not None:
                # Answered in its language; what the person hears of other matters stays in the person's.
                conversation.locale = known_locale
            await inbox.mark_handled(session, now, messages)

    async def _situation(
        self,
        session: AsyncSession,
        conversation: Conversation,
        messages: list[InboundMessage],
        *,
        said: Understanding,
        memory: Memory,
        ticket: Ticket | None,
    ) -> Situation:
        """Everything a decision may depend on."""
        newest = messages[-1]
        press = parse_press(newest.button)
        # The words of a pressed button are its label; what it means is its id.
        typed = said.text if press is None else ""
        wishes = wishes_of([(message.command or "", message.argument) for message in messages], typed)
        return await self._with_search(
            Situation(
                memory=memory,
                said=said,
                press=press,
                has_files=any(message.attachments for message in messages),
                files_lost=not any(file.get("id") for message in messages for file in message.attachments),
                wishes=wishes,
                proof=await self._proof(session, conversation, wishes),
                silent=conversation.owner == Owner.STAFF and newest.proven,
                slow=newest.channel in self.slow,
                ticket=_glimpse(ticket),
                components=self.library.components,
                plans=await self.playbooks.plans(session, self.ground.clock.now()),
                plan=await self._plan(session, memory.walk),
            )
        )

    async def _plan(self, session: AsyncSession, walk: Walk | None) -> Plan | None:
        """The playbook of a walk under way, as it was when that began."""
        return None if walk is None else await self.playbooks.begun_with(session, walk.key, walk.digest)

    async def _proof(self, session: AsyncSession, conversation: Conversation, wishes: Sequence[Wish]) -> Proof | None:
        """How a code that was shown stands; looked up before anything is decided, as everything is."""
        code = next((wish.argument for wish in wishes if wish.kind in _CODES), None)
        if code is None:
            return None
        secret = self.ground.settings.secret_key()
        return await prove(session, self.ground.clock.now(), conversation, code, secret=secret)

    async def _keep(
        self,
        session: AsyncSession,
        conversation: Conversation,
        ticket: Ticket | None,
        messages: list[InboundMessage],
        said: Understanding,
    ) -> int:
        """The number of the newest of them."""
        kept = 0
        open_ticket = ticket if ticket and ticket.stage in OPEN_STAGES else None
        with session.no_autoflush:
            for message in messages:
                new = NewMessage(
                    author=Author.CUSTOMER,
                    text=message.text or _named(message, said.locale),
                    attachments=message.attachments,
                    ticket_id=open_ticket.id if open_ticket else None,
                    intent=said.intent,
                    platform_id=message.platform_id,
                    marks=_marks(message),
                    original=message.original,
                )
                kept = (await post(session, message.received_at, conversation, new)).id
        return kept

    async def _with_search(self, situation: Situation) -> Situation:
        if not needs_search(situation):
            return situation
        said = situation.said
        await self.library.prepare(said.text)
        return replace(situation, found=self.library.search(said.text, said.locale))

    async def _log_search(self, session: AsyncSession, conversation: Conversation, situation: Situation) -> None:
        found = situation.found
        if found is None:
            return
        await log_answer(
            session,
            self.ground.clock.now(),
            reference=conversation.thread,
            locale=situation.said.locale,
            question=situation.said.text,
            outcome=found.outcome,
            slug=_first(found),
            confidence=found.confidence,
            candidates=[{"slug": hit.article, "score": round(hit.score, 3)} for hit in found.hits],
        )

    @staticmethod
    async def _ticket_meant(
        session: AsyncSession, conversation: Conversation, memory: Memory, newest: InboundMessage
    ) -> Ticket | None:
        """The ticket a button, the message or the last question names, else the newest; only the person's own."""
        if not newest.proven:
            return None
        press = parse_press(newest.button)
        named = press.number(0) if press and press.action in {Action.WORKS, Action.BROKEN} else None
        if press is None and memory.step in {Step.FIXED, Step.REOPEN_REASON}:
            named = memory.ticket_id
        ticket = await _ticket_named(session, newest)
        if ticket is None and named is not None:
            ticket = await find_ticket(session, named)
        if ticket is not None and ticket.contact_id == conversation.contact_id:
            return await survivor(session, ticket)
        return await latest_ticket(session, conversation.id)

    async def _speak(self, scene: Scene, turn: Turn, speech: Speech) -> None:
        scene.conversation.memory = (scene.keeps or scene.memory).model_dump(mode="json", exclude_defaults=True)
        scene.session.add(scene.conversation)
        kinds = [type(decision).__name__ for decision in turn.decisions]
        log.info("turn", thread=scene.conversation.thread, intent=scene.said.intent, decisions=kinds)
        answers = [decision.slug for decision in turn.decisions if isinstance(decision, Answer)]
        if self.put_off is not None and len(answers) == 1:
            await self.put_off(scene, speech, answers[0])
        elif speech.text:
            await say(
                scene.session,
                scene.now,
                scene.conversation,
                speech,
                base_url=self.ground.settings.base_url,
                about=Topic(ticket=scene.ticket),
            )


def of_one_kind(messages: Sequence[InboundMessage]) -> list[InboundMessage]:
    """Those at the front that one turn may take together; each has a job, so the others have their turn."""
    front = takewhile(lambda message: _kind(message) == _kind(messages[0]), messages)
    return list(front)


def _kind(message: InboundMessage) -> tuple[bool, bool, str, str]:
    return message.proven, message.automatic, message.answers, message.number


def _marks(message: InboundMessage) -> list[str]:
    marks = {"unproven": not message.proven, "automatic": message.automatic}
    return [name for name, holds in marks.items() if holds]


def about(memory: Memory, ticket: Ticket | None, newest: InboundMessage) -> Memory:
    """What was being asked is not what this answers, if it names another matter."""
    names_one = bool(newest.answers or newest.number)
    if names_one and ticket is not None and memory.ticket_id not in {None, ticket.id}:
        return memory.at(None)
    return memory


async def _ticket_named(session: AsyncSession, newest: InboundMessage) -> Ticket | None:
    """The ticket of the message this answers, else the one whose number it says."""
    _, message_id = message_of(newest.answers)
    if message_id:
        answered = select(Message.ticket_id).where(Message.id == message_id)
        ticket_id = (await session.exec(answered)).first()
        if ticket_id is not None:
            return await find_ticket(session, ticket_id)
    return await find_by_number(session, newest.number) if newest.number else None


def _sender(message: InboundMessage) -> Sender:
    return Sender(
        channel=message.channel,
        account=message.account,
        address=message.address,
        thread=message.thread,
        name=message.sender_name,
        locale=_locale(message.locale),
    )


def _locale(name: str | None) -> Locale:
    return next((locale for locale in LOCALES if locale == name), "zh")


def _understood(messages: list[InboundMessage], memory: Memory, conversation: Conversation) -> Understanding:
    text = "\n".join(message.text for message in messages if message.text)
    expecting = _EXPECTING.get(memory.step) if memory.step else None
    fallback = memory.locale or messages[-1].locale or conversation.locale
    return understand(text, expecting=expecting, fallback_locale=_locale(fallback))


def _named(message: InboundMessage, locale: Locale) -> str:
    """What staff read of a command, which has no words."""
    command = message.command if message.command in _COMMANDS else None
    return translate(f"command.{command}", locale) if command else ""


def _glimpse(ticket: Ticket | None) -> Glimpse | None:
    if ticket is None:
        return None
    facts = {name: value for name, value in (ticket.facts or {}).items() if isinstance(value, str)}
    return Glimpse(ticket.id, ticket.stage in OPEN_STAGES, ticket.stage == Stage.CONFIRMING, facts)


def _first(found: Result) -> str | None:
    return found.hits[0].article if found.hits else None
