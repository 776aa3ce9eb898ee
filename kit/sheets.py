"""Tables as people send them, CSV and XLSX: read with care for what a spreadsheet spoils, written without spoiling."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell as StyledCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from kit.errors import InvalidError, TooLargeError

__all__ = ["Cell", "Sheet", "SheetRow", "cell_name", "is_cut", "read_sheet", "text_of", "write_csv", "write_xlsx"]

#: A ``bool`` is an ``int`` and a ``datetime`` a ``date``.
Cell = str | int | float | date | time | None

#: What the parts of a workbook may weigh together when unpacked, for each byte that was allowed packed.
_UNPACKED = 20
_MOST_PARTS = 2000
_MOST_COLUMNS = 200
_LONGEST_CELL = 32_767
_DELIMITERS = ",;\t"
#: Spreadsheets keep fifteen digits of a number; what is longer has lost its end.
_EXACT = 10**15
_CUT_TEXT = re.compile(r"[+-]?\d(?:\.\d+)?E\+\d{2,}", re.IGNORECASE)
#: A cell beginning with one of these is taken for a formula by some spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNFIT_TITLE = re.compile(r"[\[\]:*?/\\]")
_FORMULA_TAG = re.compile(rb"<(?:\w+:)?f[ >]")
_LONG_DIGITS = re.compile(r"\+?\d[\d -]{9,}[A-Z]?")


class SheetUnreadableError(InvalidError):
    """Neither a CSV file nor an XLSX workbook, or a broken or locked one."""

    code = "sheet_unreadable"


class SheetEmptyError(InvalidError):
    """No row of headings, or nothing below it."""

    code = "sheet_empty"


class SheetTooLongError(InvalidError):
    """More than ``most`` rows."""

    code = "sheet_too_long"


class SheetTooLargeError(TooLargeError):
    """More bytes than ``limit_mb``, or many more when unpacked."""

    code = "sheet_too_large"


class FormulaUnknownError(InvalidError):
    """The formula in ``cell`` was never worked out, so nobody knows its value."""

    code = "sheet_formula"


@dataclass(frozen=True)
class SheetRow:
    """``number`` is the one the spreadsheet shows at its side."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """A table: its headings, and rows as wide as they are; rows with nothing in them are left out."""

    headers: tuple[str, ...]
    rows: list[SheetRow]


def read_sheet(name: str, content: bytes, *, max_rows: int, max_bytes: int) -> Sheet:
    """The table in a file; raises one of the errors above.

    Numbers and dates of a workbook stay what they are. A formula counts as the value it had when the file was saved.
    """
    if len(content) > max_bytes:
        raise SheetTooLargeError(limit_mb=max_bytes // (1024 * 1024))
    if content.startswith(b"PK\x03\x04"):
        found = _workbook_rows(content, max_bytes)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        # The old XLS, or a workbook behind a password.
        raise SheetUnreadableError(name=name)
    else:
        found = _csv_rows(name, content)
    return _table(found, max_rows)


def text_of(value: Cell) -> str:
    """A cell as its reader would type it: no exponents, no trailing ``.0``, dates as 2026-11-24 10:00:00."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return f"{value:.0f}"
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value).strip()


def is_cut(value: Cell) -> bool:
    """Whether the spreadsheet took a long number for an amount, and with it lost its last digits."""
    if isinstance(value, str):
        return _CUT_TEXT.fullmatch(value.strip()) is not None
    return isinstance(value, float) and abs(value) >= _EXACT


def cell_name(place: int, row: int) -> str:
    """The name of a cell as spreadsheets have it: B7 for the second column, counted from nought."""
    return f"{get_column_letter(place + 1)}{row}"


def _table(rows: Iterable[SheetRow], max_rows: int) -> Sheet:
    filled = (row for row in rows if any(cell not in {None, ""} for cell in row.cells))
    headers = _headers(filled)
    width = len(headers)
    found: list[SheetRow] = []
    for row in filled:
        if len(found) == max_rows:
            raise SheetTooLongError(most=max_rows)
        cells = row.cells[:width]
        found.append(SheetRow(row.number, cells + (None,) * (width - len(cells))))
    if not found:
        raise SheetEmptyError
    return Sheet(headers, found)


def _headers(rows: Iterator[SheetRow]) -> tuple[str, ...]:
    """The first row with more than one cell: a title above the table stands alone in its row."""
    single: SheetRow | None = None
    for row in rows:
        texts = [text_of(cell) for cell in row.cells]
        if sum(map(bool, texts)) > 1:
            return _without_empty_end(texts)
        single = single or row
    raise SheetEmptyError


def _without_empty_end(texts: list[str]) -> tuple[str, ...]:
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts[:_MOST_COLUMNS])


