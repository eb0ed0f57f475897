"""Conversions and what is told before and after them: in an order that no clock of a web server and no form decides."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source
from readings.models import Reading
from sources.models import DataSource
from sources.unit_forms import UnitForm

APART = timedelta(hours=1)


@pytest.fixture
def water(alice: User) -> DataSource:
    """A water meter in m³ with one reading, 1234.5."""
    source = make_source(alice, None, name="Water", source_type="water", unit="m³", digits=5, decimals=3)
    make_readings(source, ["1234.5"])
    return source


def fetched(source: DataSource) -> DataSource:
    return DataSource.objects.get(pk=source.pk)


def values(source: DataSource) -> list[Decimal]:
    with acting_as(source.owner):
        return [*Reading.objects.of(source).values_list("value", flat=True)]


def put_back_by(client: Client, source: DataSource, reading: Reading) -> None:
    client.force_login(source.owner)
    answer = client.post(reverse("audit:put_back", args=[source.public_id, reading.public_id]))
    assert answer.status_code == 302


def delete_one(source: DataSource) -> Reading:
    with acting_as(source.owner):
        reading = Reading.objects.of(source).get()
        reading.source = fetched(source)
        reading.delete()
    return reading


def convert(source: DataSource, *units: str) -> None:
    with acting_as(source.owner):
        stored = fetched(source)
        for unit in units:
            stored.convert_to(unit)


def test_what_was_deleted_after_a_conversion_by_a_server_that_is_ahead_comes_back_as_it_was(
    client: Client, water: DataSource
) -> None:
    with time_machine.travel(clock.now() + APART):
        convert(water, "L")
    reading = delete_one(water)
    put_back_by(client, water, reading)
    assert values(water) == [Decimal(1234500)]


def test_what_was_deleted_before_a_conversion_by_a_server_that_is_behind_comes_back_converted(
    client: Client, water: DataSource
) -> None:
    reading = delete_one(water)
    with acting_as(water.owner):
        fetched(water).validators.create(max_value=Decimal(99999))
    with time_machine.travel(clock.now() - APART):
        convert(water, "L")
    put_back_by(client, water, reading)
    assert values(water) == [Decimal(1234500)]


def test_an_entry_from_before_they_were_numbered_goes_by_its_time(water: DataSource) -> None:
    before = clock.now()
    convert(water, "L")
    with acting_as(water.owner):
        stored = fetched(water)
        assert stored.in_todays_unit(Decimal(1), before) == 1000
        assert stored.in_todays_unit(Decimal(1), clock.now()) == 1


def test_settings_fetched_before_two_conversions_there_and_back_forget_neither(water: DataSource, alice: User) -> None:
    class Form(UnitForm):
        class Meta:
            model = DataSource
            fields = ("name", "unit")

    with acting_as(alice):
        early = fetched(water)
    convert(water, "L", "m³")
    with acting_as(alice):
        form = Form({"name": "Garden", "unit": "m³", "unit_seen": "m³"}, instance=early)
        assert form.is_valid(), form.errors
        form.save()
        stored = fetched(water)
        told = [(each["before"], each["after"]) for each in stored.conversions or []]
    assert (stored.name, told) == ("Garden", [("m³", "L"), ("L", "m³")])


def test_another_unit_is_not_saved_without_saying_what_becomes_of_the_numbers(water: DataSource, alice: User) -> None:
    with acting_as(alice):
        source = fetched(water)
        source.unit = "L"
        for named in (None, ["unit"]):
            with pytest.raises(ValidationError, match="call convert_to or rename_unit to count in L"):
                source.save(update_fields=named)
        assert fetched(water).unit == "m³"
        source.description = "In the cellar"
        source.save(update_fields=["description"])
        assert (fetched(water).unit, fetched(water).description) == ("m³", "In the cellar")


def test_who_fetched_it_before_a_conversion_does_not_save_the_old_unit_over_it(water: DataSource, alice: User) -> None:
    with acting_as(alice):
        early = fetched(water)
    convert(water, "L")
    with acting_as(alice):
        early.name = "Garden"
        with pytest.raises(ValidationError, match="Numbers are written down in L"):
            early.save()
        assert (fetched(water).name, fetched(water).unit) == ("Water", "L")


def test_the_unit_is_renamed_or_converted_by_its_name(water: DataSource, alice: User) -> None:
    with acting_as(alice):
        source = fetched(water)
        source.rename_unit("ltr")
        assert (fetched(water).unit, fetched(water).conversions) == ("L", None)
        source.unit = "gal"
        with pytest.raises(ValidationError, match="call convert_to or rename_unit"):
            source.save()
    assert values(water) == [Decimal("1234.5")]
    with acting_as(alice):
        source = fetched(water)
        source.convert_to("m3")
        assert (source.unit, fetched(water).unit) == ("m³", "m³")
    assert values(water) == [Decimal("1.2345")]


def test_what_cannot_be_converted_is_refused(water: DataSource, alice: User) -> None:
    with acting_as(alice), pytest.raises(ValidationError, match="not related by a power of ten"):
        fetched(water).convert_to("°F")
    assert values(water) == [Decimal("1234.5")]


def test_where_nothing_is_written_down_any_unit_is_saved(alice: User) -> None:
    source = make_source(alice, None, name="New", unit="kWh")
    with acting_as(alice):
        source.unit = "MWh"
        source.save()
        assert fetched(source).unit == "MWh"
