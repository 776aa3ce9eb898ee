"""The queue as its template shows it."""

from dataclasses import dataclass
from datetime import datetime

from kit.settings import Locale
from tickets.console.queries.queue import QueueRecord
from tickets.console.selection import Selection, Tab
from tickets.console.views.clocks import Clock, clock_of
from tickets.console.views.people import named, person_label
from tickets.search.excerpts import Segment, excerpt, mark
from tickets.search.wanted import Wanted
from tickets.timeline import spoken

#: Tabler icons by channel; a channel of somebody else's gets the last one.
CHANNEL_ICONS = {
    "webchat": "message-circle",
    "wechat": "brand-wechat",
    "wecom": "headset",
    "telegram": "brand-telegram",
    "email": "mail",
    "phone": "phone",
    "sms": "message-2",
    "weibo": "brand-weibo",
}
OTHER_CHANNEL_ICON = "message"


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One ticket of the list."""

    id: int
    number: str
    subject: str
    person: str
    stage: str
    priority: int
    team: str | None
    assignee: str | None
    channel: str
    channel_icon: str
    clock: Clock | None
    alarm: str | None
    wants_person: bool
    waiting: bool
    created_at: datetime
    tags: tuple[str, ...] = ()
    #: The subject with what was looked for marked, and the words around it elsewhere.
    title: tuple[Segment, ...] = ()
    said: tuple[Segment, ...] = ()


@dataclass(frozen=True)
class TabLink:
    """A tab with its count."""

    tab: Tab
    href: str
    count: int
    current: bool


def queue_row(record: QueueRecord, now: datetime, locale: Locale, wanted: Wanted | None = None) -> QueueRow:
    ticket = record.ticket
    title = mark(ticket.subject, wanted) if wanted else (Segment(ticket.subject),)
    in_title = any(segment.hit for segment in title)
    return QueueRow(
        id=ticket.id,
        number=ticket.number,
        subject=ticket.subject,
        person=person_label(record.contact, record.address, locale),
        stage=ticket.stage,
        priority=ticket.priority,
        team=named(record.team, locale),
        assignee=record.assignee,
        channel=spoken("console.channel", ticket.channel, locale),
        channel_icon=CHANNEL_ICONS.get(ticket.channel, OTHER_CHANNEL_ICON),
        clock=clock_of(ticket, now),
        alarm=spoken("alarm", ticket.alarm, locale) if ticket.alarm else None,
        wants_person=ticket.wants_person,
        waiting=ticket.waiting_since is not None,
        created_at=ticket.created_at,
        tags=tuple(ticket.tags or ()),
        title=title,
        said=excerpt(record.said, wanted) if wanted and not in_title else (),
    )


def tab_links(selection: Selection, counts: dict[Tab, int]) -> list[TabLink]:
    """A tab keeps the filters, except a stage, which would contradict most of them."""
    return [
        TabLink(tab, selection.query(tab=tab, stage=None), counts[tab], current=tab == selection.tab) for tab in Tab
    ]
