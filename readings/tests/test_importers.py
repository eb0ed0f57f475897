"""Files shaped like real ones, made up and small: what is understood, what is skipped, what is refused."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from readings.importers import (
    DateStyle,
    ImportRow,
    MomentColumns,
    NumberStyle,
    Skipped,
    Text,
    decode,
    rows,
    understand,
)

WATER = (
    "\ufeffGarten;01.02.24;\r\n"
    ";;\r\n"
    "Datum;Zeit;Zählerstand m³\r\n"
    "29.10.22;11:39;81,000\r\n"
    "\r\n"
    '21.12.69;16:55;"89,125"\r\n'
    "23.12.70;9:05;1.090,5\r\n"
    ";;\r\n"
    "Made with care, in Köln;;"
).encode()


def at(text: str) -> datetime:
    """A local moment from ISO text."""
    return datetime.fromisoformat(text)


def local(row: ImportRow) -> tuple[int, datetime | None, Decimal | None, str | None]:
    return row.line, row.local, row.value, row.error


def values(data: str) -> list[str]:
    return [row.error or str(row.value) for row in rows(understand(data.encode()), 1)]


# The whole of a file


def test_a_file_with_titles_and_footer_is_understood_whole() -> None:
    understanding = understand(WATER)
    table = understanding.table
    assert (understanding.encoding, table.separator, table.header_line) == ("UTF-8", ";", 3)
    assert table.skipped == [
        Skipped(1, "Garten;01.02.24", "title"),
        Skipped(2, "", "blank"),
        Skipped(5, "", "blank"),
        Skipped(8, "", "blank"),
        Skipped(9, "Made with care, in Köln", "footer"),
    ]
    assert [(column.name, column.kind, column.filled) for column in understanding.columns] == [
        ("Datum", "date", 3),
        ("Zeit", "time", 3),
        ("Zählerstand m³", "number", 3),
    ]
    assert understanding.moment == MomentColumns(date=0, time=1, utc=False)
    assert understanding.columns[0].dates == DateStyle("DD.MM.YY", "dmy", True)
    assert understanding.columns[2].numbers == NumberStyle(",", True, ".", "m³")
    assert (understanding.order, understanding.order_known) == ("dmy", True)


def test_its_rows_come_oldest_first_with_the_exact_digits() -> None:
    read = rows(understand(WATER), 2)
    assert read == [
        ImportRow(7, at("1970-12-23 09:05"), None, Decimal("1090.5")),
        ImportRow(4, at("2022-10-29 11:39"), None, Decimal("81.000")),
        ImportRow(6, at("2069-12-21 16:55"), None, Decimal("89.125")),
    ]
    assert [str(row.value) for row in read] == ["1090.5", "81.000", "89.125"]


def test_dials_are_told_from_printed_use() -> None:
    data = (
        'day;"reading kWh";"used (kWh)";counted;still\n'
        "2024-01-04;40;8;1;7\n2024-01-03;32;3;2;7\n2024-01-02;29;9;3;7\n2024-01-01;20;2;4;7\n"
    )
    understanding = understand(data.encode())
    found = [(each.name, each.unit, each.trend, each.drops) for each in understanding.candidates]
    assert understanding.newest_first
    assert found == [
        ("reading kWh", "kWh", "rising", 0),
        ("used (kWh)", "kWh", "varies", 1),
        ("counted", None, "varies", 3),
        ("still", None, "constant", 0),
    ]
    assert understanding.suggested == 1


def test_a_dial_that_was_replaced_once_still_looks_like_one() -> None:
    lines = [f"2024-01-{day:02};{day if day < 25 else day - 24}" for day in range(1, 32)]
    (found,) = understand("\n".join(lines).encode()).candidates
    assert (found.trend, found.drops) == ("dips", 1)


def test_a_row_number_before_the_date_is_not_suggested() -> None:
    assert understand(b"id,date,kwh\n1,2024-01-01,5\n2,2024-01-02,7\n").suggested == 2


def test_a_file_without_header_is_read_from_its_first_line() -> None:
    understanding = understand(b"24,2021-06-01 12:00:00\n72,2021-06-02 12:00:00\n")
    assert (understanding.table.header, understanding.table.header_line) == ([], 0)
    assert [column.name for column in understanding.columns] == ["", ""]
    assert [local(row) for row in rows(understanding, 0)] == [
        (1, at("2021-06-01 12:00"), Decimal(24), None),
        (2, at("2021-06-02 12:00"), Decimal(72), None),
    ]


def test_a_title_is_no_header_and_its_numbers_are_no_readings() -> None:
    data = "My meter;;\n17;Main street;\n2024-01-01;5;x\n2024-01-02;6;y\n"
    table = understand(data.encode()).table
    assert (table.header, table.header_line, [skipped.line for skipped in table.skipped]) == ([], 0, [1, 2])
    table = understand(f"17;Main street\ndate;kWh\n{data}".encode()).table
    assert (table.header, table.header_line, [row.line for row in table.rows]) == (["date", "kWh"], 2, [4, 5, 6])


def test_a_date_in_the_title_is_not_taken_for_the_column_of_dates() -> None:
    data = "My meter;01.02.2024\n20240101;5\n20240102;6\n"
    assert understand(data.encode()).moment == MomentColumns(date=0, time=None, utc=False)
    assert values(data) == ["5", "6"]


def test_a_line_without_date_does_not_count_for_the_climb() -> None:
    data = "date;value\n2024-01-01;5\n??;1\n2024-01-02;6\n"
    assert [(found.trend, found.drops) for found in understand(data.encode()).candidates] == [("rising", 0)]


def test_the_clock_is_the_one_behind_the_date() -> None:
    data = "logged;date;clock;value\n23:00;2024-01-01;7:30;5\n23:00;2024-01-02;7:30;6\n"
    assert understand(data.encode()).moment == MomentColumns(date=1, time=2, utc=False)


def test_units_below_the_header_a_repeated_header_and_a_total_are_skipped() -> None:
    data = "date;value\n;kWh\n2024-01-01;1\ndate;value\n2024-01-02;3\nTotal;4\n"
    understanding = understand(data.encode())
    assert understanding.table.skipped == [
        Skipped(2, "kWh", "title"),
        Skipped(4, "date;value", "repeated_header"),
        Skipped(6, "Total;4", "footer"),
    ]
    assert values(data) == ["1", "3"]


def test_the_dates_that_tell_rows_apart_are_chosen_over_the_exports_own() -> None:
    data = "exported;read at;m3\n2024-05-05;2024-01-01 10:00;5\n2024-05-05;2024-01-02 10:00;6\n"
    assert understand(data.encode()).moment == MomentColumns(date=1, time=None, utc=False)


def test_times_are_utc_where_the_column_says_so() -> None:
    read = rows(understand(b"Time (UTC),kWh\n2024-01-01 10:00,5\n2024-01-02 10:00,6\n"), 1)
    assert [(row.local, row.instant) for row in read] == [
        (None, datetime(2024, 1, 1, 10, tzinfo=UTC)),
        (None, datetime(2024, 1, 2, 10, tzinfo=UTC)),
    ]


# Letters and separators


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Zähler".encode(), Text("Zähler", "UTF-8")),
        ("Zähler".encode("utf-8-sig"), Text("Zähler", "UTF-8")),
        ("Zähler".encode("utf-16"), Text("Zähler", "UTF-16")),
        (b"\xfe\xff" + "Zähler".encode("utf-16-be"), Text("Zähler", "UTF-16")),
        ("Zähler 5 €".encode("cp1252"), Text("Zähler 5 €", "Windows-1252")),
        (b"", Text("", "UTF-8")),
    ],
)
def test_letters_are_read_in_four_encodings(data: bytes, text: Text) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "separator"),
    [
        ("date;a;b\n2024-01-01;1,5;2,5\n", ";"),
        ("date,a,b\n2024-01-01,1.5,2.5\n", ","),
        ('date,a,b\n2024-01-01,"1,5","2,5;"\n', ","),
        ("date\ta\tb\n2024-01-01\t1,5\t2,5\n", "\t"),
        ("date        a    b\n2024-01-01  1,5  2,5\n", "  "),
        ('date, a, b\n2024-01-01, "1,5", "2,5"\n', ","),
        ("date,a,tags\n2024-01-01,1,a;b\n2024-01-02,2,c;d\n", ","),
        ("when;a\n01.02.2024, 10:00;1\n", ";"),
    ],
)
def test_the_separator_is_the_one_that_gives_the_cells_a_meaning(data: str, separator: str) -> None:
    assert understand(data.encode()).table.separator == separator


def test_separators_quotes_and_new_lines_may_stand_in_quoted_cells() -> None:
    data = 'date;value;note\n2024-01-01;5;"a; b ""c""\nand more"\n2024-01-02;6;3/4" pipe\n'
    table = understand(data.encode()).table
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ["2024-01-01", "5", 'a; b "c"\nand more']),
        (4, ["2024-01-02", "6", '3/4" pipe']),
    ]


def test_old_mac_line_ends_are_read() -> None:
    assert values("date;value\r2024-01-01;5\r2024-01-02;6\r") == ["5", "6"]


@pytest.mark.parametrize(
    ("name", "role"), [("Zählerstand", "dial"), ("Meter reading (kWh)", "dial"), ("Verbrauch", "use")]
)
def test_a_dial_by_its_name_stays_one_though_a_value_of_it_is_mistyped(name: str, role: str) -> None:
    values = (50, 58, 66, 1079, 88, 101, 112)
    lines = [f"{day:02}.01.2025;{value}" for day, value in enumerate(values, start=1)]
    assert understand("\n".join([f"Datum;{name}", *lines]).encode()).roles == ("when", role)
