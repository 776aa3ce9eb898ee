"""What the desk did becomes news for the person: each handler runs in the transaction that finishes its job."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, or_, select

from bot.calling import call_logged
from bot.dialogue.memory import Step
from bot.dialogue.presses import Action, press_id
from bot.dialogue.speech import Reference, Reply, Speech, replies
from bot.elsewhere import preferred_talk, writable_talk
from bot.quiet import news_wait_until
from bot.voice import Topic, deliver, expect, say
from channels.models import DeliveryState
from channels.port import Channel
from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import Locale, show_moment, translate
from kit.outbox import ClaimedJob
from tickets.actors import SYSTEM
from tickets.contacts.models import Contact
from tickets.conversations.models import Author, Conversation, Message
from tickets.conversations.service import get_conversation
from tickets.events import DeskEvent
from tickets.followups.models import FollowUpKind
from tickets.followups.service import schedule
from tickets.models import EventKind, Ticket
from tickets.repository import change, get_ticket, note_event, survivor
from tickets.resolving import confirm
from tickets.rhythm import rhythm_of
from tickets.sending.holding import let_go
from tickets.sending.snoozing import snooze_is_over
from tickets.sla.firing import clock_is_due
from tickets.sla.hours import reply_hours
from tickets.sla.models import ClockKind
from tickets.sla.service import FOLLOW_UPS
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
    contact: Contact
    job: ClaimedJob
    channels: Mapping[str, Channel]

    @property
    def locale(self) -> Locale:
        return "en" if self.heard_in.locale == "en" else "zh"

    def tell(self, key: str, **values: object) -> str:
        return translate(key, self.locale, number=self.ticket.number, **values)

    def moment(self, at: datetime) -> str:
        return show_moment(at, self.locale, self.ground.settings.time_zone)

    @property
    def quiet_until(self) -> datetime | None:
        """When news may be heard, if not now."""
        return self.waits_until(self.now)

    def waits_until(self, at: datetime) -> datetime | None:
        """When what falls to this moment may be heard, if not then; what does not ring waits only for who wishes so."""
        rings = self.channels[self.heard_in.channel].capabilities.rings
        return news_wait_until(at, own=self.contact.quiet_hours, rings=rings, settings=self.ground.settings)

    def next_after(self, moment: datetime) -> datetime:
        """When the next news are due that may be heard."""
        due = moment + rhythm_of(self.ground.settings).progress_every
        return self.waits_until(due) or due

    async def something_waits(self) -> bool:
        """Whether the person is told something about the ticket that is on its way already."""
        waiting = select(Message.id).where(
            Message.ticket_id == self.ticket.id,
            Message.author == Author.SYSTEM,
            or_(col(Message.delivery).is_(None), Message.delivery == DeliveryState.QUEUED),
        )
        return (await self.session.exec(waiting.limit(1))).first() is not None

    async def hold_back(self, until: datetime) -> None:
        """Staff see that the person is told later, and when."""
        await note_event(self.session, self.now, self.ticket, EventKind.HELD_BACK, SYSTEM, by=until.isoformat())

    async def announce(
        self,
        kind: str,
        text: str,
        *,
        buttons: tuple[Reply, ...] = (),
        link: bool = False,
        by: datetime | None = None,
        optional: bool = False,
    ) -> None:
        """Say it as the desk; ``link`` adds the tracking page, which is tiring under every message."""
        time = self.moment(by) if by else ""
        not_before = self.quiet_until
        if not_before is not None:
            await self.hold_back(not_before)
        label = translate("say.track", self.locale, number=self.ticket.number)
        page = Reference(label, f"/t/{self.ticket.token}?lang={self.locale}")
        await say(
            self.session,
            self.now,
            self.conversation,
            Speech(text, buttons, (page,) if link else ()),
            base_url=self.ground.settings.base_url,
            author=Author.SYSTEM,
            about=Topic(ticket=self.ticket, kind=kind, time=time, optional=optional),
            to=self.heard_in,
            not_before=not_before,
        )

    def expect(self, step: Step) -> None:
        """The next plain answer is about this, unless something more important is being asked."""
        expect(self.heard_in, step, self.ticket.id)
        self.session.add(self.heard_in)


@dataclass(frozen=True)
class News:
    """Handles every event of the desk."""

    ground: Ground
    channels: Mapping[str, Channel]

    async def let_go(self, session: AsyncSession, job: ClaimedJob) -> None:
        """Say a reply that was held for a moment."""
        await let_go(session, self.ground.clock.now(), job.payload["held_id"], rhythm=rhythm_of(self.ground.settings))

    async def handle(self, session: AsyncSession, job: ClaimedJob) -> None:
        """Load what the event is about and react."""
        ticket = await get_ticket(session, job.payload["ticket_id"])
        if ticket.merged_into_id is not None and DeskEvent(job.kind) not in _TOLD_AFTER_A_MERGE:
            # It goes on in another ticket: how this one stands is no news any more.
            return
        conversation = await get_conversation(session, ticket.conversation_id)
        contact = (await session.exec(select(Contact).where(Contact.id == ticket.contact_id))).one()
        heard_in = await preferred_talk(session, conversation, contact, self.channels)
        now = self.ground.clock.now()
        matter = Matter(session, self.ground, now, ticket, conversation, heard_in, contact, job, self.channels)
        reaction = _REACTIONS[DeskEvent(job.kind)]
        await reaction(matter)


async def _replied(matter: Matter) -> None:
    query = select(Message).where(Message.id == matter.job.payload["message_id"])
    message = (await matter.session.exec(query)).one()
    read_in = await writable_talk(matter.session, matter.conversation, matter.contact, matter.channels)
    await deliver(
        matter.session,
        matter.now,
        read_in,
        message,
        base_url=matter.ground.settings.base_url,
        about=Topic(ticket=matter.ticket, kind="replied"),
    )


async def _stage_changed(matter: Matter) -> None:
    stage = Stage(matter.job.payload["stage"])
    able = matter.channels[matter.heard_in.channel].capabilities
    if matter.job.payload.get("beside_reply") and (able.slow or able.templated):
        # The reply says as much, and a letter or a short message more would only be a nuisance.
        return
    await matter.announce("stage", matter.tell(f"news.stage.{stage}"))


async def _promised(matter: Matter) -> None:
    by = datetime.fromisoformat(matter.job.payload["by"])
    await matter.announce("promised", matter.tell("news.promised", by=matter.moment(by)), by=by)


async def _resolved(matter: Matter) -> None:
    await matter.announce("resolved", matter.tell("news.resolved", solution=matter.ticket.solution), link=True)


async def _logged(matter: Matter) -> None:
    """Whoever called hears the number and when to expect news; what is added to a ticket is no news to them."""
    payload, ticket = matter.job.payload, matter.ticket
    if payload["call_id"] is not None:
        await call_logged(matter.session, matter.now, payload["call_id"])
    if payload["told"]:
        due = (ticket.next_update_at if ticket.first_replied_at else None) or ticket.first_reply_due
        if (morning := matter.quiet_until) is not None and due <= morning:
            # Heard in the morning, a moment of the night would be over.
            due = matter.next_after(morning)
        text = matter.tell("news.opened", by=matter.moment(due))
        if due == ticket.first_reply_due and (hours := await reply_hours(matter.session, ticket, matter.locale)):
            text += matter.tell("news.opened_hours", hours=hours)
        await matter.announce("opened", text, link=True, by=due)


async def _merged(matter: Matter) -> None:
    into = await survivor(matter.session, matter.ticket)
    await matter.announce("progress", matter.tell("news.merged", into=into.number), link=True)


async def _unmerged(matter: Matter) -> None:
    into = await get_ticket(matter.session, matter.job.payload["into"])
    await matter.announce("progress", matter.tell("news.unmerged", into=into.number), link=True)


async def _split(matter: Matter) -> None:
    await matter.announce("opened", matter.tell("news.split"), link=True)


async def _snooze_over(matter: Matter) -> None:
    """The desk's own affair."""
    await snooze_is_over(matter.session, matter.now, matter.ticket)


