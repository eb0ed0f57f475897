"""Files that mean harm: bombs, depths and floods are refused with a sentence before they cost anything; and whatever is
done to a good file, it gives rows or a sentence.
"""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from readings.importers import Choices, ImportRefused, series, understand
from readings.importers.series import MOST_SERIES
from readings.tests.real_files import FILES, REAL
from readings.tests.test_importers_formats import workbook

SMALL = [
    b"date;kWh;note\n2024-01-01;5;x\n2024-01-02;6,5;y\n2024-01-03;7;\n",
    b"Kitchen\ndate,m3\n2024-01-01 08:00,1\n2024-01-02 08:00,2\n\nBath\ndate,m3\n2024-01-01 08:00,5\n",
    b'[{"meter_id":"m","date":"2024-01-01","counter":5.5},{"meter_id":"m","date":"2024-01-02","counter":6}]',
    b"100,NEM13,2004,A,B\n250,N,11,1,11,11,S,E,0062,20031005093055,A,,,0076,20040107100333,A,,,14,kWh,2004,\n900\n",
    b"statistic_id,start,unit,state\ns.x,05.02.2024 14:00,kWh,5\ns.x,05.02.2024 15:00,kWh,6\n",
    b"1469664000,5\n1469664010,6\n",
    b"<feed><IntervalReading><timePeriod><start>1700000000</start></timePeriod><value>5</value></IntervalReading></feed>",
    workbook(["date", "kWh"], ["2024-01-01", 5], ["2024-01-02", 6]),
]


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def replaced(data: bytes, part: str, content: bytes) -> bytes:
    """A workbook with another part in the place of one of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return out.getvalue()


BOOK = SMALL[-1]
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><feed>&c;</feed>'
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (package(**{"[Content_Types].xml": b"<x/>", "xl__a.xml": bytes(200_000_000)}), "workbook_too_large"),
        (package(readme=b"hello"), "an_archive"),
        (b"PK\x03\x04 no package", "not_a_workbook"),
        (replaced(BOOK, "xl/worksheets/sheet1.xml", ENTITIES), "not_a_workbook"),
        (replaced(BOOK, "xl/workbook.xml", b"no xml"), "not_a_workbook"),
        (BOOK[: len(BOOK) // 2], "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old_workbook"),
        (b"\x1f\x8b\x08" + bytes(100), "an_archive"),
        (ENTITIES, "not_xml"),
        (b"<html><body>No</html>", "not_xml"),
        (b"<html><body>No</body></html>", "no_readings"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "too_deep"),
        (b'[{"date":"2024-01-01","value":NaN}]', "not_json"),
        (b'[{"date":"2024-01-01","value":5}', "not_json"),
        (b"[]", "no_readings"),
        (b",".join([b"1"] * 4_000), "too_many_columns"),
        (b"date;" + b"x" * 1_100_000, "line_too_long"),
        (b"2024-01-01;1\n<<<<<<< HEAD\n2024-01-02;2\n", "conflict"),
        (b"date;kWh\n2024-01-01;NaN\n2024-01-02;Infinity\n", "no_numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        understand(data)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")


def sheet(*cells: bytes) -> bytes:
    """A workbook whose sheet is written by hand."""
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return replaced(BOOK, "xl/worksheets/sheet1.xml", start + b"".join(cells) + b"</sheetData></worksheet>")


NEAR = b'<row r="1"><c r="A1" t="inlineStr"><is><t>2024-01-01</t></is></c><c r="B1"><v>5</v></c></row>'


def test_a_cell_at_the_far_end_of_a_sheet_costs_nothing_where_it_is_empty() -> None:
    data = sheet(NEAR, b'<row r="1048576"><c r="XFD1048576" s="1"/></row>')
    assert [row.cells for row in understand(data).table.rows] == [["2024-01-01", "5"]]


FAR = [
    b'<row r="1048576"><c r="XFD1048576"><v>5</v></c></row>',
    b"<row r='1048576'><c r='XFD1048576'><v>5</v></c></row>",
    b'<x:row xmlns:x="x" r="1048576"><c r="XFD104857&#54;"><is><t>5</t></is></c></x:row>',
    b'<row r="1048575"/><row>' + b"<c/>" * 100 + b"<c><v>5</v></c></row>",
]


@pytest.mark.parametrize("far", FAR, ids=["far", "other quotes", "written otherwise", "counted"])
def test_room_is_made_for_no_more_cells_than_fit(far: bytes) -> None:
    with pytest.raises(ImportRefused) as refused:
        understand(sheet(NEAR, far))
    assert refused.value.code == "workbook_too_large"


def test_a_reader_that_gives_up_is_a_workbook_that_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As the reader of workbooks raises it."""

    def panic(*args: object) -> None:
        raise PanicException

    monkeypatch.setattr("readings.importers.workbook._read", panic)
    with pytest.raises(ImportRefused, match="cannot be opened"):
        understand(BOOK)


