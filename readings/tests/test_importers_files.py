"""Real meter files, kept beside the repository and not in it: read whole, to the last digit, where they are at hand."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from readings.importers import ImportRow, rows, understand

FILES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
WATER = "energycontrol-water/Water.csv"
VANONS = "vanons-stroom/meterstanden_stroom.csv"
GREENCHOICE = "greenchoice-stroom/meterstanden_stroom.csv"
HOMEWIZARD = "homewizard-elec/15min_elec.csv"

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the real meter files are not beside this repository")


def content(name: str) -> bytes:
    return (FILES / name).read_bytes()


def summary(read: list[ImportRow]) -> tuple[int, str, int]:
    """Return how many rows there are, the sum of the steps upward between their values, and how many have an error."""
    values = [row.value for row in read if row.value is not None]
    steps = sum((later - earlier for earlier, later in pairwise(values) if later > earlier), Decimal(0))
    return len(read), str(steps), sum(row.error is not None for row in read)


@pytest.mark.parametrize(
    ("name", "column", "expected"),
    [
        (WATER, 2, (10, "141.940", 0)),
        (VANONS, 1, (71, "705", 0)),
        (VANONS, 2, (71, "704", 0)),
        (VANONS, 3, (71, "25", 0)),
        (VANONS, 4, (71, "69", 0)),
        (GREENCHOICE, 1, (103, "576", 0)),
        (GREENCHOICE, 2, (103, "640", 0)),
        (GREENCHOICE, 3, (103, "1608", 0)),
        (GREENCHOICE, 4, (103, "722", 0)),
        (HOMEWIZARD, 1, (2880, "855.816", 0)),
        (HOMEWIZARD, 2, (2880, "500.611", 0)),
        (HOMEWIZARD, 3, (2880, "284.979", 0)),
        (HOMEWIZARD, 4, (2880, "576.139", 0)),
        ("meralco-daily/readings.csv", 1, (9, "36", 0)),
        ("za-halfhour/readings.csv", 4, (1536, "1358159", 0)),
        ("volvo-odometer/odometer.csv", 1, (1036, "36578303", 21)),
        ("energietracker-demo/readings-strom.csv", 1, (4, "1234.5678", 0)),
        ("energietracker-demo/strom-readings.json", 1, (39, "10469.4", 0)),
        ("gazpar-daily/daily.xlsx", 2, (363, "2095", 6)),
        ("oed-pipes/pipe4Input.csv", 0, (5, "336", 0)),
    ],
)
def test_a_register_is_read_whole_and_to_the_last_digit(name: str, column: int, expected: tuple[int, str, int]) -> None:
    understanding = understand(content(name))
    read = rows(understanding, column)
    assert summary(read) == expected
    moments = [row.local or row.instant for row in read]
    assert moments == sorted(moment for moment in moments if moment)


@pytest.mark.parametrize(
    ("name", "encoding", "separator", "header_line", "style", "newest_first"),
    [
        (WATER, "UTF-8", ";", 3, "DD.MM.YY", False),
        (VANONS, "UTF-8", ";", 1, "DD-MM-YYYY", True),
        (GREENCHOICE, "UTF-8", ";", 1, "YYYY-MM-DD", True),
        (HOMEWIZARD, "UTF-8", ",", 1, "YYYY-MM-DD HH:MM", False),
    ],
)
def test_the_ways_of_writing_are_recognised(
    name: str, encoding: str, separator: str, header_line: int, style: str, newest_first: bool
) -> None:
    found = understand(content(name))
    dates = found.columns[found.moment.date].dates
    assert dates is not None
    assert (found.encoding, found.table.separator, found.table.header_line) == (encoding, separator, header_line)
    assert (dates.format, found.order_known, found.newest_first) == (style, True, newest_first)


def test_titles_and_footer_of_the_water_file_are_listed() -> None:
    assert [(skipped.line, skipped.reason) for skipped in understand(content(WATER)).table.skipped] == [
        (1, "title"),
        (2, "blank"),
        (14, "blank"),
        (15, "footer"),
        (16, "footer"),
        (17, "footer"),
        (18, "blank"),
        (19, "footer"),
    ]


def test_registers_are_told_from_the_daily_use_printed_beside_them() -> None:
    found = understand(content(VANONS))
    assert [(candidate.column, candidate.trend) for candidate in found.candidates] == [
        *((column, "rising") for column in range(1, 6)),
        *((column, "varies") for column in range(6, 11)),
    ]
    assert found.suggested == 1
