"""Cases by which Open Energy Dashboard tests its own import, some of them restated in numbers of our own; and, where
the real ones lie beside the repository, all twenty through the page. Where HomeLog means the same by a case, it gives
the use they expect; where it means something else, the tables below say what and why.
"""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home
from readings.consumption import Point, between
from readings.importers import Choices, Role, Series, series, understand
from readings.models import Reading
from readings.queries import changes_of
from readings.tests.real_files import FILES
from sources.models import DataSource

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


# The real cases, all twenty, through the page: into a home, as a dial or as use, with what each needs to be said.


class Case(NamedTuple):
    """What is said of a file: whether its values are a "dial" or "use", and what happened where it falls. In `zone`."""

    name: str
    role: str
    answer: str = ""
    leave_out: bool = False
    zone: str = "UTC"


CENTRAL = "America/Chicago"
# HomeLog means the same by these: each use from when to when is the expected one.
SAME = [
    Case("1", "use"),
    Case("2", "use"),
    Case("3", "dial"),
    Case("4", "dial"),
    Case("5", "dial", "reset"),
    Case("10", "dial", "reset"),
    Case("20", "dial"),
    Case("21", "dial"),
    Case("25", "dial"),
    Case("110", "use", zone=CENTRAL),
]
# It refuses these whole. HomeLog names the row and stores nothing either, until that row is left out.
REFUSED = [
    (Case("29", "dial", leave_out=True), ["48.1", "71.9", "216"]),
    (Case("30", "use", leave_out=True), ["24", "48.1", "72", "120"]),
]
# And these; HomeLog asks what happened where the dial falls, and stores nothing before that is answered.
ASKED = [
    (Case("9", "dial", "reset"), ["48", "72", "96", "120"]),
    (Case("22", "dial", "meter"), ["48", "72", "0", "120"]),
    (Case("33", "dial", "glitch"), ["48", "168", "120"]),
]
# Here it means something else. It keeps local times without their offset; so it splits at a clock change what goes over
# it, leaves the hour out that comes twice, and makes 24 hours of a day of 25. HomeLog keeps instants and loses nothing.
ELSE = [
    # 2,760 on the day of 23 hours: there 240 until two and 2,520 from three.
    (Case("111", "use", zone=CENTRAL), ["1440", "2760", "4320"]),
    # 46 in 23 minutes over the change: there 28 until two and 18 from three.
    (Case("114", "dial", zone=CENTRAL), ["23", "46", "69"]),
    # The -1 of the hour that comes twice: there it is left out.
    (Case("116", "use", zone=CENTRAL), ["60", "-1", "120"]),
    # 3,000 on the day of 25 hours: there 2,880, what 24 of them used.
    (Case("117", "use", zone=CENTRAL), ["1440", "3000", "4320"]),
    # Nothing was used from 1:46 to 1:32, 46 until 1:55: there only 18 of these, from 1:46 on.
    (Case("120", "dial", zone=CENTRAL), ["23", "0", "0", "46", "69", "92"]),
]
# What the other one expects comes to the same as HomeLog's here, over all of it.
SAME_IN_ALL = {"111", "114"}

there = pytest.mark.skipif(not PIPES.is_dir(), reason="the real meter files are not beside this repository")


def number_of(path: Path) -> str:
    """Which case a file is of: 110 of pipe110BInput.csv."""
    return "".join(filter(str.isdigit, path.name))


def expected(case: Case) -> list[tuple[Decimal, str, str]]:
    lines = (PIPES / f"pipe{case.name}Expected.csv").read_text().split("\n")
    cells = [line.split(",") for line in lines if "," in line]
    return [(Decimal(value), start, end) for value, start, end in cells]


class Brought(NamedTuple):
    """A file on its preview: what was asked, and the source that its import made, None before."""

    client: Client
    url: str
    form: dict[str, str]
    questions: int


