"""Whose records they are: the caller we know by this very number on the telephone, else somebody new.

Nobody is merged because a number looks alike: on the telephone the number that called is the person's address, as
for calls that are logged one by one, unless the name says that somebody else was speaking.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.calls.callers import SHARED
from tickets.calls.talks import LINE
from tickets.contacts.models import Contact, ContactIdentity
from tickets.entry.checking import called
from tickets.entry.columns import Column

#: How many people are looked for on one line.
_MOST_ON_A_LINE = 9
_AT_ONCE = 300


@dataclass(eq=False)
class Person:
    """Whose address a row has; ``contact_id`` is None for somebody new until their first row is written."""

    address: str
    name: str
    contact_id: int | None = None


@dataclass
class People:
    """Those who are known, and those whom earlier rows brought."""

    batch_id: int
    _of_line: dict[str, list[Person]] = field(default_factory=dict)

    async def load(self, session: AsyncSession, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Look for whoever has the addresses of these rows."""
        lines = {base for number, values in rows if (base := self._base(number, values)) not in self._of_line}
        ordered = sorted(lines)
        for start in range(0, len(ordered), _AT_ONCE):
            await self._load_some(session, ordered[start : start + _AT_ONCE])

    async def _load_some(self, session: AsyncSession, lines: list[str]) -> None:
        owner = {f"{line}{shared}": line for line in lines for shared in _SHARES}
        at = ContactIdentity
        known = (
            select(at.address, Contact.id, Contact.name)
            .join(Contact, col(Contact.id) == col(at.contact_id))
            .where(at.channel == LINE.channel, at.account == LINE.account, col(at.address).in_(owner))
            .order_by(col(at.id))
        )
        self._of_line.update({line: [] for line in lines})
        for address, contact_id, name in (await session.exec(known)).all():
            self._of_line[owner[address]].append(Person(address, name or "", contact_id))

    def match(self, number: int, values: Mapping[str, Any]) -> Person:
        """Whose the row is; rows of somebody new share one person."""
        base = self._base(number, values)
        name = str(values.get(Column.NAME) or "")
        there = self._of_line.setdefault(base, [])
        for one in there:
            if not name or not one.name or called(name) == called(one.name):
                return one
        new = Person(f"{base}{SHARED}{len(there) + 1}" if there else base, name)
        there.append(new)
        return new

    def _base(self, number: int, values: Mapping[str, Any]) -> str:
        phone, channel = values.get(Column.PHONE), values[Column.CHANNEL]
        if phone and channel == LINE.channel:
            return str(phone)
        told = phone or values.get(Column.EMAIL)
        return f"{channel}-{told}" if told else f"entry-{self.batch_id}-{number}"


_SHARES = ("", *(f"{SHARED}{count}" for count in range(2, _MOST_ON_A_LINE + 1)))
