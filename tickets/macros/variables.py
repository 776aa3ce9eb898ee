"""Words in braces that become the person's own when a text is used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import select

from kit.db import AsyncSession
from kit.i18n import show_moment
from kit.settings import Locale
from tickets.actors import Actor
from tickets.contacts.models import Contact
from tickets.desk.models import Team
from tickets.macros.errors import TextUnfilledError
from tickets.models import Ticket


class Variable(StrEnum):
    """What may stand in braces; each has a text ``variable.<name>``."""

    CUSTOMER_NAME = "customer_name"
    NUMBER = "number"
    #: When the person hears from us at the latest: what was promised, else when the next answer is due. A moment that
    #: is over promises nothing.
    DUE = "due"
    LINK = "link"
    AGENT = "agent"
    TEAM = "team"


_IN_BRACES = re.compile(r"\{(" + "|".join(Variable) + r")\}")


@dataclass(frozen=True)
class Filled:
    """The text as the person reads it, and what nobody knows: those places stay as they are."""

    text: str
    missing: tuple[str, ...]


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Put the values in; other braces are somebody's own and stay."""
    missing: list[str] = []

    def put(match: re.Match[str]) -> str:
        value = values.get(match[1], "")
        if not value and match[1] not in missing:
            missing.append(match[1])
        return value or match[0]

    return Filled(_IN_BRACES.sub(put, text), tuple(missing))


def refuse_unfilled(text: str) -> str:
    """The text, unless a word in braces is still in it: no customer is to read ``{customer_name}``."""
    missing = fill(text, {}).missing
    if missing:
        raise TextUnfilledError(names=" ".join(f"{{{name}}}" for name in missing))
    return text


async def values_of(
    session: AsyncSession, now: datetime, ticket: Ticket, *, staff: Actor, base_url: str, zone: str
) -> dict[str, str]:
    """What each word means on this ticket, in its person's language."""
    locale: Locale = "en" if ticket.locale == "en" else "zh"
    contact = (await session.exec(select(Contact).where(Contact.id == ticket.contact_id))).one()
    team = (await session.exec(select(Team).where(Team.id == ticket.team_id))).first() if ticket.team_id else None
    due = ticket.promise_at or _answer_due(ticket)
    return {
        Variable.CUSTOMER_NAME: contact.name or "",
        Variable.NUMBER: ticket.number,
        Variable.DUE: show_moment(due, locale, zone) if due and due > now else "",
        Variable.LINK: f"{base_url}/t/{ticket.token}",
        Variable.AGENT: staff.name or "",
        Variable.TEAM: (team.name_zh if locale == "zh" else team.name_en) if team else "",
    }


def _answer_due(ticket: Ticket) -> datetime | None:
    if ticket.first_replied_at is None:
        return ticket.first_reply_due
    return ticket.next_reply_due or ticket.sla_due


def in_language_of(ticket: Ticket, zh: str, en: str) -> str:
    """The text in the person's language; the other one where there is only that."""
    return (en or zh) if ticket.locale == "en" else (zh or en)
