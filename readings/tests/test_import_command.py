"""`manage.py import_readings`: as the person named, with their rights, in plain sentences; exit code 1 on refusal.

Into one source above, into a home below.
"""

from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_source, share
from readings.models import Reading
from readings.tests.files import ONE_BAD, PLAIN, UNCLEAR, WIDE, stored
from sources.models import DataSource, Home, MeterChange


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test puts its file."""
    return tmp_path / "meter.csv"


def run(file: Path, source: DataSource, *options: str, person: str = "alice") -> str:
    out = StringIO()
    call_command("import_readings", str(file), "--source", str(source.public_id), "--as", person, *options, stdout=out)
    return out.getvalue()


def refusal(file: Path, source: DataSource, *options: str, person: str = "alice") -> tuple[str, int]:
    """The sentence and the exit code; nothing may be stored."""
    with pytest.raises(CommandError) as caught:
        run(file, source, *options, person=person)
    assert stored(source) == []
    return str(caught.value), caught.value.returncode


def test_it_says_what_it_understood_and_stores(source: DataSource, file: Path) -> None:
    file.write_bytes(WIDE)
    assert run(file, source) == (
        "UTF-16, cells separated by semicolons, newest first.\n"
        "Dates: DD-MM-YYYY, by the clock of Europe/Berlin where none is given.\n"
        "Numbers: a decimal comma.\n"
        "*   2 Dag, only grows\n"
        "    3 Nacht, only grows\n"
        "4 rows, 4 new, 0 there, 0 repeated, 0 conflicts, 0 refused, 0 questionable.\n"
        "Total use: 31.75 kWh.\n"
        "Stored 4 readings in Electricity.\n"
    )
    assert [value for _, value, _ in stored(source)] == ["100.5", "110", "110", "132.25"]


@pytest.mark.parametrize("column", ["Nacht", "nacht", "3"])
def test_the_column_is_named_or_numbered(source: DataSource, file: Path, column: str) -> None:
    file.write_bytes(WIDE)
    assert "Total use: 31 kWh.\n" in run(file, source, "--column", column)
    assert [value for _, value, _ in stored(source)] == ["10", "20", "30", "41"]


def test_a_column_that_is_none_is_refused(source: DataSource, file: Path) -> None:
    file.write_bytes(WIDE)
    sentence = "No column of numbers is called Gas. There are: Dag, Nacht."
    assert refusal(file, source, "--column", "Gas") == (sentence, 1)
    file.write_bytes(WIDE.decode("utf-16").replace("Nacht", "Dag").encode())
    sentence = "Several columns are called Dag. Give the number of the one you mean."
    assert refusal(file, source, "--column", "Dag") == (sentence, 1)


def test_a_dry_run_stores_nothing(source: DataSource, file: Path) -> None:
    file.write_bytes(PLAIN)
    assert run(file, source, "--dry-run").endswith("Total use: 31 kWh.\nNothing was stored, as you asked.\n")
    assert stored(source) == []


def test_the_same_file_again_stores_nothing_and_says_so(source: DataSource, file: Path) -> None:
    file.write_bytes(PLAIN)
    run(file, source)
    before = stored(source)
    with pytest.raises(CommandError, match=r"^There is nothing new in this file: no reading was stored.$"):
        run(file, source)
    assert stored(source) == before


def test_rows_with_errors_are_listed_and_left_out_only_when_asked(source: DataSource, file: Path) -> None:
    file.write_bytes(ONE_BAD)
    sentence = "1 row cannot be stored, so none was. Correct the file, or say that this row is to be left out."
    assert refusal(file, source) == (sentence, 1)
    said = run(file, source, "--leave-out-errors")
    assert "Line 3: “1x0” is not a number as the rest of its column is written.\n" in said
    assert [value for _, value, _ in stored(source)] == ["100", "120"]


@pytest.mark.parametrize(
    ("option", "days"), [("--day-first", ["2025-04-03", "2025-06-05"]), ("--month-first", ["2025-03-04", "2025-05-06"])]
)
def test_the_order_of_day_and_month_is_asked(source: DataSource, file: Path, option: str, days: list[str]) -> None:
    file.write_bytes(UNCLEAR)
    sentence = "The dates in this file can be read in two ways. Say whether the day or the month comes first."
    assert refusal(file, source) == (sentence, 1)
    run(file, source, option)
    assert [when.split()[0] for when, _, _ in stored(source)] == days


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        (None, "There is no such source, or it is not shared with you."),
        ("read", "You may see this source, but not change this. Ask its owner for more rights."),
    ],
)
def test_the_rights_of_the_person_hold(
    source: DataSource, bob: User, file: Path, level: str | None, sentence: str
) -> None:
    if level:
        share(source, bob, level)
    file.write_bytes(PLAIN)
    assert refusal(file, source, person="bob") == (sentence, 1)


def test_who_may_write_imports(source: DataSource, bob: User, file: Path) -> None:
    share(source, bob, "write")
    file.write_bytes(PLAIN)
    run(file, source, person="bob")
    assert len(stored(source)) == 4


def test_what_is_not_there_is_refused_with_a_sentence(source: DataSource, file: Path) -> None:
    assert refusal(file, source) == (f"{file} cannot be read: No such file or directory.", 1)
    file.write_bytes(PLAIN)
    assert refusal(file, source, person="nobody") == ("Nobody here has the user name nobody.", 1)
    elsewhere = DataSource(public_id=uuid4(), owner=source.owner, name="None")
    with pytest.raises(CommandError, match=r"^There is no such source, or it is not shared with you.$"):
        run(file, elsewhere)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\0\1\2", "This file is not text. Open it in the program it comes from, save it as CSV, and import that."),
        (
            b"2025-01-01;1\n" * 1_600_000,
            "This file is larger than 20 MB. Split it and import the parts one after the other.",
        ),
    ],
    ids=["binary", "20 MB"],
)
def test_a_file_that_is_no_table_of_readings_is_refused(
    source: DataSource, file: Path, content: bytes, sentence: str
) -> None:
    file.write_bytes(content)
    assert refusal(file, source) == (sentence, 1)


# Into a home


def alice() -> User:
    """Whose home it is."""
    return User.objects.get(username="alice")


def bring(file: Path, home: Home, *options: str, person: str = "alice") -> str:
    out = StringIO()
    call_command("import_readings", str(file), "--home", str(home.public_id), "--as", person, *options, stdout=out)
    return out.getvalue()


def refused(file: Path, home: Home, *options: str, person: str = "alice") -> str:
    """The sentence; no meter may be made, and nothing stored."""
    with acting_as(alice()):
        before = DataSource.objects.filter(home=home).count()
    with pytest.raises(CommandError) as caught:
        bring(file, home, *options, person=person)
    with acting_as(alice()):
        assert DataSource.objects.filter(home=home).count() == before
    return str(caught.value)


def meters(home: Home) -> dict[str, list[str]]:
    with acting_as(alice()):
        made = list(DataSource.objects.filter(home=home).select_related("home", "owner"))
    return {source.name: [value for _, value, _ in stored(source)] for source in made}


WIDE_HOME = b"date;Power kWh;Gas m3\n2025-01-01;100;5\n2025-02-01;150;7\n2025-03-01;210;8\n"
LONG_HOME = b"date;meter;value\n2025-01-01;Power;100\n2025-01-01;Gas;5\n2025-02-01;Power;150\n2025-02-01;Gas;7\n"
STACKED_HOME = b"Power\ndate;kWh\n2025-01-01;100\n2025-02-01;150\n\nGas\ndate;kWh\n2025-01-01;5\n2025-02-01;7\n"


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        (WIDE_HOME, [], {"Power kWh": ["100", "150", "210"], "Gas m3": ["5", "7", "8"]}),
        (LONG_HOME, ["--unit", "Power=kWh", "--unit", "Gas=m³"], {"Power": ["100", "150"], "Gas": ["5", "7"]}),
        (STACKED_HOME, [], {"Power": ["100", "150"], "Gas": ["5", "7"]}),
    ],
    ids=["wide", "long", "stacked"],
)
def test_each_meter_of_a_file_comes_into_the_home(
    home: Home, file: Path, content: bytes, options: list[str], expected: dict[str, list[str]]
) -> None:
    file.write_bytes(content)
    said = bring(file, home, *options)
    for name in expected:
        assert f"{name}: goes to a new meter, {name}.\n" in said
    assert meters(home) == expected


def test_a_meter_goes_where_it_is_said(home: Home, file: Path) -> None:
    source = make_source(alice(), home, name="House", digits=6)
    file.write_bytes(WIDE_HOME)
    said = bring(file, home, "--to", "Power kWh=House", "--to", "Gas m3=skip")
    assert "Power kWh: goes to House.\n" in said
    assert "Gas m3: goes to nowhere.\n" in said
    assert meters(home) == {"House": ["100", "150", "210"]}
    assert len(stored(source)) == 3


def test_next_months_file_goes_the_same_way(home: Home, file: Path) -> None:
    file.write_bytes(WIDE_HOME)
    bring(file, home, "--to", "Gas m3=skip")
    file.write_bytes(WIDE_HOME + b"2025-04-01;260;9\n")
    assert bring(file, home).endswith("Stored 1 readings in Power kWh.\n")
    assert meters(home) == {"Power kWh": ["100", "150", "210", "260"]}


FALLING = b"date;Meter reading kWh\n2025-01-01;5100\n2025-02-01;5150\n2025-03-01;20\n2025-04-01;75\n"


def test_a_fall_is_asked_about_before_anything_is_stored(home: Home, file: Path) -> None:
    file.write_bytes(FALLING)
    said = bring(file, home, "--dry-run")
    assert "Line 4, 1 Mar 2025, 00:00: 20 after 5,150. What happened?\n" in said
    assert "  meter    A new meter counts from here on\n" in said
    assert "* keep     Keep it, marked as questionable\n" in said
    (key,) = [line.split()[1].rstrip(":") for line in said.splitlines() if line.startswith("Question")]
    sentence = "Open questions: 1. Nothing was stored."
    assert refused(file, home).startswith(sentence)
    assert refused(file, home, "--answer", f"{key}=first").startswith(f"There is no question {key} with the answer")
    bring(file, home, "--answer", f"{key}=meter")
    assert meters(home) == {"Meter reading kWh": ["5100", "5150", "20", "75"]}
    with acting_as(alice()):
        assert [change.reason for change in MeterChange.objects.all()] == ["replaced"]


def test_a_proposal_is_taken_where_that_is_said(home: Home, file: Path) -> None:
    file.write_bytes(FALLING)
    bring(file, home, "--as-proposed")
    assert meters(home) == {"Meter reading kWh": ["5100", "5150", "20", "75"]}
    with acting_as(alice()):
        assert not MeterChange.objects.exists()
        assert [each.quality_flag for each in Reading.objects.filter(value=20)] == ["questionable"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--to", "Water=new"], "One meter of the file must be called Water. There are: Power kWh, Gas m3."),
        (["--to", "Gas m3=Cellar"], "One meter of this home must be called Cellar. There are: House."),
        (["--to", "Gas m3"], "Gas m3 names no value. Write it as NAME=VALUE."),
        (
            ["--to", "Gas m3=House", "--to", "Power kWh=House"],
            "Two parts of this file go to House. Choose another meter for one of them.",
        ),
        (["--to", "Gas m3=skip", "--to", "Power kWh=skip"], "Choose at least one meter"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(home: Home, file: Path, options: list[str], sentence: str) -> None:
    make_source(alice(), home, name="House")
    file.write_bytes(WIDE_HOME)
    assert refused(file, home, *options).startswith(sentence)


def test_a_stranger_and_somebody_who_may_only_look_import_nothing(home: Home, bob: User, file: Path) -> None:
    file.write_bytes(WIDE_HOME)
    assert refused(file, home, person="bob") == "There is no such home, or you do not belong to it."
    with acting_as(alice()):
        home.members.create(user=bob, level="read", granted_by=alice())
    assert refused(file, home, person="bob") == (
        "You may see this home, but not add readings. Ask one of its administrators."
    )
