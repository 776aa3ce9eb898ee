"""Colleagues called by name in a note: they are told, and hear of the ticket from then on."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from kit.access.models import Role, Staff
from kit.db import AsyncSession
from tickets.actors import Actor
from tickets.models import EventKind, Ticket
from tickets.notices.models import NoticeKind
from tickets.notices.service import notify
from tickets.repository import note_event
from tickets.watching.followers import follow

SIGN = "@"
_MOST = 300


async def colleagues(session: AsyncSession, *, but: int | None = None) -> list[Staff]:
    """Who can be called, by name; editors of articles do not work on tickets."""
    able = select(Staff).where(col(Staff.active), col(Staff.role) != Role.EDITOR)
    people = (await session.exec(able.order_by(col(Staff.name), col(Staff.id)).limit(_MOST))).all()
    return [person for person in people if person.id != but]


async def call_mentioned(
    session: AsyncSession, now: datetime, ticket: Ticket, *, text: str, staff: Actor
) -> list[Staff]:
    """Tell everybody whom the note calls; a name is called with ``@`` right before it."""
    if SIGN not in text:
        return []
    called = mentioned(text, await colleagues(session, but=staff.id))
    ids = [person.id for person in called if person.id is not None]
    if ids:
        await follow(session, now, ticket.id, ids)
        excerpt = text[:120]
        await notify(session, now, ids, NoticeKind.MENTIONED, ticket, by=staff.name, text=excerpt)
        await note_event(session, now, ticket, EventKind.MENTIONED, staff, names=[person.name for person in called])
    return called


def mentioned(text: str, people: Sequence[Staff]) -> list[Staff]:
    """Whom the text calls, by name or login; of 王芳 and 王芳芳 the longer that fits. Namesakes are both meant."""
    called: dict[str, list[Staff]] = {}
    for person in people:
        for name in {person.name.casefold(), person.login.casefold()}:
            called.setdefault(name, []).append(person)
    by_length = sorted(called, key=len, reverse=True)
    found: dict[str, None] = {}
    for rest in text.casefold().split(SIGN)[1:]:
        longest = next((name for name in by_length if name and rest.startswith(name) and _ends(name, rest)), None)
        if longest is not None:
            found[longest] = None
    meant = {person.login: person for name in found for person in called[name]}
    return list(meant.values())


def _ends(name: str, rest: str) -> bool:
    """A name in Latin letters is not the beginning of another word; Chinese leaves no space."""
    after = rest[len(name) : len(name) + 1]
    return not (name[-1:].isascii() and name[-1:].isalnum() and after.isascii() and after.isalnum())
