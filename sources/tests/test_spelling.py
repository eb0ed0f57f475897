"""A unit is spelled as usual however it was typed, and by whatever road it came."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.current import acting_as
from accounts.models import User
from accounts.tests.api.calls import program_of
from audit.models import AuditLog
from homelog.testing import make_readings, make_source
from readings.stacking import by_kind
from sources.models import DataSource, Home

TYPED = {"name": "Main meter", "unit": "kwh", "counting": "counter", "digits": "6", "decimals": "1"}


def as_stored(source: DataSource) -> str:
    """What the database holds, past the field."""
    with acting_as(source.owner), connection.cursor() as cursor:
        cursor.execute("SELECT unit FROM data_source WHERE id = %s", [source.pk])
        (unit,) = cursor.fetchone()
    return str(unit)


@pytest.fixture
def older(alice: User, home: Home, owner: Callable[[], AbstractContextManager[None]]) -> DataSource:
    """A meter with readings from before, whose unit the database holds as it was typed then."""
    source = make_source(alice, home, name="Older", unit="kWh")
    make_readings(source)
    with owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE data_source SET unit = 'KWH' WHERE id = %s", [source.pk])
    with acting_as(alice):
        return DataSource.objects.get(pk=source.pk)


@pytest.mark.parametrize(
    ("typed", "unit", "said"),
    [
        ("kwh", "kWh", "The unit is written kWh. Main meter is there. What does it say now?"),
        (" m3 ", "m³", "The unit is written m³. Main meter is there. What does it say now?"),
        ("kWh", "kWh", "Main meter is there. What does it say now?"),
        ("mW", "mW", "Main meter is there. What does it say now?"),
        ("cups", "cups", "Main meter is there. What does it say now?"),
    ],
)
def test_a_new_meter_has_the_usual_spelling_and_the_page_says_so(
    typed: str, unit: str, said: str, client: Client, alice: User
) -> None:
    client.force_login(alice)
    answer = client.post("/sources/new/?kind=electricity", {**TYPED, "unit": typed}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [said]
    with acting_as(alice):
        assert as_stored(DataSource.objects.get()) == unit


def test_another_spelling_of_the_same_unit_is_no_other_unit(client: Client, source: DataSource, alice: User) -> None:
    make_readings(source)
    client.force_login(alice)
    here = reverse("sources:source_update", args=[source.public_id])
    answer = client.post(here, {**TYPED, "unit": "KWH", "unit_seen": "kWh", "source_type": "electricity"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Saved. The unit is written kWh."]
    assert as_stored(source) == "kWh"


def test_the_api_and_the_orm_spell_it_so_too(alice: User) -> None:
    program = program_of(alice)
    made = program("POST", "/sources", {"kind": "water", "unit": "Ltr."}).json()
    assert made["unit"] == "L"
    assert program("PATCH", f"/sources/{made['id']}", {"unit": "CBM"}).json()["unit"] == "m³"
    assert program("POST", "/sources", {"kind": "other", "name": "Power", "unit": "MW"}).json()["unit"] == "MW"
    with acting_as(alice):
        source = make_source(alice, unit="°c")
        assert (source.unit, as_stored(source)) == ("°C", "°C")
        source.unit = "degF"
        source.save()
    assert as_stored(source) == "°F"


def test_a_meter_from_before_is_told_in_the_usual_spelling_and_saved_so(
    client: Client, older: DataSource, home: Home, alice: User
) -> None:
    assert (older.unit, as_stored(older)) == ("kWh", "KWH")
    client.force_login(alice)
    assertContains(client.get(older.get_absolute_url()), "kWh")
    with acting_as(alice):
        assert [*DataSource.objects.filter(pk=older.pk).values_list("unit", flat=True)] == ["kWh"]
        before = AuditLog.objects.filter(source_id=older.pk, event_type="update_source").count()
    here = reverse("sources:source_update", args=[older.public_id])
    typed = {**TYPED, "name": "Older", "unit_seen": "KWH", "source_type": "electricity"}
    assert client.post(here, {**typed, "home": home.public_id}).status_code == 302
    assert as_stored(older) == "kWh"
    with acting_as(alice):
        assert AuditLog.objects.filter(source_id=older.pk, event_type="update_source").count() == before


def test_a_meter_from_before_is_used_together_with_others(source: DataSource, older: DataSource, alice: User) -> None:
    with acting_as(alice):
        groups = by_kind([*DataSource.objects.visible_to(alice).order_by("name")], {})
    assert groups == [("Electricity", [source, older])]
