"""Workbooks as they are written: a full sheet goes on in the next, any text comes back, nothing is a formula."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from readings.exports import sheets
from readings.exports.sheets import Cell, Number, Sheet, package
from sources.archives import zipped

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def opened(*found: Sheet) -> Any:
    return load_workbook(BytesIO(b"".join(zipped(package(found), NOW, large=False))))


def numbers(count: int, part: int) -> Iterator[list[list[Cell]]]:
    for start in range(0, count, part):
        yield [[Number(number)] for number in range(start, min(start + part, count))]


@pytest.mark.parametrize(("count", "names"), [(0, 1), (3, 1), (4, 2), (6, 2), (7, 3)])
@pytest.mark.parametrize("part", [1, 2, 5])
def test_a_sheet_that_is_full_goes_on_in_the_next(
    monkeypatch: pytest.MonkeyPatch, count: int, names: int, part: int
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    book = opened(Sheet("Readings", [("value", 9)], numbers(count, part)), Sheet("Meters", [("name", 9)], []))
    assert book.sheetnames == [*["Readings", "Readings 2", "Readings 3"][:names], "Meters"]
    found = [[row[0].value for row in sheet.rows] for sheet in book.worksheets[:-1]]
    assert all(column[0] == "value" and len(column) <= 4 for column in found)
    assert [value for column in found for value in column[1:]] == list(range(count))


def test_a_sheet_that_is_too_large_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_SIZE", 100)
    assert len(opened(Sheet("Readings", [("value", 9)], numbers(10, 5))).sheetnames) == 2


@pytest.mark.parametrize(
    "text",
    ["=1+1", "a\tb\r\nc\n", " spaced ", "<&>\"'", "_x000D_", "_x005F_", "\x01\x1f", "電気 🔌", "12.50", "_x0_"],
)
def test_text_comes_back_and_is_no_formula(text: str) -> None:
    sheet = Sheet("Readings", [("note", 9)], [[[text]]])
    assert opened(sheet).worksheets[0]["A2"].data_type in ("s", "inlineStr")
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(zipped(package([sheet]), NOW, large=False))))
    assert list(book.get_sheet_by_index(0).iter_rows()) == [["note"], [text]]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        *(("100.50", 100.5), ("-3", -3), ("0", 0), ("0.000001", 0.000001), ("999999999999.123", 999999999999.123)),
        *(("1234567890.123456", "1234567890.123456"), ("12a", "12a")),
    ],
)
def test_a_number_that_a_spreadsheet_would_round_stays_text(number: str, value: object) -> None:
    assert opened(Sheet("Readings", [("value", 9)], [[[Number(number)]]])).worksheets[0]["A2"].value == value


def test_memory_does_not_grow_with_the_rows() -> None:
    def most(count: int) -> int:
        rows = numbers(count, 1000)
        tracemalloc.start()
        for _piece in zipped(package([Sheet("Readings", [("value", 9)], rows)]), NOW):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(40_000) < 1.2 * most(4_000)
