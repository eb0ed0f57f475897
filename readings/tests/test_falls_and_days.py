"""What the database keeps of readings, held against the readings themselves, after every road that changes them."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source
from readings import imports
from readings.importers import ImportRow
from readings.models import Day, Fall, Reading
from readings.tests.dials import day, utc
from sources.models import DataSource

Owner = Callable[[], AbstractContextManager[None]]


def kept(source: DataSource) -> tuple[list[Any], list[Any]]:
    """The falls and the days that are kept."""
    falls = Fall.objects.filter(source=source).order_by("at").values_list("before_at", "at")
    days = Day.objects.filter(source=source).order_by("day")
    return list(falls), list(days.values_list("day", "count", "total", "low", "high", "estimated", "doubtful"))


def worked_out(source: DataSource) -> tuple[list[Any], list[Any]]:
    """The same from all readings, in Python."""
    rows = list(Reading.objects.of(source).counted().order_by("recorded_at"))
    if source.counting == "counter":
        return [(a.recorded_at, b.recorded_at) for a, b in pairwise(rows) if b.value < a.value], []
    by_day: dict[Any, list[Reading]] = {}
    for row in rows:
        by_day.setdefault(row.recorded_at.astimezone(source.zone).date(), []).append(row)
    return [], [
        (
            date,
            len(inside),
            sum(row.value for row in inside),
            min(row.value for row in inside),
            max(row.value for row in inside),
            any(row.quality_flag == "estimated" for row in inside),
            any(row.quality_flag == "questionable" for row in inside),
        )
        for date, inside in sorted(by_day.items())
    ]


def at(number: int) -> Any:
    """An instant for each number, several a day."""
    return day(0) + timedelta(hours=number * 7)


@pytest.mark.parametrize("counting", ["counter", "level", "amount"])
def test_whatever_is_done_to_readings_what_is_kept_of_them_is_right(source: DataSource, counting: str) -> None:
    chance = random.Random(counting)  # noqa: S311
    with acting_as(source.owner):
        source.counting = counting
        source.save()
        for _ in range(120):
            rows = list(Reading.objects.of(source))
            what = chance.choice(["add", "add", "change", "move", "flag", "take"])
            value, when = Decimal(chance.randint(0, 50)), at(chance.randint(0, 60))
            there = any(row.recorded_at == when for row in rows)
            if what == "add" and not there:
                Reading.objects.create(source=source, value=value, recorded_at=when)
            elif rows and what != "add":
                row = chance.choice(rows)
                if what == "take":
                    row.delete()
                    continue
                row.value = value if what == "change" else row.value
                row.recorded_at = when if what == "move" and not there else row.recorded_at
                row.quality_flag = chance.choice(["good", "bad", "estimated"]) if what == "flag" else row.quality_flag
                row.save()
            assert kept(source) == worked_out(source)


@pytest.mark.parametrize("counting", ["counter", "level"])
def test_the_import_door_and_the_way_back_keep_them(source: DataSource, counting: str) -> None:
    chance = random.Random(7)  # noqa: S311
    with acting_as(source.owner):
        source.counting = counting
        source.save()
        make_readings(source, ["20", "10", "30"], at(5), timedelta(days=3))
        before = kept(source)
        rows = [
            ImportRow(number, None, at(number) + timedelta(minutes=5), Decimal(chance.randint(0, 50)))
            for number in range(300)
        ]
        batch = imports.store(source, rows, "x.csv", "csv")
        assert kept(source) == worked_out(source)
        assert kept(source) != before
        imports.undo(batch)
        assert kept(source) == worked_out(source) == before


def test_few_readings_among_very_many_are_gone_through_one_by_one(source: DataSource, owner: Owner) -> None:
    with acting_as(source.owner):
        make_readings(source, range(0, 1100, 5), day(0), timedelta(hours=1))
        rows = [
            ImportRow(1, None, day(0) + timedelta(minutes=30), Decimal(900)),
            ImportRow(2, None, day(9) + timedelta(minutes=30), Decimal(3)),
        ]
        imports.store(source, rows, "x.csv", "csv")
        assert kept(source) == worked_out(source)
        assert len(kept(source)[0]) == 2


def test_another_way_of_counting_or_another_zone_works_them_anew(source: DataSource, alice: User) -> None:
    with acting_as(alice):
        make_readings(source, ["5", "3", "4"], utc("2026-03-28T23:30"), timedelta(hours=1))
        for counting in ("level", "counter", "amount"):
            source.counting = counting
            source.save()
            assert kept(source) == worked_out(source)
        home = source.home
        assert home is not None
        home.timezone = "Pacific/Auckland"
        home.save()
        assert kept(source) == worked_out(source)
        source.home = make_home(alice, "Cottage", timezone="America/New_York")
        source.save()
        assert kept(source) == worked_out(source)
        source.home = None
        source.save()
        alice.timezone = "Asia/Tokyo"
        alice.save()
        assert kept(DataSource.objects.get(pk=source.pk)) == worked_out(DataSource.objects.get(pk=source.pk))


def test_a_midnight_that_the_clock_skipped_or_had_twice_belongs_to_its_day(alice: User) -> None:
    home = make_home(alice, "Casa", timezone="America/Havana")
    source = make_source(alice, home, counting="level", digits=None)
    with acting_as(alice):
        make_readings(source, range(30), utc("2026-10-31T20:00"), timedelta(minutes=30))
        make_readings(source, range(30), utc("2026-03-07T20:00"), timedelta(minutes=30))
        assert kept(source) == worked_out(source)


BOTH_AT_ONCE = {
    "added over another": """
        INSERT INTO reading ({names}) SELECT gen_random_uuid(), {rest} FROM reading
        UNION ALL SELECT gen_random_uuid(), {later} FROM reading
        ON CONFLICT (source_id, recorded_at) DO UPDATE SET value = EXCLUDED.value + 1
    """,
    "taken away and added": """
        WITH gone AS (DELETE FROM reading RETURNING *)
        INSERT INTO reading ({names}) SELECT gen_random_uuid(), {later} FROM gone
    """,
}


@pytest.mark.parametrize("way", BOTH_AT_ONCE)
def test_a_statement_that_adds_and_changes_at_once_counts_nothing_twice(way: str, source: DataSource) -> None:
    made = make_source(source.owner, source.home, name="Cellar", counting="level")
    make_readings(made, ["5"], utc("2026-03-29T08:00"))
    rest = "source_id, recorded_at, value, quality_flag, notes, metadata, photo, created_at, created_by_id"
    later = rest.replace("recorded_at", "recorded_at + interval '1 hour'")
    with acting_as(made.owner), connection.cursor() as cursor:
        cursor.execute(BOTH_AT_ONCE[way].format(names=f"public_id, {rest}", rest=rest, later=later))
        assert kept(made) == worked_out(made)


def test_a_source_takes_them_along(source: DataSource) -> None:
    make_readings(source, ["5", "3"])
    with acting_as(source.owner):
        DataSource.objects.filter(pk=source.pk).delete()
        assert kept(source) == ([], [])


def test_nobody_sees_those_of_others_and_nobody_writes_them(source: DataSource, charlie: User) -> None:
    make_readings(source, ["5", "3"])
    level = make_source(source.owner, source.home, counting="level", digits=None)
    make_readings(level, ["5"])
    with acting_as(charlie), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM reading_fall), (SELECT count(*) FROM reading_day)")
        assert cursor.fetchone() == (0, 0)
    for statement in (
        "DELETE FROM reading_fall",
        "UPDATE reading_day SET total = 0",
        "INSERT INTO reading_fall VALUES (1, now(), now())",
        "SELECT keep_all(1)",
        "SELECT keep_falls(1, now(), now())",
    ):
        with acting_as(source.owner), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with acting_as(source.owner):
        assert kept(source) == worked_out(source)
        assert kept(level) == worked_out(level)
