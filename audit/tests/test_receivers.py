"""Every create, change and delete of what is watched is written down, in the same transaction, with who and what."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction

from accounts.current import acting_as
from accounts.models import User
from audit.changes import plain
from audit.tests.conftest import Log, facts
from audit.watched import WATCHED
from homelog.testing import START, make_home, make_readings, make_source, make_user, share
from readings.models import ImportBatch, Reading
from readings.signals import readings_import_undone, readings_imported, source_viewed
from sources.models import DataSource, DataValidator, Home, HomeMember, MeterChange, SourceAccess

READ = "2026-01-01T08:00:00+00:00"
NAMES = {"source": "Electricity", "unit": "kWh"}


def test_a_reading_is_written_down_when_added_changed_and_deleted(source: DataSource, log: Log) -> None:
    alice, home = source.owner, source.home_id
    log()
    reading = make_readings(source, ["100.50"], notes="first")[0]
    key = reading.public_id
    new = {
        "value": "100.50",
        "recorded_at": READ,
        "quality_flag": "good",
        "notes": "first",
        "metadata": {},
        "photo": "",
    }
    about = {**NAMES, "value": "100.50", "recorded_at": READ}
    assert [facts(entry) for entry in log()] == [
        ("create_reading", alice.pk, home, source.pk, key, {**about, "new": new})
    ]
    with acting_as(alice):
        reading.value, reading.notes = Decimal("101"), ""
        reading.save()
    about = {**about, "value": "101"}
    changes = {
        "old": {"value": "100.50", "notes": "first"},
        "new": {"value": "101", "notes": ""},
        "conversions": 0,
    }
    assert [facts(entry) for entry in log()] == [
        ("update_reading", alice.pk, home, source.pk, key, {**about, **changes})
    ]
    with acting_as(alice):
        reading.delete()
    by = {"created_by_id": alice.pk, "updated_by_id": alice.pk}
    when = {"created_at": plain(reading.created_at), "updated_at": plain(reading.updated_at)}
    old = {**new, "value": "101", "notes": "", **by, **when, "import": None}
    assert [facts(entry) for entry in log()] == [
        ("delete_reading", alice.pk, home, source.pk, key, {**about, "old": old, "conversions": 0})
    ]


def test_the_reason_of_a_correction_stands_in_its_entry(source: DataSource, log: Log) -> None:
    reading = make_readings(source, ["100.50"])[0]
    log()
    with acting_as(source.owner):
        reading.value, reading.change_reason = Decimal("101"), "mistyped"
        reading.save()
    (entry,) = log()
    assert entry.details == {
        **NAMES,
        "value": "101",
        "recorded_at": READ,
        "old": {"value": "100.50"},
        "new": {"value": "101"},
        "reason": "mistyped",
        "conversions": 0,
    }


def _made(model: type[Any], source: DataSource, bob: User) -> dict[str, Any]:
    """What to make of a model, and the one field to change afterwards."""
    made: dict[type[Any], dict[str, Any]] = {
        Home: {"name": "Hut", "address": "", "timezone": "UTC", "created_by": source.owner},
        HomeMember: {"home": source.home, "user": bob, "level": "read"},
        DataSource: {"owner": source.owner, "home": source.home, "name": "Gas", "source_type": "gas", "unit": "m³"},
        SourceAccess: {"source": source, "user": bob, "level": "read"},
        DataValidator: {"source": source, "min_value": Decimal("0"), "on_violation": "reject"},
        MeterChange: {
            "source": source,
            "changed_at": START,
            "old_final": Decimal("9"),
            "new_initial": Decimal("0.0"),
            "reason": "replaced",
        },
        User: {"username": "erin", "display_name": "Erin"},
    }
    return made[model]


@pytest.mark.parametrize(
    ("model", "field", "value", "old", "new"),
    [
        (Home, "timezone", "Asia/Bangkok", "UTC", "Asia/Bangkok"),
        (HomeMember, "level", "admin", "read", "admin"),
        (DataSource, "digits", 5, None, 5),
        (SourceAccess, "level", "write", "read", "write"),
        (DataValidator, "min_value", Decimal("0.5"), "0", "0.5"),
        (MeterChange, "reason", "reset", "replaced", "reset"),
        (User, "is_staff", True, False, True),
    ],
)
def test_each_watched_model_is_written_down_when_added_changed_and_deleted(
    model: type[Any], field: str, value: Any, old: Any, new: Any, source: DataSource, bob: User, log: Log
) -> None:
    noun, alice = WATCHED[model].noun, source.owner
    home = make_home(alice, "Other") if model is Home else source.home
    assert home is not None
    log()
    with acting_as(alice):
        row = model.objects.create(**_made(model, source, bob))
        if model is Home:
            HomeMember.objects.create(home=row, user=alice, level="admin")
    created = log()[0]
    kept = {path: row_value for path, row_value in created.details["new"].items() if path == field}
    assert (created.event_type, created.actor_id, created.actor_name) == (f"create_{noun}", alice.pk, "Alice")
    assert kept == {field: old}
    assert set(created.details["new"]) == set(WATCHED[model].fields)
    with acting_as(alice):
        setattr(row, field, value)
        row.save()
    changed = log()[0]
    assert (changed.event_type, changed.details["old"], changed.details["new"]) == (
        f"update_{noun}",
        {field: old},
        {field: new},
    )
    with acting_as(alice):
        row.delete()
    deleted = log()[-1]
    assert (deleted.event_type, deleted.details["old"][field]) == (f"delete_{noun}", new)
    assert (created.home_id, created.source_id) == (changed.home_id, changed.source_id)
    assert (created.home_id, created.source_id) == (deleted.home_id, deleted.source_id)


def test_every_household_model_is_watched_or_knowingly_left_out() -> None:
    from django.apps import apps

    models = {model for app in ("sources", "readings") for model in apps.get_app_config(app).get_models()}
    # An import is announced whole, a draft is not stored data yet, and the database works falls and days out by itself.
    assert {model.__name__ for model in models - set(WATCHED)} == {
        "Day",
        "Fall",
        "ImportBatch",
        "ImportDraft",
        "KeptPicture",
    }


def test_saving_without_a_change_writes_nothing(source: DataSource, log: Log) -> None:
    reading = make_readings(source, ["1"])[0]
    log()
    with acting_as(source.owner):
        reading.recorded_at = reading.recorded_at.astimezone(timezone(timedelta(hours=7)))
        reading.save()
        source.save()
    assert log() == []


def test_only_what_was_saved_counts_as_changed(source: DataSource, log: Log) -> None:
    reading = make_readings(source, ["1"])[0]
    log()
    with acting_as(source.owner):
        reading.notes, reading.value = "seen", Decimal("5")
        reading.save(update_fields=["notes"])
        source.description, source.name = "cellar", "Not saved"
        source.save(update_fields=["thumbnail"])
    assert [(entry.event_type, entry.details["old"], entry.details["new"]) for entry in log()] == [
        ("update_reading", {"notes": ""}, {"notes": "seen"})
    ]


def test_a_row_saved_under_a_known_key_is_a_change_with_its_old_values(source: DataSource, log: Log) -> None:
    rule_of = {"source": source, "min_value": Decimal("1")}
    with acting_as(source.owner):
        rule = DataValidator.objects.create(**rule_of)
        log()
        DataValidator(pk=rule.pk, public_id=rule.public_id, source=source, min_value=Decimal("2")).save()
    assert [(entry.event_type, entry.details["old"], entry.details["new"]) for entry in log()] == [
        ("update_rule", {"min_value": "1"}, {"min_value": "2"})
    ]


def test_an_exception_after_the_save_leaves_neither_the_row_nor_the_entry(source: DataSource, log: Log) -> None:
    log()
    with pytest.raises(ZeroDivisionError), acting_as(source.owner):  # noqa: PT012 - the save before it matters
        Reading.objects.create(source=source, value=Decimal("1"), recorded_at=START)
        raise ZeroDivisionError
    assert log() == []
    with acting_as(source.owner):
        assert Reading.objects.of(source).count() == 0


def test_a_save_whose_entry_cannot_be_written_is_undone(
    source: DataSource, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    log()

    def refuse(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("audit.receivers.write", refuse)
    with pytest.raises(RuntimeError, match="the log is full"), acting_as(source.owner):
        Reading.objects.create(source=source, value=Decimal("1"), recorded_at=START)
    with acting_as(source.owner):
        assert Reading.objects.of(source).count() == 0


def test_a_refused_reading_leaves_no_entry(source: DataSource, log: Log) -> None:
    from django.core.exceptions import ValidationError

    with acting_as(source.owner):
        source.validators.create(max_value=Decimal("5"))
        log()
        with pytest.raises(ValidationError), transaction.atomic():
            Reading.objects.create(source=source, value=Decimal("6"), recorded_at=START)
    assert log() == []


def test_who_acts_and_from_where_is_taken_from_the_one_place_that_knows(
    source: DataSource, bob: User, log: Log
) -> None:
    share(source, bob, "write")
    log()
    with acting_as(bob, "192.0.2.7"):
        Reading.objects.create(source=source, value=Decimal("1"), recorded_at=START)
    entry = log()[0]
    assert (entry.actor_id, entry.actor_name, entry.remote_address) == (bob.pk, "Bob", "192.0.2.7")
    assert datetime.now(UTC) - entry.event_time < timedelta(minutes=5)


def test_deleting_a_source_says_what_went_with_it(source: DataSource, bob: User, log: Log) -> None:
    make_readings(source)
    share(source, bob)
    with acting_as(source.owner):
        for limit in (1000, 2000):
            source.validators.create(max_value=limit)
        source.meter_changes.create(changed_at=START, old_final=7, new_initial=0)
    key = source.pk
    log()
    with acting_as(source.owner):
        source.delete()
    (entry,) = log()
    counts = {name: entry.details[name] for name in ("readings", "rules", "shares", "meter_changes")}
    assert (entry.event_type, entry.source_id, entry.details["source"]) == ("delete_source", key, "Electricity")
    assert counts == {"readings": 3, "rules": 2, "shares": 1, "meter_changes": 1}


def test_deleting_a_home_says_how_many_belonged_to_it_and_what_it_held(
    source: DataSource, alice: User, bob: User, log: Log
) -> None:
    home = source.home
    assert home is not None
    key = home.pk
    with acting_as(alice):
        home.members.create(user=bob, level="read", granted_by=alice)
    log()
    with acting_as(alice):
        home.delete()
    entry, lost = log()
    assert (lost.event_type, lost.source_id, lost.details) == (
        "lose_home",
        source.pk,
        {"source": source.name, "home": home.name},
    )
    assert (entry.event_type, entry.home_id, entry.details["members"], entry.details["sources"]) == (
        "delete_home",
        key,
        2,
        1,
    )


def test_deleting_an_account_says_how_many_sources_went_with_it(
    source: DataSource, alice: User, owner: Callable[[], AbstractContextManager[None]], log: Log
) -> None:
    log()
    with owner():
        alice.delete()
    (entry,) = (entry for entry in log() if entry.event_type == "delete_person")
    assert (entry.details["person"], entry.details["sources"]) == ("Alice", 1)


def test_a_home_hears_that_a_source_left_it(source: DataSource, alice: User, log: Log) -> None:
    old, new = source.home, make_home(alice, "Second")
    assert old is not None
    log()
    with acting_as(alice):
        source.home = new
        source.save()
    moved, left = log()
    assert facts(moved)[:4] == ("update_source", alice.pk, new.pk, source.pk)
    assert moved.details["old"] == {"home": old.name, "home_id": old.pk}
    assert facts(left) == (
        "remove_source",
        alice.pk,
        old.pk,
        None,
        None,
        {"source": "Electricity", "home": old.name},
    )


def test_a_view_is_written_down(source: DataSource, bob: User, log: Log) -> None:
    log()
    with acting_as(bob):
        source_viewed.send(sender=None, source=source)
    assert [facts(entry) for entry in log()] == [
        ("view_source", bob.pk, source.home_id, source.pk, None, {"source": "Electricity"})
    ]


def test_views_of_one_person_within_ten_minutes_are_one_entry(
    source: DataSource, home: Home, alice: User, bob: User, log: Log
) -> None:
    other = make_source(alice, home, name="Water")
    share(source, bob)
    log()
    with time_machine.travel(START, tick=False) as clock:
        for person, viewed, minutes in (
            (alice, source, 0),
            (alice, source, 5),
            (bob, source, 1),
            (alice, other, 1),
            (alice, source, 3),
            (alice, source, 1),
        ):
            clock.shift(timedelta(minutes=minutes))
            with acting_as(person):
                source_viewed.send(sender=None, source=viewed)
    assert [(entry.actor_id, entry.source_id, (entry.event_time - START).seconds // 60) for entry in log()] == [
        (alice.pk, source.pk, 0),
        (bob.pk, source.pk, 6),
        (alice.pk, other.pk, 7),
        (alice.pk, source.pk, 10),
    ]


def test_an_import_is_one_entry(source: DataSource, log: Log) -> None:
    with acting_as(source.owner):
        batch = ImportBatch.objects.create(source=source, file_name="Power.csv", format="csv", created_by=source.owner)
        about = {"file": "Power.csv", "import": str(batch.public_id)}
        log()
        readings_imported.send(sender=None, batch=batch, facts={"stored": 3, "first": START, "last": START})
    assert [facts(entry) for entry in log()] == [
        (
            "import_readings",
            source.owner_id,
            source.home_id,
            source.pk,
            None,
            {**NAMES, **about, "stored": 3, "first": READ, "last": READ},
        )
    ]
    with acting_as(source.owner):
        facts_of = {"deleted": 2, "corrected": 1, "first": None, "last": None}
        readings_import_undone.send(sender=None, batch=batch, facts=facts_of)
    assert [(entry.event_type, entry.source_id, entry.details) for entry in log()] == [
        ("undo_import", source.pk, {**NAMES, **about, **facts_of})
    ]


def test_fixtures_are_not_news(source: DataSource, log: Log) -> None:
    from django.core import serializers

    reading = make_readings(source, ["1"])[0]
    text = serializers.serialize("json", [reading])
    log()
    with acting_as(source.owner):
        for row in serializers.deserialize("json", text.replace('"value": "1"', '"value": "2"')):
            row.save()
        reading.refresh_from_db()
    assert (reading.value, log()) == (Decimal("2"), [])


def test_a_person_made_in_the_shell_is_written_down_with_nobody_acting(db: None, log: Log) -> None:
    erin = make_user("erin")
    (entry,) = log()
    assert (entry.event_type, entry.actor_id, entry.details["person_id"]) == ("create_person", None, erin.pk)
    assert "erin@example.com" not in str(entry.details)


def test_another_unit_of_another_source_is_named_in_its_own_entries(alice: User, log: Log) -> None:
    water = make_source(alice, name="Water", unit="m³", source_type="water")
    log()
    make_readings(water, ["1.5"])
    (entry,) = log()
    assert (entry.home_id, entry.details["source"], entry.details["unit"]) == (None, "Water", "m³")
