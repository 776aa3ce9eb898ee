"""What rows are held against: names that may be spoken of, and what the desk has already."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, or_, select

from kit.access.models import Staff
from kit.db import AsyncSession
from kit.i18n import LOCALES, catalogue, translate
from kit.phones import readable
from kit.settings import Locale
from tickets.contacts.models import Contact
from tickets.desk.models import Category
from tickets.entry.checking import BY_HAND, PRIORITY_NAMES, Checked, Known, Problem, TaxIdCheck, called
from tickets.entry.columns import Column
from tickets.entry.models import EntryBatch, EntryRow
from tickets.models import Ticket
from tickets.stages import Priority

_CHANNEL = "console.channel."
_AT_ONCE = 500
#: What lists kept by hand call these ways.
_SPOKEN_CHANNELS = {
    "柜台": "counter",
    "大厅": "counter",
    "来电": "phone",
    "热线": "phone",
    "纸质": "paper",
    "现场": "visit",
}


async def known_names(session: AsyncSession, now: datetime, *, zone: str, locale: Locale, tax_id: TaxIdCheck) -> Known:
    """Everything a row may name, by key and by its name in each language."""
    categories = (await session.exec(select(Category))).all()
    people = (await session.exec(select(Staff).where(col(Staff.active)))).all()
    return Known(
        now=now,
        zone=ZoneInfo(zone),
        locale=locale,
        channels=_channels(),
        categories={
            called(name): category.key
            for category in categories
            for name in (category.name_en, category.name_zh, category.key)
        },
        priorities=_priorities(),
        staff={called(name): person.id or 0 for person in people for name in (person.name, person.login)},
        tax_id=tax_id,
    )


def channel_names() -> list[str]:
    """Every channel a record can be about, those without a platform first."""
    spoken = (key.removeprefix(_CHANNEL) for key in catalogue().texts if key.startswith(_CHANNEL))
    return list(dict.fromkeys([*BY_HAND, *spoken]))


def _channels() -> dict[str, str]:
    names = {called(translate(_CHANNEL + name, locale)): name for name in channel_names() for locale in LOCALES}
    return {**_SPOKEN_CHANNELS, **names, **{name: name for name in channel_names()}}


def _priorities() -> dict[str, int]:
    spoken = {
        called(translate(f"priority.{int(priority)}", locale)): int(priority)
        for priority in Priority
        for locale in LOCALES
    }
    return {**spoken, **PRIORITY_NAMES}


@dataclass
class Draft:
    """One row of the file with what became of it; ``hints`` are worth knowing and stop nothing."""

    number: int
    raw: list[str]
    checked: Checked
    hints: list[Problem]


async def compare(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    """Mark what the file has twice, and what the desk has already."""
    _within_file(drafts)
    for some in _chunks([draft for draft in drafts if not draft.checked.problems]):
        await _with_references(session, some)
        await _with_tickets(session, some)
        await _with_people(session, some)


def _within_file(drafts: Iterable[Draft]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for draft in drafts:
        values = draft.checked.values
        reference = values.get(Column.REFERENCE)
        same = (reference,) if reference else tuple(values.get(column) for column in _WHOLE)
        first = seen.setdefault(same, draft.number)
        if first != draft.number:
            column = Column.REFERENCE if reference else Column.OCCURRED_AT
            draft.checked.refuse(column, "twice_in_file", row=first)


_WHOLE = (Column.OCCURRED_AT, Column.PHONE, Column.NAME, Column.SUBJECT, Column.DESCRIPTION)


def _chunks(drafts: list[Draft]) -> Iterator[list[Draft]]:
    for start in range(0, len(drafts), _AT_ONCE):
        yield drafts[start : start + _AT_ONCE]


async def _with_references(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    """By the number the record had before, or by ours when it was exported from here."""
    wanted = {one: draft for draft in drafts if (one := draft.checked.values.get(Column.REFERENCE))}
    if not wanted:
        return
    entered = select(EntryRow.reference, Ticket.number).join(Ticket, col(Ticket.id) == col(EntryRow.ticket_id))
    before = {
        reference: number
        for reference, number in (await session.exec(entered.where(col(EntryRow.reference).in_(wanted)))).all()
        if reference
    }
    ours = (await session.exec(select(Ticket.number).where(col(Ticket.number).in_(wanted)))).all()
    for reference, number in {**before, **{number: number for number in ours}}.items():
        wanted[reference].checked.refuse(Column.REFERENCE, "known_reference", number=number)


async def _with_tickets(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    """The same moment and the same subject are the same matter."""
    moments = {moment: draft for draft in drafts if (moment := draft.checked.moment(Column.OCCURRED_AT))}
    same = select(Ticket.created_at, Ticket.subject, Ticket.number, Ticket.description)
    for at, subject, number, description in (await session.exec(same.where(col(Ticket.created_at).in_(moments)))).all():
        for draft in (draft for draft in drafts if draft.checked.moment(Column.OCCURRED_AT) == at):
            values = draft.checked.values
            matter = {values.get(Column.SUBJECT), values.get(Column.DESCRIPTION)} - {None}
            if matter & {subject, description}:
                draft.checked.refuse(Column.OCCURRED_AT, "known_ticket", number=number)


async def _with_people(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    """Somebody we know has given the same number or address; whether it is them, a colleague decides later."""
    phones = {form: one for draft in drafts if (one := draft.checked.values.get(Column.PHONE)) for form in forms(one)}
    emails = {one for draft in drafts if (one := draft.checked.values.get(Column.EMAIL))}
    if not phones and not emails:
        return
    named = or_(col(Contact.phone).in_(phones), col(Contact.email).in_(emails))
    people = (await session.exec(select(Contact.name, Contact.phone, Contact.email).where(named))).all()
    by_phone = {phones[phone]: name for name, phone, _ in people if phone in phones}
    by_email = {email: name for name, _, email in people if email}
    for draft in drafts:
        values = draft.checked.values
        for column, found in ((Column.PHONE, by_phone), (Column.EMAIL, by_email)):
            given = str(values.get(column))
            if given in found:
                draft.hints.append(Problem(column, "maybe_known", {"name": found[given] or given}))


def forms(number: str) -> set[str]:
    """The ways in which a number may have been kept."""
    national = readable(number)
    return {number, number.removeprefix("+"), national, "".join(filter(str.isdigit, national))}


async def remembered_headings(session: AsyncSession, staff_id: int, *, folded: Any, most: int = 20) -> dict[str, str]:
    """What this person said headings are about before, the newest first."""
    own = select(EntryBatch.headers, EntryBatch.mapping).where(EntryBatch.staff_id == staff_id)
    found: dict[str, str] = {}
    for headers, mapping in (await session.exec(own.order_by(col(EntryBatch.id).desc()).limit(most))).all():
        for header, column in zip(headers, mapping, strict=True):
            found.setdefault(folded(header), column)
    return found