def bring(client: Client, alice: User, case: Case) -> Brought:
    client.force_login(alice)
    home = make_home(alice, timezone=case.zone)
    (path,) = [path for path in PIPES.glob("*Input.csv") if number_of(path) == case.name]
    upload = {"file": SimpleUploadedFile(path.name, path.read_bytes())}
    url = client.post(reverse("readings:home_import", args=[home.public_id]), upload).headers["Location"]
    roles = {"role-0": case.role, "role-1": "when", **({"role-2": "end"} if case.name != "25" else {})}
    client.post(url, {"do": "look", **roles})
    prepared = client.get(url).context["prepared"]
    (item,) = prepared.items
    form = {"key-0": item.series.key, "unit-0": "kWh"}
    questions = item.plan.decisions.questions
    if case.answer:
        form |= {f"q-0-{each.key}": case.answer for each in questions}
    client.post(url, {"do": "look", **form})
    return Brought(client, url, form, len(questions))


def imported(found: Brought, **more: str) -> int:
    return found.client.post(found.url, {"do": "import", **found.form, **more}).status_code


def uses_of(alice: User, case: Case) -> list[tuple[Decimal, str, str]]:
    """What was used from when to when, by the clock of the home; of use that was given, its beginning alone."""
    with acting_as(alice):
        (source,) = DataSource.objects.select_related("home")
        readings = (
            Reading.objects.of(source).order_by("recorded_at").values_list("recorded_at", "value", "quality_flag")
        )
        points, changes = [Point(*row) for row in readings], changes_of(source)
    local = {point.at: f"{point.at.astimezone(source.zone):%Y-%m-%d %H:%M:%S}" for point in points}
    if source.counting == "amount":
        return [(point.value, local[point.at], "") for point in points]
    return [
        (between(points, changes, first.at, last.at) or Decimal(0), local[first.at], local[last.at])
        for first, last in pairwise(points)
    ]


def stored_at_all(alice: User) -> int:
    with acting_as(alice):
        return Reading.objects.filter(source__in=DataSource.objects.all()).count()


@there
def test_all_twenty_cases_are_here() -> None:
    named = [case.name for case in SAME] + [case.name for case, _ in (*REFUSED, *ASKED, *ELSE)]
    files = {number_of(path) for path in PIPES.glob("*Input.csv")}
    assert (len(named), set(named)) == (20, files)


@there
@pytest.mark.parametrize("case", SAME, ids=lambda case: case.name)
def test_a_real_case_gives_the_use_that_is_expected(client: Client, alice: User, case: Case) -> None:
    found = bring(client, alice, case)
    assert found.questions == bool(case.answer)
    assert imported(found) == 302
    wanted = expected(case)
    assert wanted
    assert uses_of(alice, case) == (wanted if case.role == "dial" else [(use, start, "") for use, start, _ in wanted])


@there
@pytest.mark.parametrize(("case", "left"), REFUSED, ids=lambda case: getattr(case, "name", ""))
def test_a_bad_row_keeps_a_real_case_out_until_it_is_left_out(
    client: Client, alice: User, case: Case, left: list[str]
) -> None:
    found = bring(client, alice, case)
    assert (imported(found), stored_at_all(alice), expected(case)) == (422, 0, [])
    assert imported(found, leave_out="on") == 302
    assert [use for use, _, _ in uses_of(alice, case)] == [Decimal(use) for use in left]


@there
@pytest.mark.parametrize(("case", "answered"), ASKED, ids=lambda case: getattr(case, "name", ""))
def test_a_fall_in_a_real_case_is_asked_about_before_anything_is_stored(
    client: Client, alice: User, case: Case, answered: list[str]
) -> None:
    found = bring(client, alice, case)
    assert (found.questions, stored_at_all(alice), expected(case)) == (1, 0, [])
    assert imported(found) == 302
    assert [use for use, _, _ in uses_of(alice, case)] == [Decimal(use) for use in answered]


@there
@pytest.mark.parametrize(("case", "given"), ELSE, ids=lambda case: getattr(case, "name", ""))
def test_a_real_case_over_a_clock_change_keeps_every_instant(
    client: Client, alice: User, case: Case, given: list[str]
) -> None:
    assert imported(bring(client, alice, case)) == 302
    found = [use for use, _, _ in uses_of(alice, case)]
    assert found == [Decimal(use) for use in given]
    theirs = [use for use, _, _ in expected(case)]
    assert found != theirs
    assert (sum(found) == sum(theirs)) == (case.name in SAME_IN_ALL)
