"""The door for many rows: judged together, stored whole or not at all, taken back whole."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_readings, make_source, share
from readings.importers import ImportRow, rows, understand
from readings.imports import AlreadyUndone, CannotStore, Plan, Undone, plan, store, undo
from readings.models import ImportBatch, Reading
from readings.tests.files import ONE_BAD, PLAIN, stored, total_use
from sources.models import DataSource

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def read(data: bytes, column: int = 1) -> list[ImportRow]:
    return rows(understand(data), column)


def values(*numbers: str, start: str = "2025-01-01") -> list[ImportRow]:
    """One row a day, at noon by the home's clock."""
    first = datetime.fromisoformat(f"{start} 12:00")
    return [
        ImportRow(line, first + timedelta(days=line - 1), None, Decimal(number))
        for line, number in enumerate(numbers, start=1)
    ]


def times(*locals_: str) -> list[ImportRow]:
    """A growing value at each of these local times."""
    return [
        ImportRow(line, datetime.fromisoformat(local), None, Decimal(line))
        for line, local in enumerate(locals_, start=1)
    ]


def judged(source: DataSource, given: list[ImportRow]) -> Plan:
    with acting_as(source.owner):
        return plan(source, given, NOW)


def bring(source: DataSource, given: list[ImportRow], by: User | None = None, **options: Any) -> ImportBatch:
    with acting_as(by or source.owner):
        return store(source, given, "file.csv", "CSV, UTF-8", **options)


def fates(found: Plan) -> list[tuple[int, str, str]]:
    """Line, fate (or quality of what is new) and reason of each row, in time order."""
    return [(row.line, row.quality if row.fate == "new" else row.fate, row.reason) for row in found.rows]


def instants(found: Plan) -> list[str | None]:
    return [row.at.isoformat() if row.at else None for row in found.rows]


def rule(source: DataSource, **fields: Any) -> None:
    with acting_as(source.owner):
        source.validators.create(**fields)


def log(source: DataSource) -> list[tuple[str, str, dict[str, object]]]:
    with acting_as(source.owner):
        entries = AuditLog.objects.filter(source_id=source.pk).exclude(event_type="create_source").order_by("id")
        return [(entry.event_type, entry.actor_name, entry.details) for entry in entries]


# Storing


def test_the_rows_of_a_file_are_stored_by_the_clock_of_the_home(source: DataSource) -> None:
    batch = bring(source, read(PLAIN))
    assert stored(source) == [
        ("2025-01-01 00:00", "100", "good"),
        ("2025-01-02 00:00", "110.5", "good"),
        ("2025-01-03 00:00", "110.5", "good"),
        ("2025-01-04 00:00", "131", "good"),
    ]
    assert total_use(source) == judged(source, read(PLAIN)).total == Decimal("31")
    assert batch.counts == {
        "rows": 4, "new": 4, "there": 0, "repeated": 0, "conflicts": 0, "refused": 0, "questionable": 0, "stored": 4,
    }  # fmt: skip


def test_who_imported_it_and_from_which_file_stays_with_each_reading(source: DataSource, bob: User) -> None:
    share(source, bob, "write")
    batch = bring(source, read(PLAIN), bob)
    with acting_as(bob):
        kept = list(Reading.objects.of(source).values_list("created_by", "import_batch", "notes", "metadata", "photo"))
        public_ids = set(Reading.objects.of(source).values_list("public_id", flat=True))
    assert kept == [(bob.pk, batch.pk, "", {}, "")] * 4
    assert {public_id.version for public_id in public_ids} == {7}
    assert len(public_ids) == 4


def test_the_same_file_again_stores_nothing(source: DataSource) -> None:
    bring(source, read(PLAIN))
    before = stored(source)
    with pytest.raises(CannotStore, match=r"^There is nothing new in this file: no reading was stored.$") as caught:
        bring(source, read(PLAIN))
    assert len(caught.value.plan.there) == 4
    assert stored(source) == before
    with acting_as(source.owner):
        assert ImportBatch.objects.count() == 1


def test_a_longer_file_adds_what_is_new(source: DataSource) -> None:
    bring(source, values("1", "2"))
    assert bring(source, values("1", "2.000", "3")).counts["stored"] == 1
    assert [value for _, value, _ in stored(source)] == ["1", "2", "3"]


