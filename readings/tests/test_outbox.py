"""Readings that waited on a device: they come as the entry page's form, and are answered in a few words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import User
from homelog.testing import make_readings, make_source, share
from readings.models import Reading
from readings.outbox import typed_at
from sources.models import DataSource

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)
JSON = {"accept": "application/json"}


@pytest.fixture
def door(client: Client, source: DataSource) -> Any:
    """`door(value, **more)` sends a reading of the source, as its owner's device does; gives status and answer."""
    client.force_login(source.owner)

    def send(value: str, **more: str) -> tuple[int, Any]:
        data = {"writer": str(source.owner.public_id), "value": value, **more}
        answer = client.post(f"/sources/{source.public_id}/read/", data, headers=JSON)
        return answer.status_code, answer.json()

    return send


def values(source: DataSource) -> list[str]:
    return [
        f"{value:f}" for value in Reading.objects.of(source).order_by("recorded_at").values_list("value", flat=True)
    ]


def test_a_reading_is_stored_once_at_the_time_it_was_typed(door: Any, source: DataSource, owner: Any) -> None:
    at = timezone.now() - timedelta(days=3)
    sent = {"public_id": str(uuid7()), "typed_at": at.isoformat(), "notes": "by torch"}
    assert door("100", **sent) == (201, {"state": "saved", "texts": []})
    assert door("100", **sent) == (200, {"state": "stored", "texts": []})
    with owner():
        reading = Reading.objects.get(source=source)
    assert (str(reading.public_id), reading.recorded_at, reading.notes) == (sent["public_id"], at, "by torch")


def test_no_message_waits_for_the_next_page(door: Any, client: Client, source: DataSource) -> None:
    door("100", public_id=str(uuid7()))
    assert "saved" not in client.get(f"/sources/{source.public_id}/").text


def test_another_content_under_the_same_id_is_a_conflict_and_both_are_told(
    door: Any, source: DataSource, owner: Any
) -> None:
    same = str(uuid7())
    door("100", public_id=same)
    status, told = door("101", public_id=same)
    assert (status, told["state"]) == (409, "conflict")
    assert "100 kWh" in told["texts"][0]
    with owner():
        assert values(source) == ["100"]


def test_a_doubtful_value_is_asked_about_and_stored_once_it_is_confirmed(
    door: Any, source: DataSource, owner: Any
) -> None:
    make_readings(source)
    sent = {"public_id": str(uuid7())}
    status, told = door("99", **sent)
    assert (status, told["state"]) == (422, "asked")
    assert "lower" in told["texts"][0]
    with owner():
        assert len(values(source)) == 3
    assert door("99", confirm="99", **sent)[0] == 201


@pytest.mark.parametrize("value", ["", "twelve", "1" * 70])
def test_what_is_no_value_is_refused_with_a_sentence(door: Any, source: DataSource, owner: Any, value: str) -> None:
    status, told = door(value)
    assert (status, told["state"]) == (422, "refused")
    assert all(told["texts"])
    with owner():
        assert values(source) == []


def test_a_link_in_a_sentence_comes_as_words(door: Any) -> None:
    door("100", recorded_at="2026-05-01T09:00")
    status, told = door("101", recorded_at="2026-05-01T09:00")
    assert (status, told["state"]) == (422, "refused")
    assert "<" not in told["texts"][0]


def test_nobody_sends_what_somebody_else_wrote(client: Client, source: DataSource, bob: User, owner: Any) -> None:
    share(source, bob, "write")
    client.force_login(bob)
    path = f"/sources/{source.public_id}/read/"
    for headers in ({}, JSON):
        answer = client.post(path, {"value": "100", "writer": str(source.owner.public_id)}, headers=headers)
        assert answer.status_code == 403
        assert "Somebody else wrote this down" in answer.text
    with owner():
        assert values(source) == []
    assert client.post(path, {"value": "100", "writer": str(bob.public_id)}, headers=JSON).status_code == 201


def test_registers_are_answered_together(door: Any, client: Client, source: DataSource, owner: Any) -> None:
    night = make_source(source.owner, source.home, name="Night", meter_number=source.meter_number)
    make_readings(night)
    ids = {f"{each.public_id}-public_id": str(uuid7()) for each in (source, night)}
    both = {f"{source.public_id}-value": "7", f"{night.public_id}-value": "9", **ids}
    status, told = door("", **both)
    assert (status, told["state"], len(told["texts"])) == (422, "asked", 1)
    assert door("", **both, **{f"{night.public_id}-confirm": "9"})[0] == 201
    assert door("", **both, **{f"{night.public_id}-confirm": "9"}) == (200, {"state": "stored", "texts": []})
    assert door("", **ids) == (
        422,
        {"state": "refused", "texts": ["Type at least one value. A register that you leave empty is left out."]},
    )
    with owner():
        assert (values(source), values(night)[-1]) == (["7"], "9")


def test_the_page_of_a_reading_typed_before_says_when(client: Client, source: DataSource) -> None:
    make_readings(source)
    client.force_login(source.owner)
    at = timezone.now() - timedelta(days=2)
    page = client.post(f"/sources/{source.public_id}/read/", {"value": "99", "typed_at": at.isoformat()}).text
    assert f'name="typed_at" value="{at.isoformat()}"' in page
    assert "Read just now" not in page.split('data-entry="')[1].split("</summary>")[0].split("<summary>")[1]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-24T08:30:00.500Z", datetime(2026, 11, 24, 8, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-11-26T21:00:00+02:00", NOW),
        ("2026-11-27T08:30:00Z", NOW),
        ("2026-11-24T08:30:00", NOW),
        ("2026-02-30T08:30:00Z", NOW),
        ("yesterday", NOW),
        ("", NOW),
    ],
)
def test_when_it_was_typed_is_what_the_device_says_and_never_later_than_now(text: str, at: datetime) -> None:
    assert typed_at(QueryDict(mutable=True) | {"typed_at": text}, NOW) == at
