"""Dates and numbers as files write them: one column at a time, and what cannot be read stays a row with its error."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from readings.importers import CELL_ERRORS, DateStyle, ImportRefused, ImportRow, Mark, NumberStyle, rows, understand


def at(text: str) -> datetime:
    """A local moment from ISO text."""
    return datetime.fromisoformat(text)


def dated(*cells: str) -> bytes:
    return "".join(f"{cell}\t{number}\n" for number, cell in enumerate(cells)).encode()


def moments(*cells: str) -> list[str | None]:
    """Read a column of dates: each as ISO text, or by its error's code."""
    read = sorted(rows(understand(dated(*cells)), 1, "dmy"), key=lambda row: row.line)
    return [row.error or (moment.isoformat() if (moment := row.instant or row.local) else None) for row in read]


def dates(*cells: str) -> DateStyle | None:
    return understand(dated(*cells)).columns[0].dates


def numbered(*cells: str, name: str = "dial") -> bytes:
    lines = [f"2024-01-{day:02};{cell}\n" for day, cell in enumerate(cells, start=1)]
    return "".join((f"date;{name}\n", *lines)).encode()


def values(*cells: str, mark: Mark | None = None) -> list[str]:
    """Read a column of numbers: each with all its digits, or by its error's code."""
    return [row.error or str(row.value) for row in rows(understand(numbered(*cells)), 1, mark=mark)]


def numbers(*cells: str, name: str = "dial") -> NumberStyle | None:
    return understand(numbered(*cells, name=name)).columns[1].numbers


# Dates


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-03-05", "2024-03-05T00:00:00"),
        ("2024/3/5", "2024-03-05T00:00:00"),
        ("2024.03.05 7:08", "2024-03-05T07:08:00"),
        ("05.03.2024", "2024-03-05T00:00:00"),
        ("5/3/2024", "2024-03-05T00:00:00"),
        ("05-03-2024 07:08:09", "2024-03-05T07:08:09"),
        ("05.03.24, 07:08", "2024-03-05T07:08:00"),
        ("05.03.69", "2069-03-05T00:00:00"),
        ("05.03.70", "1970-03-05T00:00:00"),
        ("5/3/2024 12:08 AM", "2024-03-05T00:08:00"),
        ("5/3/2024 12:08\u202fp.m.", "2024-03-05T12:08:00"),
        ("2024-03-05T07:08:09.123456789", "2024-03-05T07:08:09.123456"),
        ("2024-03-05 24:00", "2024-03-06T00:00:00"),
        ("2024-03-05T07:08:09Z", "2024-03-05T07:08:09+00:00"),
        ("2024-03-05T00:08:09.5+01:00", "2024-03-04T23:08:09.500000+00:00"),
        ("2024-03-05 07:08-0330", "2024-03-05T10:38:00+00:00"),
        ("2024-03-05 07:08 UTC", "2024-03-05T07:08:00+00:00"),
        ("20240305", "2024-03-05T00:00:00"),
        ("202403050708", "2024-03-05T07:08:00"),
        ("20240305 07:08:09", "2024-03-05T07:08:09"),
        ("20240305T070809Z", "2024-03-05T07:08:09+00:00"),
    ],
)
def test_a_date_is_read(cell: str, moment: str) -> None:
    assert moments(cell) == [moment]


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("", "no_date"),
        ("yesterday 5", "not_a_date"),
        ("2024-02-30", "no_such_day"),
        ("2024-13-01", "no_such_day"),
        ("2024-01-02 24:01", "no_such_day"),
        ("2024-01-02 10:60", "no_such_day"),
        ("2024-01-02 13:00 PM", "no_such_day"),
        ("2024-01-02T10:00+15:00", "no_such_day"),
        ("0000-01-01", "odd_year"),
        ("2767-01-02", "odd_year"),
        ("2024-01-02 " + "1" * 40, "not_a_date"),
    ],
)
def test_a_date_that_cannot_be_is_a_row_with_an_error(cell: str, error: str) -> None:
    assert moments("2024-01-01", cell, "2024-01-03") == ["2024-01-01T00:00:00", error, "2024-01-03T00:00:00"]