@pytest.mark.parametrize("value", ["1e400", "1e99", "NaN", "inf", "=1+1", "5\x07", "9" * 30, "0x10", "--5"])
def test_an_odd_value_is_an_error_of_its_row(value: str) -> None:
    data = f"date;kWh\n2024-01-01;5\n2024-01-02;{value}\n2024-01-03;7\n2024-01-04;8\n"
    (found,) = series(understand(data.encode()))
    assert [row.error is None for row in found.rows] == [True, False, True, True]


def test_half_characters_and_zeros_in_json_do_not_reach_the_database() -> None:
    rows = ",".join(f'{{"date":"2024-01-0{day}","counter":{day},"note":"a\\ud800\\u0000b"}}' for day in (1, 2))
    (found,) = series(understand(f"[{rows}]".encode()))
    assert [row.note for row in found.rows] == ["a? b", "a? b"]


def rows_or_a_sentence(data: bytes) -> None:
    try:
        understanding = understand(data)
        for order in ("dmy", "mdy"):
            for each in series(understanding, Choices(order=order)):
                assert each.rows
    except ImportRefused as refused:
        assert str(refused)  # noqa: PT017 (either is right; anything else fails)


CHANGES = st.lists(
    st.tuples(st.sampled_from(["cut", "put", "twice", "drop"]), st.floats(0, 1), st.binary(max_size=6)),
    min_size=1,
    max_size=6,
)


def changed(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for how, where, what in changes:
        at = int(where * len(data))
        data = {
            "cut": data[:at],
            "put": data[:at] + what + data[at:],
            "twice": data[:at] + data[at : at + 50] + data[at:],
            "drop": data[:at] + data[at + len(what) :],
        }[how]
    return data


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(SMALL), CHANGES)
def test_a_file_that_was_damaged_gives_rows_or_a_sentence(data: bytes, changes: list[tuple[str, float, bytes]]) -> None:
    rows_or_a_sentence(changed(data, changes))


@pytest.mark.skipif(not FILES.is_dir(), reason="the real meter files are not beside this repository")
@settings(deadline=None, max_examples=60)
@given(st.sampled_from(REAL), CHANGES)
def test_a_real_file_that_was_damaged_gives_rows_or_a_sentence(
    file: object, changes: list[tuple[str, float, bytes]]
) -> None:
    name = str(getattr(file, "name"))  # noqa: B009
    data = (FILES / name).read_bytes()
    rows_or_a_sentence(changed(data if name.endswith("xlsx") else data[:4000], changes))


def test_a_table_that_begins_further_in_keeps_the_numbers_of_its_rows_and_columns() -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    table: list[tuple[str, str | int]] = [("Date", "kWh"), *((f"2024-01-{day:02}", day) for day in range(1, 6))]
    for row, (when, value) in enumerate(table, start=4):
        sheet.cell(row, 3, when)
        sheet.cell(row, 4, value)
    book.save(out)
    understanding = understand(out.getvalue())
    assert [(row.line, row.cells) for row in understanding.table.rows[:2]] == [
        (5, ["", "", "2024-01-01", "1"]),
        (6, ["", "", "2024-01-02", "2"]),
    ]


def test_more_than_a_hundred_meters_in_a_file_are_refused() -> None:
    def meters(count: int) -> bytes:
        return (
            "meter;date;m3\n" + "".join(f"M{n:03};2025-0{m}-01;{m}\n" for n in range(count) for m in (1, 2))
        ).encode()

    assert len(series(understand(meters(MOST_SERIES)), Choices())) == MOST_SERIES
    with pytest.raises(ImportRefused) as refused:
        series(understand(meters(MOST_SERIES + 1)), Choices())
    assert (refused.value.code, refused.value.status) == ("too_many_series", 413)
