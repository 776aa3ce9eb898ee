"""One ticket as its page shows it."""

from dataclasses import dataclass
from datetime import datetime

from kit.masking import mask_email, mask_number
from kit.settings import Locale
from tickets.console.queries.person import Rating
from tickets.console.queries.ticket import SHOWN_MESSAGES, TicketRecord
from tickets.console.views.clocks import Clock, ClockLine, Level, clock_line, clock_of, level_of
from tickets.console.views.linked import LinkedView, linked_view
from tickets.console.views.matters import MattersView, matters_view
from tickets.console.views.people import named, person_label
from tickets.console.views.queue import CHANNEL_ICONS, OTHER_CHANNEL_ICON
from tickets.console.views.thread import Entry, Waiting, last_heard, thread_of, waiting_replies
from tickets.contacts.models import Contact
from tickets.conversations.models import Owner
from tickets.models import Ticket
from tickets.sla.service import FOLLOW_UPS
from tickets.stages import Stage
from tickets.timeline import spoken
from tickets.working import plain_moves

#: Facts that are personal data, and how they are masked.
_MASKS = {"phone": mask_number, "email": mask_email, "tax_id": mask_number}
#: What their own list says.
_OF_CLOCKS = frozenset(FOLLOW_UPS.values())


@dataclass(frozen=True)
class Fact:
    """A labelled value; ``masked`` ones can be revealed by a supervisor."""

    label: str
    value: str
    masked: bool = False


@dataclass(frozen=True)
class Due:
    """Something that will happen by itself."""

    text: str
    at: datetime
    level: Level


@dataclass(frozen=True, kw_only=True)
class TicketView:
    """The page, filled in."""

    ticket: Ticket
    thread: str
    person: str
    channel: str
    channel_icon: str
    team: str | None
    category: str | None
    assignee: str | None
    mine: bool
    clock: Clock | None
    alarm: str | None
    entries: list[Entry]
    cut: bool
    #: Replies that can still be taken back.
    held: list[Waiting]
    #: The newest message between desk and customer that this page shows.
    heard: int
    matters: MattersView
    merged_into: Ticket | None
    following: bool
    followers: list[str]
    person_facts: list[Fact]
    linked: LinkedView
    language: str
    person_tags: list[str]
    ratings: list[Rating]
    facts: list[Fact]
    due: list[Due]
    clocks: list[ClockLine]
    others: list[Ticket]
    staff_speaks: bool
    can_resolve: bool
    can_promise: bool
    score: int | None
    comment: str | None
    revision: str

    @property
    def any_masked(self) -> bool:
        return any(fact.masked for fact in [*self.person_facts, *self.facts])


def ticket_view(record: TicketRecord, now: datetime, *, locale: Locale, zone: str, staff_id: int) -> TicketView:
    ticket, survey = record.ticket, record.survey
    is_open = ticket.stage not in {Stage.CONFIRMING, Stage.SOLVED}
    # "Others" are those that stand nowhere else on the page.
    shown = {related.ticket.id for related in record.related} | {one.ticket.id for one in record.merges}
    return TicketView(
        ticket=ticket,
        thread=record.conversation.thread,
        person=person_label(record.contact, record.conversation.address, locale),
        channel=spoken("console.channel", ticket.channel, locale),
        channel_icon=CHANNEL_ICONS.get(ticket.channel, OTHER_CHANNEL_ICON),
        team=named(record.team, locale),
        category=named(record.category, locale),
        assignee=record.assignee,
        mine=ticket.assignee_id == staff_id,
        clock=clock_of(ticket, now),
        alarm=spoken("alarm", ticket.alarm, locale) if ticket.alarm else None,
        entries=thread_of(record.messages, record.events, locale, zone),
        cut=len(record.messages) >= SHOWN_MESSAGES,
        held=waiting_replies(record.held, staff_id),
        heard=last_heard(record.messages),
        matters=matters_view(record, locale),
        merged_into=record.merged_into,
        following=any(follower_id == staff_id for follower_id, _ in record.followers),
        followers=[name for _, name in record.followers],
        person_facts=person_facts(record.contact, locale),
        linked=linked_view(record.linked, now, locale),
        language=spoken("console.person.language", record.contact.locale, locale),
        person_tags=list(record.contact.tags or ()),
        ratings=[rating for rating in record.ratings if rating.ticket_id != ticket.id],
        facts=ticket_facts(ticket, locale),
        due=[_due(one.kind, one.due_at, now, locale) for one in record.pending if one.kind not in _OF_CLOCKS],
        clocks=[clock_line(clock, now, locale) for clock in record.clocks],
        others=[other for other in record.others if other.id not in shown],
        staff_speaks=record.conversation.owner == Owner.STAFF,
        can_resolve=is_open,
        can_promise=is_open,
        score=survey.score if survey else None,
        comment=survey.comment if survey else None,
        revision=record.revision,
    )


def person_facts(contact: Contact, locale: Locale, *, revealed: bool = False) -> list[Fact]:
    """What we know about the person, in a fixed order, without what we do not know."""
    known = {
        "phone": contact.phone,
        "email": contact.email,
        "company": contact.company,
        "tax_id": contact.tax_id,
        "region": contact.region,
    }
    return [_fact(name, value, locale, revealed=revealed) for name, value in known.items() if value]


def ticket_facts(ticket: Ticket, locale: Locale, *, revealed: bool = False) -> list[Fact]:
    """What the person told about this matter."""
    return [
        _fact(name, str(value), locale, revealed=revealed)
        for name, value in ticket.facts.items()
        if value not in (None, "", [], {})
    ]


def _fact(name: str, value: str, locale: Locale, *, revealed: bool) -> Fact:
    label = spoken("console.fact", name, locale)
    mask = _MASKS.get(name)
    if mask is None or revealed:
        return Fact(label, value)
    # People leave an e-mail where a phone was asked for.
    return Fact(label, (mask_email if "@" in value else mask)(value), masked=True)


def _due(kind: str, at: datetime, now: datetime, locale: Locale) -> Due:
    return Due(spoken("console.due", kind, locale), at, level_of(now, at))


@dataclass(frozen=True)
class StageChoice:
    """A stage the ticket may be moved to by hand; REOPEN and CONFIRM have consequences of their own."""

    stage: Stage
    action: str


def stage_choices(ticket: Ticket) -> list[StageChoice]:
    """What the stage menu offers; resolving has a form of its own."""
    plain = [StageChoice(stage, "move") for stage in Stage if stage in plain_moves(ticket)]
    if ticket.stage == Stage.CONFIRMING:
        return [StageChoice(Stage.SOLVED, "confirm"), StageChoice(Stage.PROCESSING, "reopen")]
    if ticket.stage == Stage.SOLVED:
        return [StageChoice(Stage.PROCESSING, "reopen")]
    return plain
