"""Enter a batch, some rows at a time: each piece is one transaction with its job's end, so that no row comes twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col

from kit.access.models import Staff
from kit.db import AsyncSession, hint
from kit.ground import Ground
from kit.outbox import ClaimedJob
from tickets.contacts.models import Contact, ContactIdentity
from tickets.conversations.models import Conversation, Message
from tickets.desk.models import Category, Team
from tickets.entry.batches import ENTRY_DUE, finish, get_batch, good_rows, hand_on, row_table
from tickets.entry.columns import Column
from tickets.entry.models import EntryBatch, EntryRow, EntryState
from tickets.entry.people import People
from tickets.entry.records import Placed, Record, priority_of
from tickets.entry.starting import start_clocks
from tickets.models import Ticket, TicketEvent
from tickets.numbers import counter_table
from tickets.reports.rollup import mark_dirty
from tickets.rhythm import rhythm_of
from tickets.search.service import index_many, message_row, ticket_row
from tickets.surveys.models import Survey

#: Rows in one transaction: a tenth of a second on SQLite, where everybody else waits meanwhile.
AT_ONCE = 200


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
    return table


@dataclass(frozen=True)
class Entering:
    """Handles the jobs that enter a batch."""

    ground: Ground

    async def handle(self, session: AsyncSession, job: ClaimedJob) -> None:
        """The next rows; then the rest is handed on, or it is the end."""
        now, batch_id = self.ground.clock.now(), int(job.payload["batch_id"])
        batch = await get_batch(session, batch_id)
        if batch.state != EntryState.ENTERING:
            return
        rows = list((await session.exec(good_rows(batch_id, batch.cursor, AT_ONCE))).all())
        if not rows:
            await finish(session, batch_id, EntryState.ENTERING, EntryState.ENTERED, entered_at=now)
            hint(session, "tickets")
            return
        await self._write(session, now, batch, rows)
        batch.cursor, batch.entered = rows[-1].number, batch.entered + len(rows)
        session.add(batch)
        hint(session, f"entry:{batch_id}")
        await hand_on(session, now, batch_id, ENTRY_DUE)

    async def _write(self, session: AsyncSession, now: datetime, batch: EntryBatch, rows: Sequence[EntryRow]) -> None:
        people = People(batch.id)
        await people.load(session, [(row.number, row.values) for row in rows])
        order = await _order(session)
        records = [
            Record(batch, row, people.match(row.number, row.values), order.place(row.values, batch), now)
            for row in rows
        ]
        new = await _write_people(session, records)
        talks = await _many(session, Conversation, [record.conversation() for record in records])
        rhythm = rhythm_of(self.ground.settings)
        numbers = await next_numbers(session, [record.opened_at for record in records], zone=rhythm.zone)
        made = [record.ticket(number, talk) for record, number, talk in zip(records, numbers, talks, strict=True)]
        tickets = await _many(session, Ticket, made)
        await _write_history(session, records, tickets, talks)
        await _make_findable(session, records, tickets, numbers)
        await session.execute(
            _ROW_DONE,
            [
                {"of_id": record.row.id, "to_ticket": ticket, "to_contact": new.get(record.row.id)}
                for record, ticket in zip(records, tickets, strict=True)
            ],
        )
        still_open = [one for one, record in zip(tickets, records, strict=True) if record.resolved_at is None]
        await start_clocks(session, now, still_open, rhythm=rhythm)
        await mark_dirty(session, (event["at"] for record in records for event in record.events(0)))


_ROW_DONE = (
    update(row_table)
    .where(row_table.c.id == bindparam("of_id"))
    .values(ticket_id=bindparam("to_ticket"), contact_id=bindparam("to_contact"))
)


async def _write_people(session: AsyncSession, records: Sequence[Record]) -> dict[int, int]:
    """Everybody new, each once; which row brought whom."""
    first: dict[int, Record] = {}
    for record in records:
        if record.person.contact_id is None:
            first.setdefault(id(record.person), record)
    brought = list(first.values())
    if not brought:
        return {}
    ids = await _many(session, Contact, [record.contact() for record in brought])
    for record, contact_id in zip(brought, ids, strict=True):
        record.person.contact_id = contact_id
    await session.execute(insert(table_of(ContactIdentity)), [record.identity() for record in brought])
    return {record.row.id: contact_id for record, contact_id in zip(brought, ids, strict=True)}


async def _write_history(
    session: AsyncSession, records: Sequence[Record], tickets: Sequence[int], talks: Sequence[int]
) -> None:
    both = list(zip(records, tickets, talks, strict=True))
    said = [message for record, ticket, talk in both for message in record.messages(ticket, talk)]
    ids = await _many(session, Message, said)
    dialect = session.get_bind().dialect.name
    await index_many(
        session,
        [message_row(dialect, one["ticket_id"], made, one["text"]) for made, one in zip(ids, said, strict=True)],
    )
    await _many(session, TicketEvent, [event for record, ticket, _ in both for event in record.events(ticket)])
    surveys = [survey for record, ticket, _ in both if (survey := record.survey(ticket))]
    if surveys:
        await session.execute(insert(table_of(Survey)), surveys)


async def _make_findable(
    session: AsyncSession, records: Sequence[Record], tickets: Sequence[int], numbers: Sequence[str]
) -> None:
    dialect = session.get_bind().dialect.name
    found = [record.about(one, number) for record, one, number in zip(records, tickets, numbers, strict=True)]
    await index_many(session, [ticket_row(dialect, about, about.person) for about in found])


async def _many(session: AsyncSession, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Add rows at once; their ids, in the same order."""
    table = table_of(model)
    added = await session.execute(insert(table).returning(table.c.id, sort_by_parameter_order=True), list(rows))
    return list(added.scalars())


