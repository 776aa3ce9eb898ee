"""Who is told what when two tickets become one."""

from collections.abc import Iterable
from dataclasses import dataclass

from kit.i18n import translate
from kit.settings import Locale
from tickets.console.queries.merging import MergeRecord, Side
from tickets.console.views.people import person_label
from tickets.console.views.queue import CHANNEL_ICONS, OTHER_CHANNEL_ICON
from tickets.merging.lookalikes import Likeness, Lookalike
from tickets.models import Ticket
from tickets.stages import OPEN_STAGES
from tickets.timeline import spoken


@dataclass(frozen=True)
class SideView:
    """One of the two, as the preview shows it."""

    ticket: Ticket
    person: str
    channel: str
    channel_icon: str
    assignee: str | None
    messages: int
    last_words: str
    held: int


@dataclass(frozen=True)
class MergeView:
    """``refusal`` says why they cannot become one; then nobody is told anything."""

    source: SideView
    target: SideView
    refusal: str | None
    #: What the customer reads, in the language they are spoken to.
    told: str
    #: Colleagues who hear of it.
    colleagues: list[str]


@dataclass(frozen=True)
class LookalikeView:
    ticket: Ticket
    why: str
    can_merge: bool


def merge_view(record: MergeRecord, locale: Locale) -> MergeView:
    source, target = record.source, record.target
    heard: Locale = "en" if source.conversation.locale == "en" else "zh"
    names = [source.assignee, target.assignee, *source.followers, *target.followers]
    return MergeView(
        source=_side(source, locale),
        target=_side(target, locale),
        refusal=_refusal(source.ticket, target.ticket, locale),
        told=translate("news.merged", heard, number=source.ticket.number, into=target.ticket.number),
        colleagues=list(dict.fromkeys(name for name in names if name)),
    )


def _refusal(source: Ticket, target: Ticket, locale: Locale) -> str | None:
    if source.id == target.id:
        return translate("error.same_ticket", locale)
    if source.contact_id != target.contact_id:
        return translate("error.not_one_person", locale)
    for ticket in (source, target):
        if ticket.stage not in OPEN_STAGES:
            return translate("error.merge_not_open", locale, number=ticket.number)
    return None


def _side(side: Side, locale: Locale) -> SideView:
    return SideView(
        ticket=side.ticket,
        person=person_label(side.contact, side.conversation.address, locale),
        channel=spoken("console.channel", side.ticket.channel, locale),
        channel_icon=CHANNEL_ICONS.get(side.ticket.channel, OTHER_CHANNEL_ICON),
        assignee=side.assignee,
        messages=side.messages,
        last_words=side.last_words,
        held=side.held,
    )


def lookalike_views(found: Iterable[Lookalike], locale: Locale) -> list[LookalikeView]:
    return [
        LookalikeView(
            one.ticket,
            translate(f"console.lookalike.{one.likeness}", locale),
            can_merge=one.likeness == Likeness.PERSON,
        )
        for one in found
    ]
