"""Every road that a reading can take into the table meets the rules of its source, or is closed."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import START, make_readings, make_user, share
from readings.models import Quality, Reading
from readings.querysets import DoorClosed
from readings.tests.entries import page
from sources.models import DataSource, MeterChange

DAY = timedelta(days=1)
FALLS = "%s is lower than the reading before it, %s. This dial only grows. Check the digits."


@pytest.fixture
def strict(source: DataSource) -> DataSource:
    """A source that refuses what falls and holds 100, 110, 125.5 from START on, one a day."""
    make_readings(source)
    with acting_as(source.owner):
        source.validators.create(non_decreasing=True)
    return source


def held(source: DataSource) -> list[str]:
    """The stored values, oldest first."""
    with acting_as(source.owner):
        return [
            str(value) for value in Reading.objects.of(source).order_by("recorded_at").values_list("value", flat=True)
        ]


UNTOUCHED = ["100", "110", "125.5"]


def test_saving_refuses_what_falls(strict: DataSource) -> None:
    with acting_as(strict.owner), pytest.raises(ValidationError) as caught:
        Reading(source=strict, value=Decimal(99), recorded_at=START + 3 * DAY).save()
    assert caught.value.message_dict == {"value": [FALLS % ("99", "125.5")]}
    assert held(strict) == UNTOUCHED


def test_creating_refuses_what_falls(strict: DataSource) -> None:
    with acting_as(strict.owner), pytest.raises(ValidationError, match="lower than the reading before it"):
        Reading.objects.create(source=strict, value=Decimal(99), recorded_at=START + 3 * DAY)
    assert held(strict) == UNTOUCHED


def test_a_back_dated_reading_is_held_against_the_one_after_it(strict: DataSource) -> None:
    with acting_as(strict.owner), pytest.raises(ValidationError, match="higher than the reading after it, 110"):
        Reading.objects.create(source=strict, value=Decimal(111), recorded_at=START + DAY / 2)
    assert held(strict) == UNTOUCHED


def test_update_or_create_and_get_or_create_refuse_what_falls(strict: DataSource) -> None:
    with acting_as(strict.owner):
        with pytest.raises(ValidationError, match="lower than the reading before it"):
            Reading.objects.update_or_create(
                source=strict, recorded_at=START + 2 * DAY, defaults={"value": Decimal(99)}
            )
        with pytest.raises(ValidationError, match="lower than the reading before it"):
            Reading.objects.get_or_create(source=strict, recorded_at=START + 3 * DAY, defaults={"value": Decimal(99)})
    assert held(strict) == UNTOUCHED


def test_the_related_manager_refuses_what_falls(strict: DataSource) -> None:
    with acting_as(strict.owner), pytest.raises(ValidationError, match="lower than the reading before it"):
        strict.readings.create(value=Decimal(99), recorded_at=START + 3 * DAY)
    assert held(strict) == UNTOUCHED


def test_full_clean_refuses_what_falls(strict: DataSource) -> None:
    with acting_as(strict.owner), pytest.raises(ValidationError, match="lower than the reading before it"):
        Reading(source=strict, value=Decimal(99), recorded_at=START + 3 * DAY).full_clean()


def test_the_entry_page_refuses_what_falls(client: Client, strict: DataSource) -> None:
    client.force_login(strict.owner)
    answer = client.post(page("entry", strict), {"value": "99", "confirm": "99"})
    assert answer.context["form"].errors == {"value": [FALLS % ("99", "125.5")]}
    assert held(strict) == UNTOUCHED


def test_django_admin_refuses_what_falls(client: Client, strict: DataSource) -> None:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    given = {
        "source": strict.pk,
        "value": "99",
        "recorded_at_0": "2026-01-04",
        "recorded_at_1": "08:00:00",
        "quality_flag": "good",
    }
    answer = client.post("/admin/readings/reading/add/", given)
    assert answer.context["adminform"].form.errors == {"value": [FALLS % ("99", "125.5")]}
    assert held(strict) == UNTOUCHED


def test_roads_that_send_no_signal_are_closed_with_a_sentence(strict: DataSource) -> None:
    reading = Reading(source=strict, value=Decimal(99), recorded_at=START + 3 * DAY)
    with acting_as(strict.owner):
        roads: dict[str, Callable[[], object]] = {
            "bulk_create": lambda: Reading.objects.bulk_create([reading]),
            "bulk_update": lambda: Reading.objects.bulk_update([reading], ["value"]),
            "update": lambda: Reading.objects.of(strict).update(value=1),
        }
        for name, road in roads.items():
            with pytest.raises(DoorClosed) as caught:
                road()
            assert str(caught.value) == (
                f"Reading.objects.{name}() would go past the rules and the audit log. Save readings one by one, "
                "or use readings.imports, the only door for many."
            )
        with pytest.raises(DoorClosed):
            strict.readings.bulk_create([reading])
        with pytest.raises(DoorClosed):
            Reading._base_manager.update(value=1)
    assert held(strict) == UNTOUCHED


def test_a_fixture_is_taken_as_it_is(strict: DataSource) -> None:
    with acting_as(strict.owner):
        Reading(source=strict, value=Decimal(99), recorded_at=START + 3 * DAY).save_base(raw=True)
    assert held(strict) == [*UNTOUCHED, "99"]


def test_a_rule_that_flags_stores_the_reading_as_questionable(source: DataSource) -> None:
    with acting_as(source.owner):
        source.validators.create(max_value=100, on_violation="flag")
    flags = [
        make_readings(source, [value], start=START + n * DAY)[0].quality_flag for n, value in enumerate([100, 101])
    ]
    assert flags == [Quality.GOOD, Quality.QUESTIONABLE]


def test_a_rule_that_flags_leaves_what_the_person_said_of_the_quality(source: DataSource) -> None:
    with acting_as(source.owner):
        source.validators.create(max_value=100, on_violation="flag")
    (reading,) = make_readings(source, [101], quality_flag="estimated")
    assert reading.quality_flag == Quality.ESTIMATED


def test_who_calls_a_flagged_reading_good_without_changing_it_has_confirmed_it(source: DataSource) -> None:
    with acting_as(source.owner):
        source.validators.create(max_value=100, on_violation="flag")
        reading = Reading.objects.create(source=source, value=Decimal(101), recorded_at=START)
        reading.quality_flag = Quality.GOOD
        reading.save()
        confirmed = str(reading.quality_flag)
        reading.value = Decimal(102)
        reading.save()
    assert (confirmed, str(reading.quality_flag)) == ("good", "questionable")


def test_where_one_rule_rejects_and_one_flags_the_reading_is_refused(source: DataSource) -> None:
    with acting_as(source.owner):
        source.validators.create(max_value=100, on_violation="flag")
        source.validators.create(max_value=200)
        with pytest.raises(ValidationError) as caught:
            Reading.objects.create(source=source, value=Decimal(201), recorded_at=START)
    assert caught.value.message_dict == {"value": ["201 is above 200, the most this source may show."]}


def test_bad_readings_are_no_neighbours(strict: DataSource) -> None:
    make_readings(strict, ["900"], start=START + 3 * DAY, quality_flag="bad")
    make_readings(strict, ["126"], start=START + 4 * DAY)
    assert held(strict) == [*UNTOUCHED, "900", "126"]


def test_a_recorded_meter_change_lets_the_dial_start_anew(strict: DataSource) -> None:
    with acting_as(strict.owner):
        changed_at = START + 2.5 * DAY
        MeterChange.objects.create(source=strict, changed_at=changed_at, old_final=130, new_initial=0)
    make_readings(strict, ["3"], start=START + 3 * DAY)
    assert held(strict) == [*UNTOUCHED, "3"]


def test_two_readings_at_one_instant_are_refused_by_the_database_too(source: DataSource) -> None:
    make_readings(source, ["1"])
    with acting_as(source.owner):
        with pytest.raises(IntegrityError, match="reading_source_recorded_at"), transaction.atomic():
            Reading.objects.create(source=source, value=Decimal(2), recorded_at=START)
        assert Reading.objects.of(source).count() == 1


def test_who_may_not_write_can_not_save_by_any_other_road(source: DataSource, bob: User) -> None:
    share(source, bob, "read")
    with acting_as(bob), pytest.raises(PermissionDenied, match="You may not add readings to this source any more"):
        Reading.objects.create(source=source, value=Decimal(1), recorded_at=START)
    assert held(source) == []