def test_another_value_at_the_same_time_is_a_conflict_and_what_is_stored_stays(source: DataSource) -> None:
    bring(source, values("1", "2"))
    found = judged(source, values("1", "5", "6"))
    assert [(row.line, row.stored) for row in found.conflicts] == [(2, Decimal("2"))]
    bring(source, values("1", "5", "6"))
    assert [value for _, value, _ in stored(source)] == ["1", "2", "6"]


def test_a_reading_that_is_left_out_of_sums_still_holds_its_time(source: DataSource) -> None:
    make_readings(source, ["7"], start=datetime(2025, 1, 1, 11, tzinfo=UTC), quality_flag="bad")
    assert fates(judged(source, values("1", "2"))) == [(1, "conflict", ""), (2, "good", "")]


def test_one_row_that_cannot_be_read_keeps_the_whole_file_out(source: DataSource) -> None:
    sentence = r"^1 row cannot be stored, so none was. Correct the file, or say that this row is to be left out.$"
    with pytest.raises(CannotStore, match=sentence) as caught:
        bring(source, read(ONE_BAD))
    reason = "“1x0” is not a number as the rest of its column is written."
    assert fates(caught.value.plan) == [(2, "good", ""), (3, "refused", reason), (4, "good", "")]
    assert (stored(source), log(source)) == ([], [])
    assert bring(source, read(ONE_BAD), leave_out_refused=True).counts["stored"] == 2
    assert [value for _, value, _ in stored(source)] == ["100", "120"]


