"""The door for many rows: judged together, stored whole or not at all, taken back whole."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_readings, share
from readings.importers import ImportRow
from readings.imports import AlreadyUndone, CannotStore, Undone, plan, store, undo
from readings.models import ImportBatch, Reading
from readings.tests.files import ONE_BAD, PLAIN, stored, total_use
from readings.tests.imported import NOW, bring, fates, judged, read, rule, values
from sources.models import DataSource


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
        "readings.staging.INSERT", "INSERT INTO reading (source_id) SELECT %s FROM import_stage, (SELECT %s, %s, %s) x"
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
