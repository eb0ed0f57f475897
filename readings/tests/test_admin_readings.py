"""Readings and imports in Django admin: staff with the permission only, and everything is in the audit log."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_readings, make_source, make_user
from readings.models import ImportBatch, Reading
from sources.models import DataSource

LIST = "/admin/readings/reading/"


@pytest.fixture
def staff(db: None) -> User:
    """Somebody of the staff who may do everything with readings and look at imports, and owns nothing."""
    person = make_user("sam", is_staff=True)
    names = [f"{verb}_reading" for verb in ("add", "change", "delete", "view")] + ["view_importbatch"]
    person.user_permissions.set(Permission.objects.filter(codename__in=names))
    return person


@pytest.fixture
def reading(source: DataSource) -> Reading:
    return make_readings(source, ["12431.7"], notes="by torch")[0]


def events(source: DataSource, event: str) -> list[str]:
    """Who did what to a reading, by the log."""
    with acting_as(source.owner):
        return list(AuditLog.objects.filter(event_type=event, source_id=source.pk).values_list("actor_name", flat=True))


def value(reading: Reading) -> Decimal | None:
    with acting_as(reading.source.owner):
        return Reading.objects.of(reading.source).values_list("value", flat=True).first()


def correct(client: Client, reading: Reading) -> int:
    given = {
        "source": reading.source.pk,
        "value": "12431,8",
        "recorded_at_0": "2026-01-01",
        "recorded_at_1": "08:00:00",
        "quality_flag": "good",
        "notes": "",
    }
    return client.post(f"{LIST}{reading.pk}/change/", given).status_code


def test_staff_find_readings_by_source_number_and_note(client: Client, staff: User, reading: Reading) -> None:
    client.force_login(staff)
    for words in ("Electricity", "MEA 7741", "torch"):
        assertContains(client.get(LIST, {"q": words}), f"{LIST}{reading.pk}/change/")
    assertNotContains(client.get(LIST, {"q": "Water"}), f"{LIST}{reading.pk}/change/")
    assertNotContains(client.get(LIST, {"quality_flag": "bad"}), f"{LIST}{reading.pk}/change/")


def test_staff_correct_and_delete_readings_and_the_log_has_it(
    client: Client, staff: User, source: DataSource, reading: Reading
) -> None:
    client.force_login(staff)
    assert (correct(client, reading), value(reading)) == (302, Decimal("12431.8"))
    assert events(source, "update_reading") == ["Sam"]
    client.post(LIST, {"action": "delete_selected", "_selected_action": [reading.pk], "post": "yes"})
    assert value(reading) is None
    assert events(source, "delete_reading") == ["Sam"]


def test_a_reading_stays_with_its_source(client: Client, staff: User, source: DataSource, reading: Reading) -> None:
    other = make_source(source.owner, source.home, name="Water")
    given = {"source": other.pk, "value": "1", "recorded_at_0": "2026-01-01", "recorded_at_1": "08:00:00"}
    client.force_login(staff)
    client.post(f"{LIST}{reading.pk}/change/", {**given, "quality_flag": "good"})
    with acting_as(source.owner):
        assert list(Reading.objects.values_list("source", "value")) == [(source.pk, Decimal(1))]


@pytest.mark.parametrize("name", ["notes", "quality_flag__exact", "q"])
def test_a_query_that_no_database_can_answer_is_refused(client: Client, staff: User, name: str) -> None:
    client.force_login(staff)
    assert client.get(LIST, {name: "a\0b"}).status_code == 400


def test_imports_can_only_be_looked_at(client: Client, staff: User, source: DataSource) -> None:
    with acting_as(source.owner):
        batch = ImportBatch.objects.create(
            source=source, file_name="water.csv", format="CSV", created_by_id=source.owner_id
        )
    client.force_login(staff)
    address = "/admin/readings/importbatch/"
    assertContains(client.get(address), "water.csv")
    assert client.get(f"{address}{batch.pk}/change/").status_code == 200
    refused = [f"{address}add/", f"{address}{batch.pk}/delete/"]
    assert [client.get(each).status_code for each in refused] == [403, 403]
    assert client.post(f"{address}{batch.pk}/change/", {"file_name": "x"}).status_code == 403


def test_staff_without_the_permission_are_refused(client: Client, reading: Reading) -> None:
    client.force_login(make_user("trainee", is_staff=True))
    assert (client.get(LIST).status_code, correct(client, reading)) == (403, 403)
    assert value(reading) == Decimal("12431.7")


def test_others_cannot_enter(client: Client, reading: Reading, alice: User) -> None:
    client.force_login(alice)
    assertRedirects(client.get(LIST), f"/admin/login/?next={LIST}", fetch_redirect_response=False)
    correct(client, reading)
    assert value(reading) == Decimal("12431.7")
    client.logout()
    assertRedirects(client.get(LIST), f"/account/login/?next={LIST}")
