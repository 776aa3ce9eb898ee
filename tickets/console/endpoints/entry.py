"""Bulk entry: a table comes in, is looked at, entered, and taken back; any selection goes out as the same table."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.errors import InvalidError
from kit.i18n import translate
from kit.settings import Locale
from kit.sheets import Cell, SheetTooLargeError, write_csv, write_xlsx
from kit.web.deps import ReadSession, WriteSession, held
from kit.web.errors import wants_swap
from tickets.console.endpoints.counter import Counter, CounterDep, RowId, console_router
from tickets.console.queries.entry import batches, broken_rows, first_rows, kept_rows
from tickets.console.queries.queue import matching_ids
from tickets.console.selection import SelectionDep
from tickets.entry.batches import MOST_BYTES, MOST_ROWS, Reader, begin_entering, begin_undoing, get_batch
from tickets.entry.checking import TaxIdCheck
from tickets.entry.columns import Column, heading
from tickets.entry.errors import BatchUnknownError
from tickets.entry.exporting import Style, broken_table, described, headings, table_of_tickets, template_rows
from tickets.entry.models import EntryBatch, EntryState

router = console_router(Role.AGENT)
PAGE = "/console/entry"
SHOWN = 100
_FIRST = 5
_BUSY = {EntryState.ENTERING, EntryState.UNDOING}
_MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Format = Literal["csv", "xlsx"]


class EntryFileMissingError(InvalidError):
    """No file was chosen."""

    code = "entry_file_missing"


def _nothing_wrong(_code: str, _locale: Locale) -> str | None:
    """Where nobody can tell a wrong number from a right one."""
    return None


def _check(request: Any) -> TaxIdCheck:
    return cast("TaxIdCheck", getattr(request.app.state, "check_tax_id", _nothing_wrong))


CheckDep = Annotated[TaxIdCheck, held(_check)]


def _reader(desk: Counter, check: TaxIdCheck) -> Reader:
    ground = desk.ground
    return Reader(ground.db, ground.clock, ground.files, desk.zone, check)


async def _own(desk: Counter, session: AsyncSession, batch_id: int) -> EntryBatch:
    """Agents see what they brought; supervisors see all."""
    batch = await get_batch(session, batch_id)
    if batch.staff_id != desk.staff.id and not desk.staff.may(Role.SUPERVISOR):
        raise BatchUnknownError
    return batch


@router.get("/entry")
async def show_batches(desk: CounterDep, session: ReadSession) -> Response:
    everybody = desk.staff.may(Role.SUPERVISOR)
    found = await batches(session, staff_id=None if everybody else desk.staff.id)
    return desk.page("tickets/entry.html", batches=found, rows=MOST_ROWS, mb=MOST_BYTES // 1024 // 1024)


@router.post("/entry")
async def take_file(desk: CounterDep, check: CheckDep, file: Annotated[UploadFile | None, File()] = None) -> Response:
    if file is None or not file.filename:
        raise EntryFileMissingError
    content = await file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise SheetTooLargeError(limit_mb=MOST_BYTES // (1024 * 1024))
    batch_id = await _reader(desk, check).read(file.filename, content, staff=desk.actor, locale=desk.locale)
    return _go(desk.request, f"{PAGE}/{batch_id}")


def _go(request: Request, address: str) -> Response:
    if wants_swap(request):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


@router.get("/entry/template.{kind}")
async def download_template(desk: CounterDep, kind: Format) -> Response:
    title = translate("entry.title", desk.locale)
    return _table(kind, title, headings(desk.locale), template_rows(desk.locale))


@router.get("/entry/export.{kind}")
async def export_selection(desk: CounterDep, session: ReadSession, selection: SelectionDep, kind: Format) -> Response:
    """Any selection of the queue, as the page of it has it; numbers and addresses are whole for supervisors only."""
    ids = await matching_ids(session, desk.now, selection, staff_id=desk.staff.id, limit=MOST_ROWS, zone=desk.zone)
    style = Style(locale=desk.locale, zone=ZoneInfo(desk.zone), masked=not desk.staff.may(Role.SUPERVISOR))
    rows = await table_of_tickets(session, ids, style)
    title = f"{translate('console.queue.title', desk.locale)} {desk.now.astimezone(style.zone):%Y-%m-%d %H%M}"
    return await asyncio.to_thread(_table, kind, title, headings(desk.locale), rows)


def _table(kind: Format, title: str, headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Response:
    content = write_csv(headers, rows) if kind == "csv" else write_xlsx(headers, rows, title)
    headers_sent = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{title}.{kind}', safe='')}"}
    return Response(content, media_type=_MIME[kind], headers=headers_sent)


@router.get("/entry/{batch_id}")
async def show_batch(desk: CounterDep, session: ReadSession, batch_id: RowId) -> Response:
    return await _shown(desk, session, await _own(desk, session, batch_id), "tickets/entry_batch.html")


@router.get("/entry/{batch_id}/state")
async def show_state(desk: CounterDep, session: ReadSession, batch_id: RowId) -> Response:
    """Asked for again and again while the worker is at it."""
    return await _shown(desk, session, await _own(desk, session, batch_id), "tickets/entry_state.html")


async def _shown(desk: Counter, session: AsyncSession, batch: EntryBatch, name: str) -> Response:
    broken = await broken_rows(session, batch.id, most=SHOWN)
    return desk.page(
        name,
        batch=batch,
        busy=batch.state in _BUSY,
        good=batch.total - batch.broken,
        problems=[(row.number, [described(one, row.number, desk.locale) for one in row.problems]) for row in broken],
        kept=await kept_rows(session, batch.id, most=SHOWN) if batch.kept else [],
        first=await first_rows(session, batch.id, most=_FIRST),
        columns=[(column.value, heading(column, desk.locale)) for column in Column],
        most=SHOWN,
    )


@router.post("/entry/{batch_id}/mapping")
async def change_mapping(
    desk: CounterDep, check: CheckDep, batch_id: RowId, column: Annotated[list[str] | None, Form()] = None
) -> Response:
    async with desk.ground.db.reading() as session:
        await _own(desk, session, batch_id)
    await _reader(desk, check).map_anew(batch_id, column or [])
    async with desk.ground.db.reading() as session:
        return await _after(desk, session, batch_id)


@router.post("/entry/{batch_id}/enter")
async def enter_batch(desk: CounterDep, session: WriteSession, batch_id: RowId) -> Response:
    await _own(desk, session, batch_id)
    await begin_entering(session, desk.now, batch_id)
    return await _after(desk, session, batch_id)


@router.post("/entry/{batch_id}/undo")
async def undo_batch(desk: CounterDep, session: WriteSession, batch_id: RowId) -> Response:
    await _own(desk, session, batch_id)
    await begin_undoing(session, desk.now, batch_id)
    return await _after(desk, session, batch_id)


async def _after(desk: Counter, session: AsyncSession, batch_id: int) -> Response:
    if not wants_swap(desk.request):
        return RedirectResponse(f"{PAGE}/{batch_id}", status_code=303)
    session.expire_all()
    return await _shown(desk, session, await _own(desk, session, batch_id), "tickets/entry_state.html")


@router.get("/entry/{batch_id}/broken.{kind}")
async def download_broken(desk: CounterDep, session: ReadSession, batch_id: RowId, kind: Format) -> Response:
    batch = await _own(desk, session, batch_id)
    headers, rows = await broken_table(session, batch, desk.locale)
    name = batch.name.rpartition(".")[0] or batch.name
    return _table(kind, f"{name} {translate('entry.problems', desk.locale)}", headers, rows)
