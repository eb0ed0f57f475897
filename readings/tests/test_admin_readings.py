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
from readings.models import ImportBatch, ImportDraft, Reading
from sources.models import DataSource

LIST = "/admin/readings/reading/"


@pytest.fixture
def staff(db: None) -> User:
    """Somebody of the staff who may do everything with readings and look at imports, and owns nothing."""
    person = make_user("sam", is_staff=True)
    names = [f"{verb}_reading" for verb in ("add", "change", "delete", "view")] + [
        "view_importbatch",
        "view_importdraft",
    ]
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


def test_staff_find_readings_by_source_meter_number_public_id_and_address(
    client: Client, staff: User, source: DataSource, reading: Reading
) -> None:
    client.force_login(staff)
    address = f"https://example.com{reading.get_absolute_url()}"
    for words in ("electri", "Electricity", "mea 77", str(source.public_id), address):
        assertContains(client.get(LIST, {"q": words}), f"{LIST}{reading.pk}/change/")
    gone = address.replace(str(reading.public_id), str(source.public_id))
    for words in ("Water", "7741", str(reading.public_id), gone):
        assertNotContains(client.get(LIST, {"q": words}), f"{LIST}{reading.pk}/change/")


def test_staff_list_the_readings_that_are_not_good_and_those_of_one_source(
    client: Client, staff: User, source: DataSource, reading: Reading
) -> None:
    make_readings(make_source(source.owner, name="Water"), ["5"], quality_flag="bad")
    client.force_login(staff)

    def listed(**query: str | int) -> list[Decimal]:
        return [row.value for row in client.get(LIST, query).context["cl"].result_list]

    assert listed(quality="bad") == [Decimal(5)]
    assert listed(quality="questionable") == []
    assert listed(source__id__exact=source.pk) == [Decimal("12431.7")]
    assert listed(source__id__exact=source.pk, quality="bad") == []


@pytest.mark.parametrize("name", ["notes__contains", "value__gt", "source__owner__username", "created_by"])
def test_a_filter_that_no_index_serves_is_refused(client: Client, staff: User, name: str) -> None:
    client.force_login(staff)
    assert client.get(LIST, {name: "1"}).status_code == 400


def test_no_order_but_that_of_the_index_can_be_asked_for(client: Client, staff: User, source: DataSource) -> None:
    make_readings(source, ["1", "3", "2"])
    client.force_login(staff)
    listed = client.get(LIST, {"o": "2"}).context["cl"]
    assert [row.value for row in listed.result_list] == [Decimal(2), Decimal(3), Decimal(1)]
    assert 'ORDER BY "reading"."source_id" ASC, "reading"."recorded_at" DESC' in str(listed.queryset.query)


def test_an_action_takes_ticked_rows_only(client: Client, staff: User, source: DataSource) -> None:
    first = make_readings(source)[0]
    client.force_login(staff)
    sent = {"action": "delete_selected", "_selected_action": [first.pk], "select_across": "1", "post": "yes"}
    assertContains(client.post(LIST, sent, follow=True), "Tick the rows to act on")
    with acting_as(source.owner):
        assert Reading.objects.of(source).count() == 3


def test_the_history_of_a_reading_is_its_part_of_the_log(client: Client, staff: User, reading: Reading) -> None:
    client.force_login(staff)
    answer = client.get(f"{LIST}{reading.pk}/history/")
    query = f"source_id__exact={reading.source_id}&reading_id__exact={reading.public_id}"
    assertRedirects(answer, f"/admin/audit/auditlog/?{query}", fetch_redirect_response=False)


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


@pytest.mark.parametrize("name", ["notes", "quality", "q"])
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


def test_files_that_wait_are_listed_without_what_is_in_them(client: Client, staff: User, source: DataSource) -> None:
    with acting_as(source.owner):
        draft = ImportDraft.objects.create(
            source=source, file_name="w.csv", content=b"a secret", created_by_id=source.owner_id
        )
    client.force_login(staff)
    address = "/admin/readings/importdraft/"
    assertContains(client.get(address), "w.csv")
    assertNotContains(client.get(f"{address}{draft.pk}/change/"), "secret")


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
