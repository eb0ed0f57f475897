"""The time of a new reading, and a form that is sent more than once: the entry page again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.current import acting_as
from accounts.ids import uuid7
from homelog.testing import make_source
from readings.models import Reading
from readings.tests.entries import EVEN, LAST, NOW, at_noon, page, said, save, stored
from sources.models import DataSource

pytestmark = pytest.mark.usefixtures(at_noon.__name__)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-03-29T02:30", "The clock was moved forward over this time, so it never was. Choose 03:00 or later."),
        ("2025-10-26T02:30", "The clock was moved back, so this time was twice. Choose which it was."),
        ("2026-11-22T13:06", "This time is in the future. Write a reading down once it is taken."),
        ("1899-12-31T12:00", "Choose a year from 1900 to 2200."),
        ("2201-01-01T12:00", "Choose a year from 1900 to 2200."),
        ("0001-01-01T00:00", "Choose a year from 1900 to 2200."),
        ("9999-12-31T23:59", "Choose a year from 1900 to 2200."),
        ("2026-02-30T12:00", "Write the time like this: 2026-11-30 18:02."),
        ("2026-11-20T12:00+01:00", "Write the time like this: 2026-11-30 18:02."),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_its_sentence(
    typed: str, sentence: str, client: Client, meter: DataSource
) -> None:
    answer = save(client, meter, "12500", recorded_at=typed)
    assert (answer.status_code, said(answer, "recorded_at")) == (422, [sentence])
    assert stored(meter) == EVEN


def test_up_to_five_minutes_ahead_is_taken(client: Client, meter: DataSource) -> None:
    save(client, meter, "12615.7", recorded_at="2026-11-22T13:05")
    assert stored(meter)[0][1] == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(("fold", "hour"), [("0", 0), ("1", 1)])
def test_an_hour_that_was_twice_is_settled_by_the_choice(
    fold: str, hour: int, client: Client, source: DataSource
) -> None:
    client.force_login(source.owner)
    asked = save(client, source, "5", recorded_at="2025-10-26T02:30")
    assert [str(label) for _value, label in asked.context["form"].fields["fold"].choices] == [
        "The first, before the clock was moved back (UTC+0200)",
        "The second, after the clock was moved back (UTC+0100)",
    ]
    save(client, source, "5", recorded_at="2025-10-26T02:30", fold=fold)
    assert stored(source) == [(Decimal(5), datetime(2025, 10, 26, hour, 30, tzinfo=UTC), "good", "")]


def test_the_time_of_another_reading_is_refused_with_a_link_to_it(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "12432", recorded_at="2026-10-30T12:00")
    with acting_as(meter.owner):
        taken = Reading.objects.of(meter).get(recorded_at=LAST)
    assert said(answer, "recorded_at") == [
        "There is a reading at this very time already: 12,431.7. "
        f'<a href="{page("reading_update", meter, taken)}">Correct that one instead.</a>'
    ]
    assert stored(meter) == EVEN


def test_a_form_that_is_sent_twice_stores_once(client: Client, meter: DataSource) -> None:
    sent = {"public_id": str(uuid7()), "notes": "by torch"}
    first, second = (client.post(page("entry", meter), {"value": value, **sent}) for value in ("12615.7", "12615,70"))
    assert (first.status_code, second.status_code, second["Location"]) == (302, 302, first["Location"])
    assert stored(meter) == [(Decimal("12615.7"), NOW, "good", "by torch"), *EVEN]


@pytest.mark.parametrize("changed", [{"value": "12616.7"}, {"notes": "corrected"}, {"recorded_at": "2026-11-21T12:00"}])
def test_the_same_form_with_other_content_is_a_conflict_and_shows_both(
    changed: dict[str, str], client: Client, meter: DataSource
) -> None:
    sent = {"value": "12615.7", "public_id": str(uuid7())}
    client.post(page("entry", meter), sent)
    answer = client.post(page("entry", meter), {**sent, **changed})
    assert answer.status_code == 409
    assertContains(answer, "Saved: 12,615.7 kWh, read on 22 Nov 2026, 13:00.", status_code=409)
    shown = {"value": "12,616.7"}.get(next(iter(changed)), "12,615.7")
    assertContains(answer, f"You sent {shown} kWh now, and that was not saved.", status_code=409)
    assertNotContains(answer, sent["public_id"] + '">', status_code=409)
    assert stored(meter) == [(Decimal("12615.7"), NOW, "good", ""), *EVEN]


def test_an_odd_id_is_refused(client: Client, meter: DataSource) -> None:
    answer = client.post(page("entry", meter), {"value": "12615.7", "public_id": "7"})
    assert (answer.status_code, said(answer, "public_id")) == (422, ["Enter a valid UUID."])
    assert stored(meter) == EVEN


def test_an_id_of_another_source_does_not_collide(client: Client, meter: DataSource) -> None:
    other = make_source(meter.owner, meter.home, name="Water")
    same = str(uuid7())
    for source, value in ((meter, "12615.7"), (other, "3")):
        client.post(page("entry", source), {"value": value, "public_id": same})
    assert (stored(meter)[0][0], stored(other)) == (Decimal("12615.7"), [(Decimal(3), NOW, "good", "")])