async def _follow_up(matter: Matter) -> None:
    await _FOLLOW_UPS[FollowUpKind(matter.job.payload["follow_up"])](matter)


async def _progress(matter: Matter) -> None:
    """Nothing changed, and that is said too; then again after the same interval."""
    ticket = matter.ticket
    if ticket.stage not in OWED_STAGES:
        return
    if (morning := matter.quiet_until) is not None:
        await _progress_by_day(matter, morning)
        return
    due = matter.next_after(matter.now)
    by = ticket.promise_at if ticket.promise_at and matter.now < ticket.promise_at < due else due
    nearest = matter.tell("news.progress_next", by=matter.moment(by))
    await matter.announce("progress", matter.tell("news.progress", next=nearest), by=by)
    await change(matter.session, matter.now, ticket, next_update_at=due)
    await note_event(matter.session, matter.now, ticket, EventKind.PROGRESS_SENT, SYSTEM, public=True)
    await schedule(matter.session, ticket, matter.conversation.thread, FollowUpKind.PROGRESS, due)


async def _progress_by_day(matter: Matter, morning: datetime) -> None:
    """One word in the morning, and not one for every interval of the night; what waits already is that word."""
    due, ticket = morning, matter.ticket
    if await matter.something_waits():
        due = matter.next_after(morning)
    else:
        await matter.hold_back(morning)
    await change(matter.session, matter.now, ticket, next_update_at=due)
    await schedule(matter.session, ticket, matter.conversation.thread, FollowUpKind.PROGRESS, due)


