"""Improvement items, and the repeated causes they are opened from."""

from datetime import date
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import Form, Query
from starlette.requests import HTTPConnection
from starlette.responses import Response

from kit.i18n import translate
from kit.sheets import Cell, write_csv, write_xlsx
from kit.text import clean_text
from kit.web.deps import ReadSession, WriteSession, held
from knowledge.console import HOME
from knowledge.console.counter import BIGINT_MAX, Counter, CounterDep, RowId, Seen, knowledge_router
from knowledge.console.forms import day_of
from knowledge.console.queries import colleagues, count_waiting
from knowledge.improving.measuring import SETTLED, SPAN, CountTickets, repeated_causes
from knowledge.improving.models import ImprovementItem, ItemState
from knowledge.improving.service import (
    PLAN_MAX,
    TITLE_MAX,
    Changes,
    Listed,
    all_items,
    change,
    item_of,
    listed,
    open_by_hand,
    open_from_category,
    open_from_gap,
    set_state,
)

_DESK = f"{HOME}/improving"
_A_PAGE, _MOST_CAUSES, _MOST_ROWS = 50, 10, 10_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS = "id title plan source state owner due baseline done effect opened".split()


def count_of(connection: HTTPConnection) -> CountTickets:
    return cast("CountTickets", connection.app.state.count_tickets)


CountDep = Annotated[CountTickets, held(count_of)]
router = knowledge_router()


@router.get("/improving")
async def show_items(
    desk: CounterDep,
    session: ReadSession,
    count: CountDep,
    *,
    show: ItemState = ItemState.OPEN,
    day: date | None = None,
    last: Annotated[int, Query(ge=0, le=BIGINT_MAX)] = 0,
) -> Response:
    """A page goes on after the item ``last``, which is due on ``day``."""
    rows = await listed(session, show, after=(day, last) if day else None, limit=_A_PAGE + 1)
    return desk.page(
        "improving.html",
        rows=rows[:_A_PAGE],
        more=rows[_A_PAGE - 1].item if len(rows) > _A_PAGE else None,
        show=show,
        states=list(ItemState),
        today=desk.today,
        causes=(await repeated_causes(session, desk.now, count))[:_MOST_CAUSES],
        measured_on=lambda item: _measured_on(desk, item),
        title_max=TITLE_MAX,
        waiting=await count_waiting(session),
    )


@router.post("/improving")
async def begin(desk: CounterDep, session: WriteSession, title: Annotated[str, Form(max_length=1000)] = "") -> Response:
    item = await open_by_hand(session, desk.now, desk.author, _line(title), desk.today)
    return desk.go(_address(item.id))


@router.post("/improving/category")
async def begin_from_category(
    desk: CounterDep, session: WriteSession, count: CountDep, key: Annotated[str, Form(max_length=80)]
) -> Response:
    item = await open_from_category(session, desk.now, desk.author, key, desk.today, count=count, locale=desk.locale)
    return desk.go(_address(item.id))


@router.post("/gaps/{gap_id}/improve")
async def begin_from_gap(desk: CounterDep, session: WriteSession, count: CountDep, gap_id: RowId) -> Response:
    item = await open_from_gap(session, desk.now, desk.author, gap_id, desk.today, count=count)
    return desk.go(_address(item.id))


@router.get("/improving/file.{kind}")
async def take_away(desk: CounterDep, session: ReadSession, kind: str) -> Response:
    rows = [_cells(desk, row) for row in await all_items(session, limit=_MOST_ROWS)]
    headers = [translate(f"improving.column.{name}", desk.locale) for name in _COLUMNS]
    name = f"improvements-{desk.today}"
    if kind == "xlsx":
        return _file(write_xlsx(headers, rows, name), f"{name}.xlsx", _XLSX)
    return _file(write_csv(headers, rows), f"{name}.csv", "text/csv; charset=utf-8")


@router.get("/improving/{item_id}")
async def show_item(desk: CounterDep, session: ReadSession, item_id: RowId) -> Response:
    row = await item_of(session, item_id)
    return desk.page(
        "improving_item.html",
        row=row,
        item=row.item,
        overdue=row.item.state == ItemState.OPEN and row.item.due_on < desk.today,
        staff_choices=await colleagues(session),
        measured_on=lambda item: _measured_on(desk, item),
        title_max=TITLE_MAX,
        plan_max=PLAN_MAX,
    )


@router.post("/improving/{item_id}")
async def keep(
    desk: CounterDep,
    session: WriteSession,
    item_id: RowId,
    *,
    seen: Seen,
    title: Annotated[str, Form(max_length=1000)] = "",
    plan: Annotated[str, Form(max_length=20_000)] = "",
    owner: Annotated[int, Form(ge=0, le=BIGINT_MAX)] = 0,
    due: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    changes = Changes(title=_line(title), plan=clean_text(plan), owner_id=owner or None, due_on=day_of(due))
    await change(session, desk.now, desk.author, item_id, changes, seen=seen)
    return desk.go(_address(item_id))


@router.post("/improving/{item_id}/state")
async def move(
    desk: CounterDep, session: WriteSession, item_id: RowId, *, seen: Seen, state: Annotated[ItemState, Form()]
) -> Response:
    await set_state(session, desk.now, desk.author, item_id, state, seen=seen)
    return desk.go(_address(item_id))


def _address(item_id: int) -> str:
    return f"{_DESK}/{item_id}"


def _line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _measured_on(desk: Counter, item: ImprovementItem) -> date | None:
    """The day on which the effect will be known."""
    return (item.done_at + SPAN + SETTLED).astimezone(desk.zone).date() if item.done_at else None


def _cells(desk: Counter, row: Listed) -> list[Cell]:
    item = row.item
    return [
        item.id,
        item.title,
        item.plan,
        translate(f"improving.source.{item.source}", desk.locale),
        translate(f"improving.state.{item.state}", desk.locale),
        row.owner,
        item.due_on,
        item.baseline,
        item.done_at.astimezone(desk.zone).date() if item.done_at else None,
        item.effect,
        item.created_at.astimezone(desk.zone).date(),
    ]


def _file(content: bytes, name: str, media_type: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"content-disposition": disposition})
