"""Random lives of tickets, written straight into the log as the desk's services would write them."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from kit.db import AsyncSession
from kit.ground import Ground
from tests.support.tickets import conversation_now, open_one
from tickets.actors import CUSTOMER, SYSTEM, Actor, ActorKind
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, post
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.reports.models import ReportHour
from tickets.repository import get_ticket, note_event

STAFF = Actor(ActorKind.STAFF, 1, "王芳")
CHANNELS = ("webchat", "telegram", "email")
ALL_COLUMNS = ("measure", "bucket", "team_id", "category_id", "assignee_id", "channel", "region", "n", "total")


async def rows_of(ground: Ground) -> list[tuple[Any, ...]]:
    """Everything that is kept, in a stable order."""
    async with ground.db.reading() as session:
        rows = (await session.exec(select(ReportHour))).all()
    return sorted((row.hour, *(getattr(row, name) for name in ALL_COLUMNS)) for row in rows)


async def total_of(ground: Ground, measure: str, **where: Any) -> int:
    """How many of a measure there are over all hours."""
    query = select(ReportHour).where(ReportHour.measure == measure)
    for name, value in where.items():
        query = query.where(getattr(ReportHour, name) == value)
    async with ground.db.reading() as session:
        return sum(row.n for row in (await session.exec(query)).all())


@dataclass
class History:
    """A desk with some teams, on which anything may happen to any ticket at any time."""

    ground: Ground
    chance: random.Random
    tickets: list[int] = field(default_factory=list)
    bot: bool = True

    async def go_on(self, now: datetime, steps: int) -> None:
        """Some things happen around this moment."""
        for step in range(steps):
            at = now + timedelta(seconds=step * self.chance.randint(1, 90))
            if not self.tickets or self.chance.random() < 0.25:
                who = f"{'bot' if self.bot else 'paper'}-{self.chance.choice('abcdefgh')}{len(self.tickets) // 3}"
                channel = self.chance.choice(CHANNELS)
                person = {"region": self.chance.choice([None, "北京", "上海"])}
                opened = await open_one(self.ground, who=who, channel=channel, at=at, person=person)
                self.tickets.append(opened.ticket_id)
                if self.bot:
                    await self._speak(at, opened.conversation_id)
            else:
                async with self.ground.db.transaction() as session:
                    await self._happen(session, at, await get_ticket(session, self.chance.choice(self.tickets)))

    async def _speak(self, at: datetime, conversation_id: int) -> None:
        """The bot says something, at once or too late to have led the talk."""
        late = timedelta(seconds=self.chance.choice([1, 1, 3 * 3600]))
        async with self.ground.db.transaction() as session:
            talk = await conversation_now(session, conversation_id)
            await post(session, at + late, talk, NewMessage(author=Author.BOT, text="在查"))

    async def _happen(self, session: AsyncSession, at: datetime, ticket: Ticket) -> None:
        kind = self.chance.choice(_KINDS)
        actor = self.chance.choice([STAFF, CUSTOMER, SYSTEM])
        if kind == EventKind.ASSIGNED:
            ticket.assignee_id = self.chance.choice([None, 1, 2])
            ticket.category_id = None
            session.add(ticket)
        await note_event(session, at, ticket, kind, actor, **self._data(kind))

    def _data(self, kind: EventKind) -> dict[str, Any]:
        chance = self.chance
        spans = {"seconds": chance.randint(0, 90_000), "working_s": chance.randint(0, 9_000)}
        said: dict[EventKind, dict[str, Any]] = {
            EventKind.RATED: {"score": chance.randint(1, 5)},
            EventKind.RESOLVED: spans,
            EventKind.REPLIED: chance.choice([{}, {"waited_s": spans["seconds"], "working_s": spans["working_s"]}]),
            EventKind.SLA_MET: {"clock": chance.choice(["first_reply", "resolution"])},
            EventKind.SLA_BREACHED: {"clock": "next_reply"},
            EventKind.STAGE: {"source": "accepted", "target": chance.choice(["processing", "waiting", "solved"])},
        }
        return said.get(kind, {})


_KINDS = (
    EventKind.REPLIED,
    EventKind.RESOLVED,
    EventKind.CONFIRMED,
    EventKind.REOPENED,
    EventKind.RATED,
    EventKind.ASSIGNED,
    EventKind.STAGE,
    EventKind.MERGED,
    EventKind.SLA_MET,
    EventKind.SLA_BREACHED,
    EventKind.NOTED,
    EventKind.SURVEY_ASKED,
)


async def forget(ground: Ground, ticket_id: int) -> list[datetime]:
    """Take a ticket out of the log as if it never was; the moments at which it had something."""
    async with ground.db.transaction() as session:
        events = (await session.exec(select(TicketEvent).where(col(TicketEvent.ticket_id) == ticket_id))).all()
        for event in events:
            await session.delete(event)
        return [event.at for event in events]
