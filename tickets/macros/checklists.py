"""What has to be done on a ticket, step by step: the list is its category's, the ticks are its own."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, select

from kit.db import AsyncSession, hint
from kit.settings import Locale
from tickets.actors import Actor
from tickets.desk.models import Category
from tickets.macros.errors import StepUnknownError
from tickets.macros.models import ChecklistItem
from tickets.models import EventKind, Ticket
from tickets.repository import note_event


@dataclass(frozen=True)
class Step:
    """One step; ``name`` is how it is ticked, ``text`` how it reads."""

    name: str
    text: str
    done_by: str | None = None
    done_at: datetime | None = None

    @property
    def done(self) -> bool:
        return self.done_at is not None


async def steps_of(session: AsyncSession, ticket: Ticket, locale: Locale) -> list[Step]:
    """The steps of the ticket's category; ticks of steps that are no longer in the list are kept and not shown."""
    if ticket.category_id is None:
        return []
    category = (await session.exec(select(Category).where(Category.id == ticket.category_id))).first()
    names, texts = _lines(category, "zh"), _lines(category, locale)
    ticked = select(ChecklistItem).where(ChecklistItem.ticket_id == ticket.id)
    done = {one.step: one for one in (await session.exec(ticked)).all()} if names else {}
    return [
        Step(name, text, *((done[name].done_by, done[name].done_at) if name in done else ()))
        for name, text in zip(names, texts if len(texts) == len(names) else names, strict=True)
    ]


def _lines(category: Category | None, locale: Locale) -> list[str]:
    if category is None:
        return []
    text = category.checklist_zh if locale == "zh" else category.checklist_en
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


async def open_steps(session: AsyncSession, ticket: Ticket, locale: Locale) -> list[Step]:
    """What is still to be done."""
    return [step for step in await steps_of(session, ticket, locale) if not step.done]


async def tick(session: AsyncSession, now: datetime, ticket: Ticket, *, step: str, done: bool, staff: Actor) -> None:
    """Done, or after all not; raises StepUnknownError. What is so already is no change."""
    found = next((one for one in await steps_of(session, ticket, "zh") if one.name == step), None)
    if found is None:
        raise StepUnknownError
    if found.done == done:
        return
    if done:
        session.add(ChecklistItem(ticket_id=ticket.id, step=step, done_by=staff.name or "", done_at=now))
        await session.flush()
    else:
        own = (col(ChecklistItem.ticket_id) == ticket.id, col(ChecklistItem.step) == step)
        await session.exec(delete(ChecklistItem).where(*own))
    await note_event(session, now, ticket, EventKind.CHECKED, staff, step=step, done=done)
    hint(session, f"ticket:{ticket.id}")