async def next_numbers(session: AsyncSession, moments: Sequence[datetime], *, zone: str) -> list[str]:
    """A number of its own day for each moment: 3 November's record is YP-261103-…, whenever it is entered."""
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments]
    wanted = Counter(days)
    statement = _COUNT_UP[session.get_bind().dialect.name]
    rows = [{"day": day, "last": count} for day, count in sorted(wanted.items())]
    counted = await session.execute(statement, rows)
    nexts = {day: last - wanted[day] for day, last in counted.all()}
    numbers = []
    for day in days:
        nexts[day] += 1
        numbers.append(number_of(day, nexts[day]))
    return numbers


def number_of(day: date, count: int) -> str:
    """As tickets.numbers writes it."""
    return f"YP-{day:%y%m%d}-{count:04d}"


def _counting_up(dialect_insert: Any) -> Insert:
    statement = dialect_insert(counter_table)
    counted: Insert = statement.on_conflict_do_update(
        index_elements=["day"], set_={"last": counter_table.c.last + statement.excluded.last}
    ).returning(counter_table.c.day, counter_table.c.last)
    return counted


_COUNT_UP = {"postgresql": _counting_up(postgresql.insert), "sqlite": _counting_up(sqlite.insert)}


@dataclass(frozen=True)
class _Order:
    """The desk's own order: which team a category is for, and what a region has."""

    categories: Mapping[str, Category]
    regions: Mapping[str, int]
    general: int | None
    names: Mapping[int, str]

    def place(self, values: Mapping[str, Any], batch: EntryBatch) -> Placed:
        """A region's own team goes first, as for everybody who writes."""
        category = self.categories.get(str(values.get(Column.CATEGORY)))
        regional = self.regions.get(str(values.get(Column.REGION)))
        return Placed(
            category_id=category.id if category else None,
            team_id=regional or (category.team_id if category else None) or self.general,
            priority=priority_of(dict(values), category.priority if category else None),
            handler=self.names.get(values.get(Column.HANDLED_BY) or 0, batch.staff_name),
        )


async def _order(session: AsyncSession) -> _Order:
    categories = (await session.execute(select(Category))).scalars().all()
    teams = (await session.execute(select(Team).where(col(Team.active)).order_by(col(Team.id)))).scalars().all()
    staff = await session.execute(select(col(Staff.id), col(Staff.name)))
    return _Order(
        categories={category.key: category for category in categories},
        regions={team.region: team.id for team in teams if team.region},
        general=teams[0].id if teams else None,
        names={staff_id: name for staff_id, name in staff.all() if staff_id is not None},
    )
