"""Open tickets that are probably about the same: of the same person, or with the same numbers on the same product."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlmodel import col, or_, select

from kit.db import AsyncSession
from tickets.merging.links import related_to
from tickets.models import Ticket
from tickets.stages import OPEN_STAGES

#: How far apart two tickets about one matter are opened at most.
WITHIN = timedelta(days=3)
MOST = 5
#: What names one company or one invoice.
_TELLING = ("tax_id", "invoice_number")


class Likeness(StrEnum):
    """Why; each has a text ``console.lookalike.<name>``."""

    PERSON = "person"
    TAX_ID = "tax_id"
    INVOICE_NUMBER = "invoice_number"


@dataclass(frozen=True)
class Lookalike:
    """Another ticket, and why it looks alike; only those of one person can be merged."""

    ticket: Ticket
    likeness: Likeness


async def unlinked_lookalikes(session: AsyncSession, ticket: Ticket) -> list[Lookalike]:
    """Those nobody has decided about yet: what is linked was looked at."""
    linked = {related.ticket.id for related in await related_to(session, ticket.id)}
    return [one for one in await lookalikes(session, ticket) if one.ticket.id not in linked]


async def lookalikes(session: AsyncSession, ticket: Ticket) -> list[Lookalike]:
    """At most a handful, the person's own first, newest first."""
    own = [Lookalike(other, Likeness.PERSON) for other in await _of_person(session, ticket)]
    known = {one.ticket.id for one in own}
    others = [one for one in await _alike(session, ticket) if one.ticket.id not in known]
    return [*own, *others][:MOST]


async def _of_person(session: AsyncSession, ticket: Ticket) -> list[Ticket]:
    same = select(Ticket).where(
        Ticket.contact_id == ticket.contact_id, Ticket.id != ticket.id, col(Ticket.stage).in_(OPEN_STAGES)
    )
    return list((await session.exec(same.order_by(col(Ticket.id).desc()).limit(MOST))).all())


async def _alike(session: AsyncSession, ticket: Ticket) -> list[Lookalike]:
    told = {name: str(ticket.facts[name]) for name in _TELLING if ticket.facts.get(name)}
    if not told:
        return []
    same = select(Ticket).where(
        col(Ticket.created_at) > ticket.created_at - WITHIN,
        col(Ticket.created_at) < ticket.created_at + WITHIN,
        col(Ticket.stage).in_(OPEN_STAGES),
        Ticket.id != ticket.id,
        or_(*(col(Ticket.facts)[name].as_string() == value for name, value in told.items())),
    )
    if ticket.component:
        same = same.where(or_(col(Ticket.component) == ticket.component, col(Ticket.component).is_(None)))
    found = (await session.exec(same.order_by(col(Ticket.id).desc()).limit(MOST))).all()
    return [Lookalike(other, _why(other, told)) for other in found]


def _why(other: Ticket, told: dict[str, str]) -> Likeness:
    same = [name for name, value in told.items() if str(other.facts.get(name, "")) == value]
    return Likeness(same[-1])
