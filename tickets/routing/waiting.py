"""How long somebody who wants a person will wait, said honestly."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlmodel import col, func, select

from kit.db import AsyncSession
from tickets.models import Ticket
from tickets.sla.service import targets

_RECENT = 20


@dataclass(frozen=True)
class Wait:
    """``place`` counts from 1; ``seconds`` is what the last tickets of the team took, ``None`` untested."""

    place: int
    seconds: float | None
    promised_s: int


async def expected_wait(session: AsyncSession, ticket: Ticket) -> Wait:
    """Place in the team's queue of unanswered tickets, and how long the last ones waited."""
    ahead = select(func.count()).where(
        Ticket.team_id == ticket.team_id,
        col(Ticket.waiting_since).is_not(None),
        col(Ticket.first_replied_at).is_(None),
        col(Ticket.closed_at).is_(None),
        Ticket.id < ticket.id,
    )
    place = (await session.exec(ahead)).one() + 1
    promised = (await targets(session))[ticket.priority].first_reply_s
    return Wait(place=place, seconds=await _recent_wait(session, ticket), promised_s=promised)


async def _recent_wait(session: AsyncSession, ticket: Ticket) -> float | None:
    recent = (
        select(Ticket.created_at, Ticket.first_replied_at)
        .where(Ticket.team_id == ticket.team_id, col(Ticket.first_replied_at).is_not(None))
        .order_by(col(Ticket.id).desc())
        .limit(_RECENT)
    )
    waits = [(replied - created).total_seconds() for created, replied in (await session.exec(recent)).all() if replied]
    return median(waits) if waits else None


def seconds_until(now: datetime, due: datetime) -> float:
    """Never negative."""
    return max(0.0, (due - now).total_seconds())