def test_a_date_and_a_clock_in_two_columns_are_joined_and_a_missing_clock_is_midnight() -> None:
    data = "date;time;value\n01.01.2024;7:30;1\n02.01.2024;;2\n03.01.2024;25:00;3\n04.01.2024;23:59;4\n"
    read = rows(understand(data.encode()), 2)
    assert [(row.line, row.local, row.error, row.cell) for row in read] == [
        (2, at("2024-01-01 07:30"), None, ""),
        (3, at("2024-01-02"), None, ""),
        (4, None, "no_such_day", "03.01.2024 25:00"),
        (5, at("2024-01-04 23:59"), None, ""),
    ]


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["2024-01-05"], DateStyle("YYYY-MM-DD", None, True)),
        (["2024/01/05 7:05", "2024/01/05 10:05"], DateStyle("YYYY/MM/DD H:MM", None, True)),
        (["2024-01-05T07:05:00+01:00"], DateStyle("YYYY-MM-DDTHH:MM:SS±HH:MM", None, True)),
        (["20240105070500Z"], DateStyle("YYYYMMDDHHMMSSZ", None, True)),
        (["20240105 07:05"], DateStyle("YYYYMMDD HH:MM", None, True)),
        (["13-01-2024", "01-02-2024"], DateStyle("DD-MM-YYYY", "dmy", True)),
        (["1/13/24 1:00 PM", "2/1/24 1:00 PM"], DateStyle("M/D/YY H:MM AM", "mdy", True)),
        (["01.02.2024"], DateStyle("DD.MM.YYYY", "dmy", True)),
        (["01.13.2024"], DateStyle("MM.DD.YYYY", "mdy", True)),
        (["05/05/2024"], DateStyle("DD/MM/YYYY", "dmy", True)),
        (["01/02/2024", "01/03/2024"], DateStyle("DD/MM/YYYY", "dmy", False)),
        (["01/05/2024", "02/03/2024", "03/07/2024", "04/02/2024"], DateStyle("MM/DD/YYYY", "mdy", False)),
        (["01/13/2024", "14/02/2024", "15/02/2024"], DateStyle("DD/MM/YYYY", "dmy", False)),
    ],
)
def test_a_column_proves_how_its_dates_are_written_or_says_that_it_does_not(cells: list[str], style: DateStyle) -> None:
    assert dates(*cells) == style


def test_an_order_that_the_file_does_not_prove_has_to_be_told() -> None:
    understanding = understand(dated("01/02/2024", "01/03/2024"))
    with pytest.raises(ImportRefused) as refused:
        rows(understanding, 1)
    assert (refused.value.code, refused.value.status) == ("order_unknown", 422)
    assert [row.local for row in rows(understanding, 1, "dmy")] == [at("2024-02-01"), at("2024-03-01")]
    assert [row.local for row in rows(understanding, 1, "mdy")] == [at("2024-01-02"), at("2024-01-03")]


def test_an_order_that_the_file_proves_stands() -> None:
    understanding = understand(dated("13/02/2024", "01/03/2024"))
    assert [row.local for row in rows(understanding, 1, "mdy")] == [at("2024-02-13"), at("2024-03-01")]


def test_a_file_may_change_its_offset_and_rows_follow_the_instant() -> None:
    read = rows(understand(dated("2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00")), 1)
    assert read == [
        ImportRow(1, None, datetime(2024, 10, 27, 0, 30, tzinfo=UTC), Decimal(0)),
        ImportRow(2, None, datetime(2024, 10, 27, 1, 30, tzinfo=UTC), Decimal(1)),
    ]


def test_an_hour_that_is_repeated_keeps_its_place_also_where_the_newest_comes_first() -> None:
    clock = ["2024-10-27 02:00", "2024-10-27 02:45", "2024-10-27 02:00", "2024-10-27 02:45", "2024-10-27 03:00"]
    for data, lines in ((dated(*clock), [1, 2, 3, 4, 5]), (dated(*reversed(clock)), [5, 4, 3, 2, 1])):
        assert [row.line for row in rows(understand(data), 1)] == lines


def test_rows_in_disorder_are_sorted_and_a_row_without_date_stays_beside_its_neighbour() -> None:
    read = rows(understand(dated("2024-01-05", "2024-01-01", "2024-02-30", "2024-01-03")), 1)
    assert [(row.line, row.error) for row in read] == [(2, None), (3, "no_such_day"), (4, None), (1, None)]