def test_an_error_while_storing_leaves_nothing_behind(source: DataSource, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [*values("1", "2"), ImportRow(3, None, datetime(2025, 1, 9, tzinfo=UTC), Decimal("3"))]
    monkeypatch.setattr(
        "readings.imports.INSERT", "INSERT INTO reading (source_id) SELECT %s FROM import_stage, (SELECT %s, %s, %s) x"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        bring(source, broken)
    assert (stored(source), log(source)) == ([], [])
    monkeypatch.undo()
    assert bring(source, broken).counts["stored"] == 3


def test_two_files_in_one_transaction_are_both_stored(source: DataSource) -> None:
    with acting_as(source.owner):
        store(source, values("1", "2"), "a.csv", "CSV")
        store(source, values("3", start="2025-02-01"), "b.csv", "CSV")
    assert [value for _, value, _ in stored(source)] == ["1", "2", "3"]


def test_one_entry_in_the_log_tells_of_the_whole_import(source: DataSource) -> None:
    batch = bring(source, read(PLAIN))
    details = {
        "source": "Electricity", "unit": "kWh", "file": "file.csv", "import": str(batch.public_id),
        "rows": 4, "new": 4, "stored": 4, "there": 0, "repeated": 0, "conflicts": 0, "refused": 0, "questionable": 0,
        "first": "2024-12-31T23:00:00+00:00", "last": "2025-01-03T23:00:00+00:00",
    }  # fmt: skip
    assert log(source) == [("import_readings", "Alice", details)]


@pytest.mark.parametrize("level", ["read", None])
def test_without_the_right_nothing_is_stored(source: DataSource, bob: User, level: str | None) -> None:
    if level:
        share(source, bob, level)
    with pytest.raises(PermissionDenied):
        bring(source, read(PLAIN), bob)
    assert stored(source) == []


def test_a_right_that_was_taken_away_meanwhile_counts(source: DataSource, bob: User) -> None:
    access = share(source, bob, "write")
    with acting_as(bob):
        judged_before = plan(source, read(PLAIN), NOW)
    assert len(judged_before.new) == 4
    with acting_as(source.owner):
        access.delete()
    with pytest.raises(PermissionDenied):
        bring(source, read(PLAIN), bob)
    assert stored(source) == []


def test_many_rows_take_as_many_statements_as_few(source: DataSource) -> None:
    rule(source, non_decreasing=True)
    counts = []
    for count, start in ((10, "2010-01-01"), (1000, "2015-01-01")):
        with acting_as(source.owner), CaptureQueriesContext(connection) as queries:
            store(source, values(*map(str, range(100, 100 + count)), start=start), "file.csv", "CSV")
        counts.append(len(queries))
        with acting_as(source.owner):
            undo(ImportBatch.objects.get(undone_at=None))
    assert counts[0] == counts[1]


# Time


def test_an_hour_that_comes_twice_is_settled_by_the_order_of_the_file(source: DataSource) -> None:
    found = judged(source, times(
        "2025-10-26 01:30", "2025-10-26 02:00", "2025-10-26 02:30", "2025-10-26 02:00", "2025-10-26 02:30",
        "2025-10-26 03:00",
    ))  # fmt: skip
    assert instants(found) == [
        f"2025-10-{day}T{time}:00+00:00"
        for day, time in [
            ("25", "23:30"),
            ("26", "00:00"),
            ("26", "00:30"),
            ("26", "01:00"),
            ("26", "01:30"),
            ("26", "02:00"),
        ]
    ]
    assert {row.fate for row in found.rows} == {"new"}


def test_hourly_rows_give_the_hour_twice_in_a_row(source: DataSource) -> None:
    found = judged(source, times("2025-10-26 01:00", "2025-10-26 02:00", "2025-10-26 02:00", "2025-10-26 03:00"))
    assert instants(found) == [f"2025-10-{t}:00:00+00:00" for t in ("25T23", "26T00", "26T01", "26T02")]


def test_each_autumn_begins_anew(source: DataSource) -> None:
    found = judged(source, times("2023-10-29 02:00", "2024-10-27 02:00", "2025-10-26 02:00"))
    assert instants(found) == [f"{day}T00:00:00+00:00" for day in ("2023-10-29", "2024-10-27", "2025-10-26")]


def test_an_hour_that_never_was_is_an_error(source: DataSource) -> None:
    found = judged(source, times("2025-03-30 01:30", "2025-03-30 02:30", "2025-03-30 03:30"))
    reason = "The clock was moved forward over 2025-03-30 02:30, so that time never was."
    assert fates(found) == [(1, "good", ""), (3, "good", ""), (2, "refused", reason)]


def test_the_future_is_an_error(source: DataSource) -> None:
    found = judged(source, times("2026-05-31 12:00", "2026-07-01 12:00"))
    reason = "This time is in the future. Write a reading down once it is taken."
    assert fates(found) == [(1, "good", ""), (2, "refused", reason)]


def test_a_row_that_is_said_twice_counts_once_and_two_values_at_one_time_are_an_error(source: DataSource) -> None:
    twice = times("2025-01-01 12:00", "2025-01-01 12:00", "2025-01-01 12:00")
    same = [*twice[:1], ImportRow(2, twice[1].local, None, Decimal("1.0")), twice[2]]
    reason = "Line 1 gives another value for this very time."
    assert fates(judged(source, same)) == [(1, "good", ""), (2, "repeated", ""), (3, "refused", reason)]


def test_rows_out_of_order_are_put_in_order_of_time(source: DataSource) -> None:
    found = judged(source, times("2025-01-01 12:30", "2025-01-01 12:00"))
    assert [row.line for row in found.rows] == [2, 1]


# Rules


HIGHER = "%s is higher than the reading after it, %s. This dial only grows. Check the digits."
LOWER = "%s is lower than the reading before it, %s. This dial only grows. Check the digits."


@pytest.mark.parametrize(
    ("numbers", "refused"),
    [
        (["100", "110", "105", "120"], {3: LOWER % (105, 110)}),
        (["100", "0", "110"], {2: LOWER % (0, 100)}),
        (["100", "9000", "110", "120"], {2: HIGHER % (9000, 110)}),
        (["9000", "100", "110"], {1: HIGHER % (9000, 100)}),
        (["100", "110", "5"], {3: LOWER % (5, 110)}),
        (["5000", "5010", "3", "4"], {3: LOWER % (3, 5010), 4: LOWER % (4, 5010)}),
        (["100", "100", "100"], {}),
    ],
)
def test_a_dial_that_only_grows_refuses_the_row_that_is_to_blame(
    source: DataSource, numbers: list[str], refused: dict[int, str]
) -> None:
    rule(source, non_decreasing=True)
    given = values(*numbers)
    found = judged(source, given)
    assert {row.line: row.reason for row in found.refused} == refused
    bring(source, given, leave_out_refused=True)
    kept = [value for _, value, _ in stored(source)]
    assert kept == [number for line, number in enumerate(numbers, 1) if line not in refused]


def test_what_is_stored_stays_and_the_rows_around_it_must_fit(source: DataSource) -> None:
    rule(source, non_decreasing=True)
    make_readings(source, ["100", "200"], start=datetime(2025, 1, 3, tzinfo=UTC), step=timedelta(days=10))
    found = judged(source, values("90", "101", "99", "150", "200"))
    assert {row.line: row.reason for row in found.refused} == {2: HIGHER % (101, 100), 3: LOWER % (99, 100)}
    later = judged(source, values("250", "260", start="2025-01-12"))
    assert {row.line: row.reason for row in later.refused} == {1: HIGHER % (250, 200)}


def test_a_rollover_and_a_recorded_meter_change_are_no_fall(source: DataSource) -> None:
    rule(source, non_decreasing=True)
    assert judged(source, values("999990", "5")).refused == []
    with acting_as(source.owner):
        source.meter_changes.create(changed_at=datetime(2025, 1, 3, tzinfo=UTC), old_final=5000, new_initial=0)
    found = judged(source, values("4000", "4990", "7", "17"))
    assert (found.refused, found.total) == ([], Decimal("1017"))


def test_a_rule_that_flags_lets_the_row_in_as_questionable(source: DataSource) -> None:
    rule(source, max_value=Decimal("150"), on_violation="flag")
    reason = "200 is above 150, the most this source may show."
    assert fates(judged(source, values("100", "200"))) == [(1, "good", ""), (2, "questionable", reason)]
    assert bring(source, values("100", "200")).counts["questionable"] == 1
    assert [(value, quality) for _, value, quality in stored(source)] == [("100", "good"), ("200", "questionable")]


def test_a_change_too_large_for_a_day_is_judged_between_the_neighbours(source: DataSource) -> None:
    rule(source, max_per_day=Decimal("20"))
    found = judged(source, values("100", "110", "500", "130"))
    reason = "That would be 390.0 a day; this source changes by at most 20 a day."
    assert {row.line: row.reason for row in found.refused} == {3: reason}


def test_every_row_that_is_stored_would_pass_alone(source: DataSource) -> None:
    rule(source, non_decreasing=True)
    numbers = [str(number * 7919 % 1000) for number in range(200)]
    bring(source, values(*numbers), leave_out_refused=True)
    with acting_as(source.owner):
        kept = list(Reading.objects.of(source).select_related("source"))
        assert [reading.broken_rules() for reading in kept] == [[]] * len(kept)
    assert len(kept) > 1


# Totals


@pytest.mark.parametrize(("counting", "total"), [("counter", "40"), ("amount", "320"), ("level", None)])
def test_the_total_is_what_the_source_counts(source: DataSource, counting: str, total: str | None) -> None:
    other = make_source(source.owner, counting=counting)
    found = judged(other, values("100", "90", "130"))
    assert found.total == (None if total is None else Decimal(total))


# Taking back


def test_an_import_is_taken_back_whole_and_only_it(source: DataSource) -> None:
    make_readings(source, ["50"], start=datetime(2024, 1, 1, tzinfo=UTC))
    batch = bring(source, read(PLAIN))
    with acting_as(source.owner):
        corrected = Reading.objects.of(source).get(value=131)
        corrected.value = Decimal("132")
        corrected.save()
        assert undo(batch) == Undone(4, 1)
    assert stored(source) == [("2024-01-01 01:00", "50", "good")]
    assert log(source)[-1] == (
        "undo_import",
        "Alice",
        {
            "source": "Electricity", "unit": "kWh", "file": "file.csv", "import": str(batch.public_id),
            "deleted": 4, "corrected": 1, "first": "2024-12-31T23:00:00+00:00", "last": "2025-01-03T23:00:00+00:00",
        },
    )  # fmt: skip
    assert [event for event, *_ in log(source)].count("undo_import") == 1


def test_an_import_is_taken_back_once(source: DataSource) -> None:
    batch = bring(source, read(PLAIN))
    with acting_as(source.owner):
        undo(batch)
        with pytest.raises(AlreadyUndone, match=r"^This import was undone already.$"):
            undo(batch)
    assert [event for event, *_ in log(source)] == ["import_readings", "undo_import"]


def test_after_it_was_taken_back_the_file_can_be_imported_again(source: DataSource) -> None:
    batch = bring(source, read(PLAIN))
    with acting_as(source.owner):
        undo(batch)
    assert bring(source, read(PLAIN)).counts["stored"] == 4


def test_row_level_security_spares_what_a_writer_may_not_delete(source: DataSource, bob: User) -> None:
    batch = bring(source, read(PLAIN))
    share(source, bob, "write")
    with acting_as(bob), pytest.raises(DatabaseError, match=r"^Save with update_fields did not affect any rows.$"):
        undo(batch)
    assert len(stored(source)) == 4