def _alarm(reason: str) -> Callable[[Matter], Awaitable[None]]:
    async def alarm(matter: Matter) -> None:
        """The desk's own clock ran out: said in the queue, not to the customer."""
        if matter.ticket.stage not in OWED_STAGES and matter.ticket.stage != Stage.WAITING:
            return
        await change(matter.session, matter.now, matter.ticket, alarm=reason)
        await note_event(matter.session, matter.now, matter.ticket, EventKind.ALARM, SYSTEM, reason=reason)

    return alarm


def _clock(kind: ClockKind) -> Callable[[Matter], Awaitable[None]]:
    async def due(matter: Matter) -> None:
        """A step of the desk's own clock: said in the queue, not to the customer."""
        await clock_is_due(matter.session, matter.now, matter.ticket, kind)

    return due


async def _put_off(matter: Matter, kind: FollowUpKind, pause: timedelta) -> bool:
    """A question that falls into the quiet hours is asked after them, behind what waits, if it still is one then."""
    morning = matter.quiet_until
    if morning is None:
        return False
    await matter.hold_back(morning)
    await schedule(matter.session, matter.ticket, matter.conversation.thread, kind, morning + pause)
    return True


async def _fixed_check(matter: Matter) -> None:
    if matter.ticket.stage != Stage.CONFIRMING:
        return
    pause = rhythm_of(matter.ground.settings).fixed_check_after
    if await _put_off(matter, FollowUpKind.FIXED_CHECK, pause):
        return
    answers = tuple(
        Reply(press_id(action, matter.ticket.id), translate(f"button.{action}", matter.locale))
        for action in (Action.WORKS, Action.BROKEN)
    )
    await matter.announce("fixed_check", matter.tell("news.fixed?"), buttons=answers)
    matter.expect(Step.FIXED)


async def _confirm_timeout(matter: Matter) -> None:
    if matter.ticket.stage != Stage.CONFIRMING:
        return
    await confirm(matter.session, matter.now, matter.ticket, actor=SYSTEM, rhythm=rhythm_of(matter.ground.settings))
    await matter.announce("closed", matter.tell("news.closed_unanswered"))


async def _survey(matter: Matter) -> None:
    rhythm = rhythm_of(matter.ground.settings)
    if matter.ticket.stage != Stage.SOLVED:
        return
    if await _put_off(matter, FollowUpKind.SURVEY, rhythm.survey_after):
        return
    if not await may_ask(matter.session, matter.now, matter.ticket, rhythm):
        return
    scores = tuple(
        Reply(press_id(Action.RATE, score, matter.ticket.id), translate(f"news.score.{score}", matter.locale))
        for score in range(1, 6)
    )
    matter.expect(Step.RATING)
    # Nobody writes a mail to say that they say nothing.
    slow = matter.channels[matter.heard_in.channel].capabilities.slow
    skip = () if slow else replies(matter.locale, "skip")
    await matter.announce("survey", matter.tell("news.survey"), buttons=scores + skip, optional=True)


_REACTIONS: dict[DeskEvent, Callable[[Matter], Awaitable[None]]] = {
    DeskEvent.REPLIED: _replied,
    DeskEvent.STAGE_CHANGED: _stage_changed,
    DeskEvent.PROMISED: _promised,
    DeskEvent.RESOLVED: _resolved,
    DeskEvent.LOGGED: _logged,
    DeskEvent.MERGED: _merged,
    DeskEvent.UNMERGED: _unmerged,
    DeskEvent.SPLIT: _split,
    DeskEvent.FOLLOW_UP_DUE: _follow_up,
}
#: What is said of a ticket that has gone on in another meanwhile: what somebody wrote, and that it did.
_TOLD_AFTER_A_MERGE = {DeskEvent.REPLIED, DeskEvent.RESOLVED, DeskEvent.MERGED}
_FOLLOW_UPS: dict[FollowUpKind, Callable[[Matter], Awaitable[None]]] = {
    FollowUpKind.PROGRESS: _progress,
    FollowUpKind.PROMISE_LAPSED: _alarm("promise_lapsed"),
    **{follow_up: _clock(kind) for kind, follow_up in FOLLOW_UPS.items()},
    FollowUpKind.FIXED_CHECK: _fixed_check,
    FollowUpKind.CONFIRM_TIMEOUT: _confirm_timeout,
    FollowUpKind.SURVEY: _survey,
    FollowUpKind.SNOOZE_OVER: _snooze_over,
}
