"""Tables of records as people send them, and the worker that enters them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from kit.access.identity import Role
from kit.access.models import Staff
from kit.db import metadata
from kit.ground import Ground
from kit.outbox.runner import Runner
from kit.settings import Locale
from kit.sheets import Cell, write_csv, write_xlsx
from tickets.actors import Actor, ActorKind
from tickets.desk.models import Category, Team
from tickets.entry.batches import ENTRY_DUE, ENTRY_UNDO, QUEUE, Reader, begin_entering, begin_undoing, get_batch
from tickets.entry.models import EntryBatch, EntryRow
from tickets.entry.undoing import Undoing
from tickets.entry.writing import Entering
from tickets.models import Ticket

HEADERS = (
    "发生时间",
    "渠道",
    "姓名",
    "电话",
    "税号",
    "类别",
    "标题",
    "问题描述",
    "处理人",
    "首次回复时间",
    "解决时间",
    "处理结果",
    "满意度",
    "原编号",
)
TAX_ID = "91350100M000100Y43"
#: What belongs to the desk's work and not to its records.
_APART = {"entry_batch", "entry_row", "job", "lane", "report_dirty", "report_hour", "report_state"}


def line(**changes: Cell) -> list[Cell]:
    """A row that can be entered as it is."""
    usual: dict[str, Cell] = {
        "发生时间": "2026-11-03 09:30",
        "渠道": "电话",
        "姓名": "张三",
        "电话": "138 0013 8000",
        "税号": TAX_ID,
        "类别": "登录",
        "标题": "登录不了",
        "问题描述": "开票软件登录不了",
        "处理人": "王芳",
        "首次回复时间": "2026-11-03 09:40",
        "解决时间": "2026-11-03 11:30",
        "处理结果": "重装了控件",
        "满意度": 5,
        "原编号": None,
    }
    return [{**usual, **changes}[header] for header in HEADERS]


def wrong_tax_id(code: str, locale: Locale) -> str | None:
    """As the product's own check, for a test: everything that ends with X is wrong."""
    return "校验位不对" if code.endswith("X") else None


@dataclass
class Office:
    """A desk with one team, two categories and 王芳, who enters what is on paper."""

    ground: Ground
    staff: Actor
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        ground = self.ground
        kinds = {
            ENTRY_DUE: Entering(ground).handle,
            ENTRY_UNDO: Undoing(ground.clock).handle,
        }
        self.runner = Runner(ground.db, ground.clock, QUEUE, transactional=kinds)

    @property
    def reader(self) -> Reader:
        ground = self.ground
        return Reader(ground.db, ground.clock, ground.files, ground.settings.time_zone, wrong_tax_id)

    async def reads(
        self, *rows: Sequence[Cell], headers: Sequence[str] = HEADERS, name: str = "台账.csv", locale: Locale = "zh"
    ) -> EntryBatch:
        made = write_csv(headers, rows) if name.endswith("csv") else write_xlsx(headers, rows, "台账")
        return await self.batch(await self.reader.read(name, made, staff=self.staff, locale=locale))

    async def batch(self, batch_id: int) -> EntryBatch:
        async with self.ground.db.reading() as session:
            return await get_batch(session, batch_id)

    async def enters(self, batch: EntryBatch) -> EntryBatch:
        async with self.ground.db.transaction() as session:
            await begin_entering(session, self.ground.clock.now(), batch.id)
        return await self.works(batch)

    async def undoes(self, batch: EntryBatch) -> EntryBatch:
        async with self.ground.db.transaction() as session:
            await begin_undoing(session, self.ground.clock.now(), batch.id)
        return await self.works(batch)

    async def works(self, batch: EntryBatch) -> EntryBatch:
        while await self.runner.run_once():
            pass
        return await self.batch(batch.id)

    async def rows(self, batch: EntryBatch) -> list[EntryRow]:
        own = select(EntryRow).where(EntryRow.batch_id == batch.id).order_by(col(EntryRow.number))
        async with self.ground.db.reading() as session:
            return list((await session.exec(own)).all())

    async def problems(self, batch: EntryBatch) -> list[tuple[int, str, str]]:
        """Row, column and what is wrong with it."""
        return [(row.number, one["column"], one["key"]) for row in await self.rows(batch) for one in row.problems]

    async def tickets(self) -> list[Ticket]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Ticket).order_by(col(Ticket.id)))).all())

    async def ticket(self) -> Ticket:
        [ticket] = await self.tickets()
        return ticket

    async def all_of(self, model: Any) -> list[Any]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(model))).all())

    async def digest(self) -> dict[str, str]:
        """What the store holds, table by table, but for the batches themselves and the jobs."""
        found = {}
        async with self.ground.db.reading() as session:
            for table in metadata.sorted_tables:
                if table.name not in _APART:
                    rows = sorted(repr(tuple(row)) for row in (await session.execute(table.select())).all())
                    found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return found


async def open_office(ground: Ground) -> Office:
    now = ground.clock.now()
    async with ground.db.transaction() as session:
        team = Team(key="issuing", name_zh="开票组", name_en="Issuing")
        session.add(team)
        await session.flush()
        for key, zh, en in (("login", "登录", "Signing in"), ("print", "打印与版式", "Printing")):
            session.add(Category(key=key, name_zh=zh, name_en=en, team_id=team.id, priority=2))
        wang = Staff(login="wang", name="王芳", role=Role.SUPERVISOR, password_hash="-", created_at=now)
        session.add(wang)
        await session.flush()
    return Office(ground, Actor(ActorKind.STAFF, wang.id, wang.name))


def many(count: int, *, broken: int = 0) -> list[list[Cell]]:
    """Rows of a year's records, of which ``broken`` have something wrong with them."""
    first = datetime(2025, 11, 1, tzinfo=UTC).replace(tzinfo=None)
    faults: tuple[dict[str, Cell], ...] = (
        {"发生时间": "去年"},
        {"类别": "登陆"},
        {"电话": "12"},
        {"解决时间": "2020-01-01 10:00"},
        {"税号": "91110105MA0123456X"},
    )
    rows = []
    for place in range(count):
        at = first + timedelta(minutes=40 * place)
        own: dict[str, Cell] = {
            "发生时间": at,
            "姓名": f"客户{place % 3000}",
            "电话": f"1380{place % 3000:07d}",
            "标题": f"第{place}件：登录后提示超时",
            "问题描述": f"第{place}件：登录后提示超时，换了网络也不行",
            "首次回复时间": at + timedelta(minutes=12),
            "解决时间": at + timedelta(hours=3) if place % 20 else None,
            "满意度": place % 5 + 1 if place % 20 else None,
            "原编号": f"A-{place:06d}",
        }
        fault = faults[place % len(faults)] if place < broken else {}
        rows.append(line(**{**own, **fault}))
    return rows