def _csv_rows(name: str, content: bytes) -> Iterator[SheetRow]:
    text = _decoded(name, content)
    if "\0" in text:
        raise SheetUnreadableError(name=name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for number, cells in enumerate(reader, 1):
            yield SheetRow(number, tuple(_disarmed(cell) or None for cell in cells))
    except csv.Error as broken:
        raise SheetUnreadableError(name=name) from broken


def _decoded(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetUnreadableError(name=name)


def _delimiter(text: str) -> str:
    """What the first lines have most of, outside quotes."""
    head = re.sub(r'"[^"]*"', "", "\n".join(text.split("\n", 5)[:5]))
    return max(_DELIMITERS, key=head.count)


def _disarmed(cell: str) -> str:
    """Without the apostrophe that :func:`write_csv` puts before what looks like a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _workbook_rows(content: bytes, max_bytes: int) -> Iterator[SheetRow]:
    _check_packing(content, max_bytes)
    try:
        yield from _values(content)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, EOFError) as broken:
        # What openpyxl raises for a workbook that is none; SyntaxError is broken XML.
        raise SheetUnreadableError(name="xlsx") from broken


def _check_packing(content: bytes, max_bytes: int) -> None:
    """A small archive can unpack to more than the machine has: the sizes are looked at before anything is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _UNPACKED * max_bytes:
                raise SheetTooLargeError(limit_mb=max_bytes // (1024 * 1024))
            for part in parts:
                _check_part(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as broken:
        raise SheetUnreadableError(name="xlsx") from broken


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """No part of a workbook declares entities: what does is meant to blow up in the parser."""
    if part.filename.endswith((".xml", ".rels")):
        with archive.open(part) as file:
            if b"<!DOCTYPE" in file.read(1024):
                raise SheetUnreadableError(name="xlsx")


def _values(content: bytes) -> Iterator[SheetRow]:
    with _opened(content, data_only=True) as rows:
        if not _has_formulas(content):
            for number, cells in enumerate(rows, 1):
                yield SheetRow(number, tuple(map(_plain, cells)))
            return
        with _opened(content, data_only=False) as formulas:
            for number, (cells, sources) in enumerate(zip(rows, formulas, strict=True), 1):
                _check_known(number, cells, sources)
                yield SheetRow(number, tuple(map(_plain, cells)))


@contextmanager
def _opened(content: bytes, *, data_only: bool) -> Iterator[Iterator[tuple[object, ...]]]:
    """The values of the sheet that was on top when the workbook was saved."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    try:
        shown = book.active
        if not isinstance(shown, ReadOnlyWorksheet):
            raise SheetUnreadableError(name="xlsx")
        # The size a workbook claims to have may be wrong, and then rows would be cut.
        shown.reset_dimensions()
        yield shown.iter_rows(values_only=True, max_col=_MOST_COLUMNS)
    finally:
        book.close()


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_FORMULA_TAG.search(archive.read(name)) for name in sheets)


def _check_known(number: int, cells: tuple[object, ...], sources: tuple[object, ...]) -> None:
    for place, (value, source) in enumerate(zip(cells, sources, strict=False)):
        if value is None and isinstance(source, str) and source.startswith("="):
            raise FormulaUnknownError(cell=cell_name(place, number))


def _plain(value: object) -> Cell:
    match value:
        case str():
            return value.strip() or None
        case None | int() | float() | date() | time():
            return value
        case timedelta():
            return str(value)
        case _:
            return str(value)


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """With the mark by which Excel knows UTF-8; what looks like a formula gets an apostrophe before it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_armed(header) for header in headers])
    writer.writerows([_armed(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig", errors="replace")


def _armed(cell: Cell) -> str:
    text = text_of(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """A workbook of one sheet. A text stays a text, whatever it looks like; moments are to be without a zone."""
    book = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = book.create_sheet(_UNFIT_TITLE.sub(" ", title)[:31] or "1")
    sheet.freeze_panes = "A2"
    sheet.append([_heading(sheet, header) for header in headers])
    for row in rows:
        sheet.append([_written(sheet, cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _heading(sheet: WriteOnlyWorksheet, header: str) -> StyledCell:
    cell = _as_text(sheet, header)
    cell.font = Font(bold=True)
    return cell


def _written(sheet: WriteOnlyWorksheet, value: Cell) -> Cell | StyledCell:
    match value:
        case str() if value.startswith("=") or _LONG_DIGITS.fullmatch(value):
            return _as_text(sheet, value)
        case str():
            return _fit(value)
        case datetime():
            cell = WriteOnlyCell(sheet, value)
            cell.number_format = "yyyy-mm-dd hh:mm:ss"
            return cell
        case int() if abs(value) >= _EXACT:
            return _as_text(sheet, str(value))
        case _:
            return value


def _as_text(sheet: WriteOnlyWorksheet, value: str) -> StyledCell:
    """A cell that stays a text when somebody edits it."""
    cell = WriteOnlyCell(sheet, _fit(value))
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _fit(text: str) -> str:
    return _UNFIT.sub("", text)[:_LONGEST_CELL]
