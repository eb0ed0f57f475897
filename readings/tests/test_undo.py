"""Taking back the reading that was just written down."""

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_readings, share
from readings.models import Reading
from readings.tests.entries import led_to, messages, page, stored
from sources.models import DataSource


@pytest.fixture
def reading(source: DataSource) -> Reading:
    """Alice's only reading, 12431.7."""
    return make_readings(source, ["12431.7"])[0]


def values(source: DataSource) -> list[Decimal]:
    return [row[0] for row in stored(source)]


def test_undo_deletes_the_reading_and_offers_its_value_again(
    client: Client, source: DataSource, reading: Reading
) -> None:
    client.force_login(source.owner)
    answer = client.post(page("reading_undo", source, reading))
    assert led_to(answer) == page("entry", source) + "?value=12431.7&unit=kWh&recorded_at=2026-01-01T09%3A00"
    assert messages(answer) == ["Undone: 12,431.7 kWh for Electricity is deleted."]
    assert values(source) == []
    assertContains(client.get(answer["Location"]), 'name="value" value="12431.7"')
    with acting_as(source.owner):
        assert AuditLog.objects.filter(event_type="delete_reading").count() == 1


def test_the_value_that_undo_offers_is_stored_once_however_often_its_address_is_opened(
    client: Client, source: DataSource, reading: Reading
) -> None:
    client.force_login(source.owner)
    address = client.post(page("reading_undo", source, reading))["Location"]
    opened = [client.get(address).context for _ in range(2)]
    for context in opened:
        assert context["form"]["value"].value() == "12431.7"
        sent = {"value": "12431.7", "public_id": str(context["public_id"])}
        assert client.post(page("entry", source), sent).status_code == 302
    assert values(source) == [Decimal("12431.7")]
    again = client.get(address)
    assert again.context["form"]["value"].value() == ""
    assert again.context["public_id"] != opened[0]["public_id"]


def test_the_time_of_a_reading_that_was_read_earlier_comes_back_with_it(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    client.post(page("entry", source), {"value": "7", "recorded_at": "2025-11-20T18:02"})
    with acting_as(source.owner):
        reading = Reading.objects.of(source).get()
    address = client.post(page("reading_undo", source, reading))["Location"]
    answer = client.get(address)
    assertContains(answer, 'name="recorded_at" value="2025-11-20T18:02"')
    assertContains(answer, '<details class="more" open>')
    sent = {"value": "7", "public_id": str(answer.context["public_id"]), "recorded_at": "2025-11-20T18:02"}
    client.post(page("entry", source), sent)
    assert [row[1] for row in stored(source)] == [reading.recorded_at]
    assertNotContains(client.get(address), "2025-11-20T18:02")


def test_undo_pressed_twice_says_that_it_is_done(client: Client, source: DataSource, reading: Reading) -> None:
    client.force_login(source.owner)
    client.post(page("reading_undo", source, reading))
    client.get(page("entry", source))
    answer = client.post(page("reading_undo", source, reading))
    assertRedirects(answer, page("entry", source), fetch_redirect_response=False)
    assert messages(answer) == ["This reading is deleted already."]


def test_what_was_corrected_since_is_not_undone(client: Client, source: DataSource, reading: Reading) -> None:
    with acting_as(source.owner):
        reading.value = Decimal(12432)
        reading.save()
    client.force_login(source.owner)
    answer = client.post(page("reading_undo", source, reading))
    assertRedirects(answer, page("reading", source, reading), fetch_redirect_response=False)
    assert messages(answer) == ["This reading was corrected since, so it was not undone. Delete it here instead."]
    assert values(source) == [Decimal(12432)]


def test_who_may_write_undoes_their_own_reading(client: Client, source: DataSource, bob: User) -> None:
    share(source, bob, "write")
    reading = make_readings(source, ["7"], by=bob)[0]
    client.force_login(bob)
    client.post(page("reading_undo", source, reading))
    assert values(source) == []


@pytest.mark.parametrize("level", ["read", "write", "admin"])
def test_nobody_undoes_the_reading_of_another(
    level: str, client: Client, source: DataSource, reading: Reading, bob: User
) -> None:
    share(source, bob, level)
    client.force_login(bob)
    assert client.post(page("reading_undo", source, reading)).status_code == 403
    assert values(source) == [Decimal("12431.7")]


def test_a_stranger_finds_nothing(client: Client, source: DataSource, reading: Reading, charlie: User) -> None:
    client.force_login(charlie)
    assert client.post(page("reading_undo", source, reading)).status_code == 404
    assert values(source) == [Decimal("12431.7")]


def test_anonymous_visitors_are_sent_to_sign_in(client: Client, source: DataSource, reading: Reading) -> None:
    address = page("reading_undo", source, reading)
    assertRedirects(client.post(address), f"/account/login/?next={address}")
    assert values(source) == [Decimal("12431.7")]


def test_undo_by_get_is_refused(client: Client, source: DataSource, reading: Reading) -> None:
    client.force_login(source.owner)
    assert client.get(page("reading_undo", source, reading)).status_code == 405
    assert values(source) == [Decimal("12431.7")]
