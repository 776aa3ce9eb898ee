"""Tables in and out: what spreadsheets do to dates, long numbers and formulas."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from kit.errors import AppError
from kit.sheets import Cell, Sheet, cell_name, is_cut, read_sheet, text_of, write_csv, write_xlsx

TAX_ID = "91110105MA01234567"
LONG = "123456789012345678"
HEADERS = ("姓名", "税号", "备注")


def read(content: bytes, *, name: str = "table.csv", max_rows: int = 100) -> Sheet:
    return read_sheet(name, content, max_rows=max_rows, max_bytes=1024 * 1024)


def cells(sheet: Sheet) -> list[tuple[Cell, ...]]:
    return [row.cells for row in sheet.rows]


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_what_people_send_is_read(self, encoding: str, delimiter: str) -> None:
        text = "\r\n".join(delimiter.join(line) for line in [HEADERS, ("张三", TAX_ID, "打不开")])
        sheet = read(text.encode(encoding))
        assert sheet.headers == HEADERS
        assert cells(sheet) == [("张三", TAX_ID, "打不开")]

    def test_rows_have_the_numbers_of_the_file_and_empty_ones_are_left_out(self) -> None:
        sheet = read("补录表,,\n姓名,税号,\n张三,1,\n,,\n李四,2,\n".encode())
        assert sheet.headers == ("姓名", "税号")
        assert [row.number for row in sheet.rows] == [3, 5]

    def test_a_cell_may_have_several_lines(self) -> None:
        assert cells(read('a,b\n"一\n二",x\n'.encode()))[0][0] == "一\n二"

    def test_what_a_spreadsheet_has_cut_is_seen(self) -> None:
        assert is_cut("1.23457E+17")
        assert not is_cut(LONG)


class TestWorkbook:
    def test_moments_and_numbers_stay_what_they_are(self) -> None:
        moment = datetime(2026, 11, 3, 9, 30)  # noqa: DTZ001 - a spreadsheet knows no zones.
        sheet = read(workbook(HEADERS, (moment, LONG, 5)), name="table.xlsx")
        assert cells(sheet) == [(moment, LONG, 5)]

    def test_a_long_number_is_not_written_with_an_exponent(self) -> None:
        assert text_of(123456789012345.0) == "123456789012345"
        assert is_cut(1.2345678901234568e17)

    def test_a_formula_counts_as_its_value_and_one_without_is_refused_with_its_cell(self) -> None:
        with pytest.raises(AppError) as refused:
            read(workbook(HEADERS, ("x", "=1+1", "y")), name="table.xlsx")
        assert refused.value.values == {"cell": "B2"}

    def test_what_unpacks_to_too_much_is_refused(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30 * 1024 * 1024)
        with pytest.raises(AppError) as refused:
            read(file.getvalue(), name="bomb.xlsx")
        assert refused.value.code == "sheet_too_large"

    def test_entities_are_refused(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>')
        with pytest.raises(AppError) as refused:
            read(file.getvalue(), name="bomb.xlsx")
        assert refused.value.code == "sheet_unreadable"


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "sheet_empty"),
            ("姓名,税号".encode(), "sheet_empty"),
            (b"\xd0\xcf\x11\xe0old", "sheet_unreadable"),
            (b"PK\x03\x04broken", "sheet_unreadable"),
            (b"a,b\n\x00,c", "sheet_unreadable"),
            (b"\x81\xff,b", "sheet_unreadable"),
            (b"a,b\n" + b"x,y\n" * 101, "sheet_too_long"),
            (b"x" * (1024 * 1024 + 1), "sheet_too_large"),
        ],
    )
    def test_each_has_its_reason(self, content: bytes, code: str) -> None:
        with pytest.raises(AppError) as refused:
            read(content)
        assert refused.value.code == code


class TestWriting:
    ROW = ("=HYPERLINK(1)", TAX_ID, "+8613800138000")

    def test_csv_begins_with_its_mark_and_disarms_formulas(self) -> None:
        written = write_csv(HEADERS, [self.ROW])
        assert written.startswith(b"\xef\xbb\xbf")
        assert b"\r\n'=HYPERLINK(1)," in written
        assert b",'+8613800138000" in written

    @pytest.mark.parametrize("name", ["table.csv", "table.xlsx"])
    def test_what_is_written_is_read_again(self, name: str) -> None:
        rows: list[tuple[Cell, ...]] = [self.ROW, (LONG, "-5", "两\n行"), (None, 7, date(2026, 11, 3))]
        written = write_csv(HEADERS, rows) if name.endswith("csv") else write_xlsx(HEADERS, rows, "补录/一")
        sheet = read(written, name=name)
        assert [tuple(map(text_of, row)) for row in cells(sheet)][:2] == [tuple(map(text_of, row)) for row in rows[:2]]
        assert text_of(cells(sheet)[2][2]).startswith("2026-11-03")

    def test_a_workbook_has_no_formula_and_keeps_long_numbers(self) -> None:
        written = write_xlsx(HEADERS, [(LONG, int(LONG), "=1+1")], "x")
        with zipfile.ZipFile(io.BytesIO(written)) as archive:
            assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert cells(read(written)) == [(LONG, LONG, "=1+1")]


def test_cells_are_named_as_spreadsheets_name_them() -> None:
    assert cell_name(1, 7) == "B7"
    assert cell_name(27, 3) == "AB3"
