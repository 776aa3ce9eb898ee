"""What else there is about a ticket: tags, when it is looked at again, tickets it has to do with."""

from dataclasses import dataclass
from datetime import datetime

from kit.i18n import translate
from kit.settings import Locale
from tickets.console.queries.ticket import MergedRecord, TicketRecord
from tickets.merging.links import Related
from tickets.models import Ticket
from tickets.sending.snoozing import Wake, wakes_of


@dataclass(frozen=True)
class Tie:
    """A ticket this one has to do with, and what it is to it."""

    link_id: int
    ticket: Ticket
    relation: str


@dataclass(frozen=True)
class Snoozed:
    """When it comes back, and what else brings it back, in words."""

    until: datetime
    wakes: str


@dataclass(frozen=True)
class MattersView:
    """A part of the side panel."""

    tags: list[str]
    snoozed: Snoozed | None
    ties: list[Tie]
    merges: list[MergedRecord]


def matters_view(record: TicketRecord, locale: Locale) -> MattersView:
    return MattersView(
        tags=list(record.ticket.tags or ()),
        snoozed=_snoozed(record.ticket, locale),
        ties=[_tie(related, locale) for related in record.related],
        merges=record.merges,
    )


def _snoozed(ticket: Ticket, locale: Locale) -> Snoozed | None:
    if ticket.snoozed_until is None:
        return None
    wakes = wakes_of(ticket)
    words = [translate(f"console.snooze.wake.{one}", locale) for one in Wake if one in wakes]
    return Snoozed(ticket.snoozed_until, " · ".join(words))


def _tie(related: Related, locale: Locale) -> Tie:
    prefix = "relation.of" if related.backwards else "relation"
    return Tie(related.link.id, related.ticket, translate(f"{prefix}.{related.link.relation}", locale))
