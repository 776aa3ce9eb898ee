"""What the desk did becomes news for the person: each handler runs in the transaction that finishes its job."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from bot.dialogue.memory import Step
from bot.dialogue.presses import Action, press_id
from bot.dialogue.speech import Reference, Reply, Speech, replies
from bot.elsewhere import preferred_talk
from bot.voice import deliver, expect, say
from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import Locale, show_moment, translate
from kit.outbox import ClaimedJob
from tickets.actors import SYSTEM
from tickets.conversations.models import Author, Conversation, Message
from tickets.conversations.service import get_conversation
from tickets.events import DeskEvent
from tickets.followups.models import FollowUpKind
from tickets.followups.service import schedule
from tickets.models import EventKind, Ticket
from tickets.repository import change, get_ticket, note_event
from tickets.resolving import confirm
from tickets.rhythm import rhythm_of
from tickets.stages import OWED_STAGES, Stage
from tickets.surveys.service import may_ask


@dataclass
class Matter:
    """One piece of news: about which ticket, in which conversation, in which language.

    ``heard_in`` is the talk where the person wants to hear it, mostly the same.
    """

    session: AsyncSession
    ground: Ground
    now: datetime
    ticket: Ticket
    conversation: Conversation
    heard_in: Conversation
    job: ClaimedJob

    @property
    def locale(self) -> Locale:
        return "en" if self.heard_in.locale == "en" else "zh"

    def tell(self, key: str, **values: object) -> str:
        return translate(key, self.locale, number=self.ticket.number, **values)

    def moment(self, at: datetime) -> str:
        return show_moment(at, self.locale, self.ground.settings.time_zone)

    async def announce(self, text: str, *, buttons: tuple[Reply, ...] = (), link: bool = False) -> None:
        """Say it as the desk; ``link`` adds the tracking page, which is tiring under every message."""
        label = translate("say.track", self.locale, number=self.ticket.number)
        page = Reference(label, f"/t/{self.ticket.token}?lang={self.locale}")
        await say(
            self.session,
            self.now,
            self.conversation,
            Speech(text, buttons, (page,) if link else ()),
            base_url=self.ground.settings.base_url,
            author=Author.SYSTEM,
            ticket_id=self.ticket.id,
            to=self.heard_in,
        )

    def expect(self, step: Step) -> None:
        """The next plain answer is about this, unless something more important is being asked."""
        expect(self.heard_in, step, self.ticket.id)
        self.session.add(self.heard_in)


@dataclass(frozen=True)
class News:
    """Handles every event of the desk."""

    ground: Ground

    async def handle(self, session: AsyncSession, job: ClaimedJob) -> None:
        """Load what the event is about and react."""
        ticket = await get_ticket(session, job.payload["ticket_id"])
        conversation = await get_conversation(session, ticket.conversation_id)
        heard_in = await preferred_talk(session, conversation)
        matter = Matter(session, self.ground, self.ground.clock.now(), ticket, conversation, heard_in, job)
        reaction = _REACTIONS[DeskEvent(job.kind)]
        await reaction(matter)


async def _replied(matter: Matter) -> None:
    query = select(Message).where(Message.id == matter.job.payload["message_id"])
    message = (await matter.session.exec(query)).one()
    await deliver(matter.session, matter.now, matter.conversation, message)


async def _stage_changed(matter: Matter) -> None:
    stage = Stage(matter.job.payload["stage"])
    await matter.announce(matter.tell(f"news.stage.{stage}"))


async def _promised(matter: Matter) -> None:
    by = datetime.fromisoformat(matter.job.payload["by"])
    await matter.announce(matter.tell("news.promised", by=matter.moment(by)))


async def _resolved(matter: Matter) -> None:
    await matter.announce(matter.tell("news.resolved", solution=matter.ticket.solution), link=True)


async def _follow_up(matter: Matter) -> None:
    await _FOLLOW_UPS[FollowUpKind(matter.job.payload["follow_up"])](matter)


async def _progress(matter: Matter) -> None:
    """Nothing changed, and that is said too; then again after the same interval."""
    ticket = matter.ticket
    if ticket.stage not in OWED_STAGES:
        return
    due = matter.now + rhythm_of(matter.ground.settings).progress_every
    by = ticket.promise_at if ticket.promise_at and matter.now < ticket.promise_at < due else due
    nearest = matter.tell("news.progress_next", by=matter.moment(by))
    await matter.announce(matter.tell("news.progress", next=nearest))
    await change(matter.session, matter.now, ticket, next_update_at=due)
    await note_event(matter.session, matter.now, ticket, EventKind.PROGRESS_SENT, SYSTEM, public=True)
    await schedule(matter.session, ticket, matter.conversation.thread, FollowUpKind.PROGRESS, due)


def _alarm(reason: str) -> Callable[[Matter], Awaitable[None]]:
    async def alarm(matter: Matter) -> None:
        """The desk's own clock ran out: said in the queue, not to the customer."""
        if matter.ticket.stage not in OWED_STAGES and matter.ticket.stage != Stage.WAITING:
            return
        await change(matter.session, matter.now, matter.ticket, alarm=reason)
        await note_event(matter.session, matter.now, matter.ticket, EventKind.ALARM, SYSTEM, reason=reason)

    return alarm


async def _fixed_check(matter: Matter) -> None:
    if matter.ticket.stage != Stage.CONFIRMING:
        return
    answers = tuple(
        Reply(press_id(action, matter.ticket.id), translate(f"button.{action}", matter.locale))
        for action in (Action.WORKS, Action.BROKEN)
    )
    await matter.announce(matter.tell("news.fixed?"), buttons=answers)
    matter.expect(Step.FIXED)


async def _confirm_timeout(matter: Matter) -> None:
    if matter.ticket.stage != Stage.CONFIRMING:
        return
    await confirm(matter.session, matter.now, matter.ticket, actor=SYSTEM, rhythm=rhythm_of(matter.ground.settings))
    await matter.announce(matter.tell("news.closed_unanswered"))


async def _survey(matter: Matter) -> None:
    rhythm = rhythm_of(matter.ground.settings)
    if matter.ticket.stage != Stage.SOLVED or not await may_ask(matter.session, matter.now, matter.ticket, rhythm):
        return
    scores = tuple(
        Reply(press_id(Action.RATE, score, matter.ticket.id), translate(f"news.score.{score}", matter.locale))
        for score in range(1, 6)
    )
    matter.expect(Step.RATING)
    await matter.announce(matter.tell("news.survey"), buttons=scores + replies(matter.locale, "skip"))


_REACTIONS: dict[DeskEvent, Callable[[Matter], Awaitable[None]]] = {
    DeskEvent.REPLIED: _replied,
    DeskEvent.STAGE_CHANGED: _stage_changed,
    DeskEvent.PROMISED: _promised,
    DeskEvent.RESOLVED: _resolved,
    DeskEvent.FOLLOW_UP_DUE: _follow_up,
}
_FOLLOW_UPS: dict[FollowUpKind, Callable[[Matter], Awaitable[None]]] = {
    FollowUpKind.PROGRESS: _progress,
    FollowUpKind.PROMISE_LAPSED: _alarm("promise_lapsed"),
    FollowUpKind.FIRST_REPLY_LATE: _alarm("first_reply_late"),
    FollowUpKind.RESOLUTION_LATE: _alarm("resolution_late"),
    FollowUpKind.FIXED_CHECK: _fixed_check,
    FollowUpKind.CONFIRM_TIMEOUT: _confirm_timeout,
    FollowUpKind.SURVEY: _survey,
}
