"""Cases by which Open Energy Dashboard tests its own import, some of them restated in numbers of our own. Where the
real ones lie beside the repository, seven are compared with their expected use, two with their number of intervals; the
resets (5, 10) and 9, 22, 29, 30, 33, 110, 114, 116 and 120 are not run from the real files.

The same: use between two dial values, whatever order the rows have, rows said twice, clock changes (instants decide, no
hour is lost or doubled).

Something else: it splits an interval at a clock change into local days; HomeLog keeps instants and splits when it
draws. It drops a whole file for one bad row; HomeLog names the row, stores nothing until it is left out, and asks about
a fall instead of refusing it. Numbers such as 1.44e2 are numbers here. The first row of a dial is the beginning of what
is known: no use, as there.
"""

from decimal import Decimal
from itertools import pairwise

import pytest

from readings.importers import Choices, Role, Series, series, understand
from readings.tests.real_files import FILES

PIPES = FILES / "oed-pipes"
DIAL: tuple[Role, ...] = ("dial", "when", "end")
USE: tuple[Role, ...] = ("use", "when", "end")


def one(data: str | bytes, roles: tuple[Role, ...] | None = None) -> Series:
    (found,) = series(understand(data if isinstance(data, bytes) else data.encode()), Choices(roles=roles))
    return found


def uses(found: Series) -> list[Decimal]:
    """Use in each interval: of a dial the steps between its different moments."""
    if found.counting == "amount":
        return [row.value for row in found.rows if row.value is not None]
    kept = {row.instant or row.local: row.value for row in found.rows if row.value is not None}
    return [later - earlier for earlier, later in pairwise(kept.values())]


def day(number: int, value: object, hour: str = "00:00:00") -> str:
    return f"{value},2030-05-{number:02} {hour},2030-05-{number + 1:02} {hour}\n"


VALUES = [10, 30, 60, 100, 150]
RISING = "".join(day(number, value) for number, value in enumerate(VALUES, start=1))
BACK = "".join(reversed(RISING.splitlines(keepends=True)))
STEPS = [20, 30, 40, 50]


@pytest.mark.parametrize(
    ("data", "roles", "expected"),
    [
        (RISING, USE, VALUES),
        (BACK, USE, VALUES),
        (RISING, DIAL, STEPS),
        (BACK, DIAL, STEPS),
        ("reading,start_timestamp,end_timestamp\n" + RISING, DIAL, STEPS),
        ("".join(line * 3 for line in RISING.splitlines(keepends=True)), DIAL, STEPS),
        ("".join(f"{line.split(',')[0]},{line.split(',')[2]}" for line in BACK.splitlines(keepends=True)), None, STEPS),
        (RISING.replace("60,", "6.0e1,"), DIAL, STEPS),
    ],
    ids=["use", "newest first", "dial", "dial, newest first", "header", "three times", "ends alone", "exponent"],
)
def test_the_use_is_the_same(data: str, roles: tuple[Role, ...] | None, expected: list[int]) -> None:
    assert uses(one(data, roles)) == [Decimal(value) for value in expected]


def test_a_bad_number_is_an_error_of_its_row_and_no_other() -> None:
    found = one(RISING.replace("100,", "10x,"), DIAL)
    assert [row.error for row in found.rows] == [None, None, None, "not_a_number", None]


def test_a_clock_change_loses_and_doubles_nothing() -> None:
    data = (
        "0,2030-11-03 00:30:00-05:00,2030-11-03 01:30:00-05:00\n"
        "7,2030-11-03 01:30:00-05:00,2030-11-03 01:30:00-06:00\n9,2030-11-03 01:30:00-06:00,2030-11-03 02:30:00-06:00\n"
    )
    found = one(data, DIAL)
    assert uses(found) == [7, 2]
    assert [f"{row.instant:%H:%M}" for row in found.rows if row.instant] == ["06:30", "07:30", "08:30"]


REAL_CASES = {
    "1": USE,
    "2": USE,
    "3": DIAL,
    "4": DIAL,
    "20": DIAL,
    "21": DIAL,
    "25": None,
    "111B": USE,
    "117B": USE,
}


@pytest.mark.skipif(not PIPES.is_dir(), reason="the real meter files are not beside this repository")
@pytest.mark.parametrize(("case", "roles"), REAL_CASES.items())
def test_the_real_case_gives_its_expected_use(case: str, roles: tuple[Role, ...] | None) -> None:
    found = one((PIPES / f"pipe{case}Input.csv").read_bytes(), roles)
    expected = (PIPES / f"pipe{case.removesuffix('B')}Expected.csv").read_text().split()
    wanted = [Decimal(line.split(",")[0]) for line in expected if "," in line and ":" not in line.split(",")[0]]
    if case.endswith("B"):
        # It splits the day of the change in two parts, or scales it to 24 hours; the sum of all days is what was read.
        assert len(uses(found)) == 3
    else:
        assert uses(found) == wanted
