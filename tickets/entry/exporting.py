"""Tickets as a table in the very columns they are entered in, and the tables that go with a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from kit.access.models import Staff
from kit.db import AsyncSession
from kit.i18n import catalogue, translate
from kit.masking import mask_email, mask_number
from kit.phones import readable
from kit.settings import Locale
from kit.sheets import Cell, cell_name
from tickets.contacts.models import Contact
from tickets.desk.models import Category
from tickets.entry.columns import Column, heading
from tickets.entry.models import EntryBatch, EntryRow
from tickets.models import Ticket
from tickets.surveys.models import Survey
from tickets.timeline import spoken

_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Style:
    """For whom a table is written; ``masked`` hides what not everybody may see whole."""

    locale: Locale
    zone: ZoneInfo
    masked: bool


def headings(locale: Locale) -> list[str]:
    """The first row of our own tables."""
    return [heading(column, locale) for column in Column]


async def table_of_tickets(session: AsyncSession, ids: Sequence[int], style: Style) -> list[list[Cell]]:
    """One row a ticket, in the order of the ids."""
    rows: list[list[Cell]] = []
    for start in range(0, len(ids), _AT_ONCE):
        rows += await _some(session, ids[start : start + _AT_ONCE], style)
    return rows


async def _some(session: AsyncSession, ids: Sequence[int], style: Style) -> list[list[Cell]]:
    wanted = (
        select(Ticket, Contact, Category, col(Staff.name), col(Survey.score))
        .join(Contact, col(Contact.id) == col(Ticket.contact_id))
        .join(Category, col(Category.id) == col(Ticket.category_id), isouter=True)
        .join(Staff, col(Staff.id) == col(Ticket.assignee_id), isouter=True)
        .join(Survey, col(Survey.ticket_id) == col(Ticket.id), isouter=True)
        .where(col(Ticket.id).in_(ids))
    )
    found = {row[0].id: row for row in (await session.execute(wanted)).all()}
    return [[_cells(found[one], style)[column] for column in Column] for one in ids if one in found]


def _cells(row: Any, style: Style) -> dict[Column, Cell]:
    ticket, contact, category, handler, score = row
    name = "" if category is None else (category.name_zh if style.locale == "zh" else category.name_en)
    return {
        Column.REFERENCE: ticket.number,
        Column.OCCURRED_AT: _local(ticket.created_at, style),
        Column.CHANNEL: spoken("console.channel", ticket.channel, style.locale),
        Column.NAME: contact.name,
        Column.PHONE: _shown(readable(contact.phone) if contact.phone else None, style),
        Column.EMAIL: mask_email(contact.email) if contact.email and style.masked else contact.email,
        Column.COMPANY: contact.company,
        Column.TAX_ID: _shown(contact.tax_id or ticket.facts.get("tax_id"), style),
        Column.REGION: ticket.region,
        Column.CATEGORY: name,
        Column.PRIORITY: translate(f"priority.{ticket.priority}", style.locale),
        Column.SUBJECT: ticket.subject,
        Column.DESCRIPTION: ticket.description,
        Column.HANDLED_BY: handler,
        Column.FIRST_REPLIED_AT: _local(ticket.first_replied_at, style),
        Column.RESOLVED_AT: _local(ticket.resolved_at, style),
        Column.SOLUTION: ticket.solution,
        Column.NOTES: None,
        Column.SATISFACTION: score,
    }


def _shown(value: str | None, style: Style) -> str | None:
    return mask_number(value) if value and style.masked else value


def _local(moment: datetime | None, style: Style) -> Cell:
    return moment.astimezone(style.zone).replace(tzinfo=None) if moment else None


def described(problem: dict[str, Any], number: int, locale: Locale) -> str:
    """The cell, and what is to be done about it."""
    text = translate(f"entry.problem.{problem['key']}", locale, **problem["values"])
    name = heading(Column(problem["column"]), locale)
    cell = f"{cell_name(problem['place'], number)} " if problem["place"] is not None else ""
    return translate("entry.problem_of_cell", locale, cell=cell, name=name, text=text)


async def broken_table(session: AsyncSession, batch: EntryBatch, locale: Locale) -> tuple[list[str], list[list[Cell]]]:
    """The rows that stay out as they came, with the reasons behind them: mended, this file can be entered."""
    broken = select(EntryRow).where(col(EntryRow.batch_id) == batch.id, col(EntryRow.broken))
    rows = (await session.execute(broken.order_by(col(EntryRow.number)))).scalars().all()
    reasons = translate("entry.reasons", locale)
    table: list[list[Cell]] = [
        [*row.raw, "\n".join(described(one, row.number, locale) for one in row.problems)] for row in rows
    ]
    return [*batch.headers, reasons], table


def template_rows(locale: Locale) -> list[list[Cell]]:
    """Two records to learn from."""
    known = catalogue().prefixed("entry.example.", locale)
    return [[known.get(f"entry.example.{which}.{column}") for column in Column] for which in ("solved", "open")]