# Numbers


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["8350.274", "8350.4"], ["8350.274", "8350.4"]),
        (["1.234,5", "1.234", "0,25"], ["1234.5", "1234", "0.25"]),
        (["1,234.5", "1,234", "0.25"], ["1234.5", "1234", "0.25"]),
        (["1.234.567", "1.234"], ["1234567", "1234"]),
        (["12 345,6", "1\u00a0234,50"], ["12345.6", "1234.50"]),
        (["12'345.6", "1’234"], ["12345.6", "1234"]),
        (["12,34,567.8"], ["1234567.8"]),
        (["0,381"], ["0.381"]),
        (["006342.8"], ["6342.8"]),
        (["-5", "\u22125", "+5"], ["-5", "-5", "5"]),
        (["1.44e2", "1E-3"], ["144", "0.001"]),
        (["381,0 kWh", "390 KWH"], ["381.0", "390"]),
        (["12.50000000"], ["12.500000"]),
        ([".5", "12."], ["0.5", "12"]),
        (["๑๒,๕"], ["12.5"]),
    ],
)
def test_numbers_are_read_to_the_last_digit(cells: list[str], read: list[str]) -> None:
    assert values(*cells) == read


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("", "empty"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("-inf", "not_a_number"),
        ("=1+1", "not_a_number"),
        ("@SUM(A1)", "not_a_number"),
        ("0x1F", "not_a_number"),
        ("1_000", "not_a_number"),
        ("5\x075", "not_a_number"),
        ("5²", "not_a_number"),
        ("2,5", "not_a_number"),
        ("240.x", "not_a_number"),
        ("12 34", "not_a_number"),
        ("5 furlongs", "not_a_number"),
        ("5 Wh", "other_unit"),
        ("1234567890123", "too_long"),
        ("1e99", "too_long"),
        ("1" * 80, "not_a_number"),
        ("0.1234567", "too_many_decimals"),
        ("1e-99", "too_many_decimals"),
        ("0.10000000000000001", "too_many_decimals"),
    ],
)
def test_a_number_that_cannot_be_is_a_row_with_an_error(cell: str, error: str) -> None:
    shown = cell if len(cell) <= 60 else f"{cell[:59]}…"
    assert rows(understand(numbered("1.5", cell, "3.5", "4.5", name="dial kWh")), 1) == [
        ImportRow(2, at("2024-01-01"), None, Decimal("1.5")),
        ImportRow(3, at("2024-01-02"), None, None, error, shown, CELL_ERRORS[error] % {"cell": shown}),
        ImportRow(4, at("2024-01-03"), None, Decimal("3.5")),
        ImportRow(5, at("2024-01-04"), None, Decimal("4.5")),
    ]


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["381,000", "382,500"], NumberStyle(",", False, "", None)),
        (["0,381", "1,381"], NumberStyle(",", True, "", None)),
        (["381.000", "382.500"], NumberStyle(".", False, "", None)),
        (["381,000", "1082,500"], NumberStyle(",", True, "", None)),
        (["1.381,0", "1.382"], NumberStyle(",", True, ".", None)),
        (["5", "12"], NumberStyle(".", True, "", None)),
        (["5 m3", "12 cbm"], NumberStyle(".", True, "", "m³")),
        (["1,5", "2,5", "3.5"], NumberStyle(",", False, "", None)),
    ],
)
def test_a_column_proves_its_decimal_mark_or_says_that_it_does_not(cells: list[str], style: NumberStyle) -> None:
    assert numbers(*cells) == style


def test_a_mark_that_is_not_proven_can_be_told_and_one_that_is_stands() -> None:
    assert values("381,000", "382,500") == ["381.000", "382.500"]
    assert values("381,000", "382,500", mark=".") == ["381000", "382500"]
    assert values("381,00", "382,500", mark=".") == ["381.00", "382.500"]


def test_another_column_of_the_file_proves_the_mark() -> None:
    data = "2024-01-01;8.350;1,5\n2024-01-02;8.360;2,5\n"
    understanding = understand(data.encode())
    assert understanding.columns[1].numbers == NumberStyle(",", True, ".", None)
    assert [row.value for row in rows(understanding, 1)] == [Decimal(8350), Decimal(8360)]


def test_a_comma_inside_of_cells_between_commas_groups_thousands() -> None:
    understanding = understand(b'2024-01-01,"8,350"\n2024-01-02,"8,360"\n')
    assert understanding.columns[1].numbers == NumberStyle(".", False, ",", None)
    assert [row.value for row in rows(understanding, 1)] == [Decimal(8350), Decimal(8360)]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Import T1 kWh", "kWh"),
        ("Verbrauch (KWH)", "kWh"),
        ("gas [m3]", "m³"),
        ("water_m³", "m³"),
        ("Volume (l)", "L"),
        ("tank l", None),
        ("Cost EUR/kWh", None),
        ("Zählerstand", None),
    ],
)
def test_a_columns_name_may_end_in_its_unit(name: str, unit: str | None) -> None:
    assert numbers("5", name=name) == NumberStyle(".", True, "", unit)


def test_a_line_with_too_many_cells_is_an_error_and_not_half_a_number() -> None:
    read = rows(understand(b"date,value\n2024-01-01,381,5\n2024-01-02,382\n2024-01-03,383,\n"), 1)
    assert [(row.line, row.value, row.error) for row in read] == [
        (2, None, "extra_cells"),
        (3, Decimal(382), None),
        (4, Decimal(383), None),
    ]


def test_conflict_markers_refuse_the_file_and_name_their_line() -> None:
    data = "date;value\n2024-01-01;1\n<<<<<<< HEAD\n2024-01-02;2\n=======\n2024-01-02;3\n>>>>>>> other\n2024-01-03;4\n"
    with pytest.raises(ImportRefused, match=r"^Line 3 holds the mark of two versions of this file"):
        understand(data.encode())
