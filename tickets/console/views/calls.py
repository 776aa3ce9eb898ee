"""The form and the card of a call as their templates show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kit.masking import mask_address, mask_number
from kit.phones import readable, takes_texts
from kit.settings import Locale
from tickets.calls.alike import Alike
from tickets.calls.callers import Caller
from tickets.calls.ways import News
from tickets.console.calling import NEW, CallFields, Surroundings, chosen, chosen_news, offered_news
from tickets.console.views.people import person_label
from tickets.conversations.models import Conversation
from tickets.stages import OPEN_STAGES
from tickets.timeline import spoken


def masked_number(number: str) -> str:
    """As it is shown to whoever has not typed it: 138••••8000."""
    return mask_number(readable(number).replace(" ", ""))


@dataclass(frozen=True)
class TicketLine:
    """One of the caller's tickets."""

    id: int
    number: str
    subject: str
    stage: str
    is_open: bool
    promise_at: datetime | None


@dataclass(frozen=True)
class CallerLine:
    """Somebody it may be; ``how`` says why we think so."""

    value: str
    label: str
    company: str
    how: str
    tickets: list[TicketLine]


@dataclass(frozen=True, kw_only=True)
class CallerView:
    """The part of the form that follows the number."""

    asked: str
    readable: str
    complete: bool
    callers: list[CallerLine]
    who: str
    asks_name: bool
    open_tickets: list[TicketLine]
    add: str
    news: News
    offered: list[News]
    texts_arrive: bool
    known: dict[str, str]
    heard_on: str


@dataclass(frozen=True)
class AlikeLine:
    """An open ticket the call may be about; ``person`` is whose it is, if somebody else's."""

    id: int
    number: str
    subject: str
    stage: str
    own: bool
    person: str
    created_at: datetime


def alike_lines(alike: Sequence[Alike]) -> list[AlikeLine]:
    return [
        AlikeLine(
            one.ticket.id,
            one.ticket.number,
            one.ticket.subject,
            one.ticket.stage,
            one.own,
            "" if one.own else one.person,
            one.ticket.created_at,
        )
        for one in alike
    ]


def caller_lines(
    callers: Sequence[Caller], number: str, locale: Locale, *, shown: int | None = None
) -> list[CallerLine]:
    """Who it may be; ``shown`` is somebody brought up by an address."""
    return [_line(caller, number, locale, shown) for caller in callers]


def _line(caller: Caller, number: str, locale: Locale, shown: int | None) -> CallerLine:
    contact = caller.contact
    how = "certain" if caller.certain else "address" if contact.id == shown else "named"
    return CallerLine(
        value=str(contact.id),
        label=person_label(contact, number, locale),
        company=contact.company or "",
        how=how,
        tickets=[
            TicketLine(one.id, one.number, one.subject, one.stage, one.stage in OPEN_STAGES, one.promise_at)
            for one in caller.tickets
        ],
    )


def caller_view(
    fields: CallFields, around: Surroundings, heard: Conversation | None, locale: Locale, *, shown: int | None = None
) -> CallerView:
    number = fields.e164
    caller = chosen(fields, around.callers)
    lines = caller_lines(around.callers, number or "", locale, shown=shown)
    own = next((line for line in lines if caller and line.value == str(caller.contact.id)), None)
    open_tickets = [ticket for ticket in own.tickets if ticket.is_open] if own else []
    return CallerView(
        asked=number or "",
        readable=readable(number) if number else "",
        complete=number is not None,
        callers=lines,
        who=own.value if own else NEW,
        asks_name=caller is None or not caller.contact.name,
        open_tickets=open_tickets,
        add=fields.add if fields.add in {str(ticket.id) for ticket in open_tickets} else "",
        news=chosen_news(fields, around),
        offered=offered_news(around),
        texts_arrive=bool(number and takes_texts(number)),
        known={channel: mask_address(address) for channel, address in around.known.items()},
        heard_on=f"{spoken('console.channel', heard.channel, locale)} {mask_address(heard.address)}" if heard else "",
    )
