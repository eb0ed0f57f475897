"""What holds for every file: any bytes are understood or refused, and a table that was written reads back the same."""

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from readings.importers import ImportRefused, Understanding, rows, understand
from readings.importers.figures import MARKS, Mark
from readings.importers.records import SEVERAL_SPACES, Separator

FIRST = datetime.fromisoformat("1970-01-01")
MINUTES = int((datetime.fromisoformat("2069-12-31") - FIRST) / timedelta(minutes=1))
# A busy machine is no fault of the file that is being read.
unhurried = settings(deadline=None)
PIECES = [
    *";,\t\n\r\"'|. -:/+%",
    "  ",
    "\n\n",
    "\r\n",
    "\ufeff",
    "\x01",
    "01.02.2024",
    "31/31/31",
    "2024-02-30",
    "20240102",
    "9999-12-31T24:00+14:00",
    "12:30",
    "1,5",
    "1.234,5",
    "1e9",
    "-0",
    "٣",
    "²",
    "kWh",
    "m³",
    "date",
    "=1+1",
    "NaN",
]


class Written(NamedTuple):
    """A way to write a table down."""

    separator: Separator
    day: str
    mark: Mark
    thousands: str
    encoding: str
    titled: bool
    backwards: bool
    clock_apart: bool


def understood(data: bytes) -> Understanding | None:
    """Read a file whole, every column of it in every way that can be asked for; None where it is refused."""
    try:
        understanding = understand(data)
    except ImportRefused:
        return None
    for candidate in understanding.candidates:
        for order in ("dmy", "mdy"):
            read = rows(understanding, candidate.column, order, ",")
            assert sorted(row.line for row in read) == [row.line for row in understanding.table.rows]
            assert [
                row for row in read if row.error is None and (row.value is None or not (row.local or row.instant))
            ] == []
            assert [row for row in read if row.local and row.instant] == []
    return understanding


@unhurried
@given(st.binary(max_size=300))
@example(b"\xff\xfe")
@example(b"\xff\xfe;")
def test_any_bytes_are_understood_or_refused(data: bytes) -> None:
    understood(data)


@unhurried
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_mixture_of_what_tables_are_made_of_is_understood_or_refused(pieces: list[str], encoding: str) -> None:
    understood("".join(pieces).encode(encoding, "replace"))


@unhurried
@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), min_size=1, max_size=12))
def test_any_cells_beside_dates_are_understood_or_refused_and_no_line_is_lost(table: list[list[str]]) -> None:
    lines = [[f"2024-01-{day:02}", *cells] for day, cells in enumerate(table, start=1)]
    text = "".join(";".join(cells).replace("\n", "").replace("\r", "").replace('"', "") + "\n" for cells in lines)
    if understanding := understood(text.encode()):
        table_found = understanding.table
        seen = [row.line for row in table_found.rows] + [skipped.line for skipped in table_found.skipped]
        header = [table_found.header_line] if table_found.header_line else []
        assert sorted(seen + header) == list(range(1, len(lines) + 1))


WAYS = st.builds(
    Written,
    st.sampled_from([";", ",", "\t", "  "]),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%y", "%d-%m-%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y"]),
    st.sampled_from(list(MARKS)),
    st.sampled_from(["", " ", "'", "\u00a0", "other"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
DIALS = st.decimals(min_value=0, max_value=Decimal("999999999.999"), places=3, allow_nan=False)
READINGS = st.dictionaries(st.integers(0, MINUTES), DIALS, min_size=1, max_size=8)


def grouped(value: Decimal, way: Written) -> str:
    other = "," if way.mark == "." else "."
    thousands = other if way.thousands == "other" else way.thousands
    return f"{value:,}".replace(",", "T").replace(".", way.mark).replace("T", thousands)


def written(moments: dict[datetime, Decimal], way: Written) -> bytes:
    out = io.StringIO()
    names = ["day", "clock", "dial kWh"] if way.clock_apart else ["day", "dial kWh"]
    writer = csv.writer(out, delimiter="\t" if way.separator == SEVERAL_SPACES else way.separator)
    if way.titled:
        writer.writerows([["My meter"], [], names])
    for moment in sorted(moments, reverse=way.backwards):
        when = [moment.strftime(way.day), moment.strftime("%H:%M")]
        writer.writerow([*(when if way.clock_apart else [" ".join(when)]), grouped(moments[moment], way)])
    text = out.getvalue().replace("\t", SEVERAL_SPACES) if way.separator == SEVERAL_SPACES else out.getvalue()
    return text.encode(way.encoding)


@unhurried
@given(READINGS, WAYS)
def test_a_table_reads_back_the_same_however_it_was_written(readings: dict[int, Decimal], way: Written) -> None:
    moments = {FIRST + timedelta(minutes=minutes): value for minutes, value in readings.items()}
    understanding = understand(written(moments, way))
    read = rows(understanding, understanding.suggested, "mdy" if way.day.startswith("%m") else "dmy", way.mark)
    assert [(row.local, str(row.value), row.error) for row in read] == [
        (moment, str(moments[moment]), None) for moment in sorted(moments)
    ]
