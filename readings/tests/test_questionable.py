"""A glitch that is marked as questionable holds up none of the true readings after it, by whatever road they come."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.current import acting_as
from accounts.tests.api.calls import Program
from homelog.testing import START, make_readings
from readings.doubts import around_now
from readings.importers import ImportRow
from readings.imports import plan
from readings.models import Reading
from readings.rule_trial import tried
from readings.surroundings import surroundings
from readings.tests.entries import page
from sources.models import DataSource, DataValidator
from sources.tests.test_keys import new_key

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HIGHER = "99,999 is higher than the reading after it, 126. This dial only grows. Check the digits."


@pytest.fixture
def gadget(source: DataSource) -> Program:
    """A gadget's key for a meter that may not fall and showed 100, 110 and 125.5 from START on, one a day."""
    make_readings(source)
    with acting_as(source.owner):
        source.validators.create(non_decreasing=True)
    return Program(new_key(source.owner))


@pytest.fixture
def glitch(source: DataSource, gadget: Program) -> Reading:
    """What the gadget wrongly sent on the fourth day: it is kept, marked as questionable."""
    answer = send(gadget, source, "99999", 3)
    assert (answer.status_code, answer.json()["quality"]) == (201, "questionable")
    with acting_as(source.owner):
        return Reading.objects.select_related("source").get(source=source, public_id=answer.json()["id"])


def send(gadget: Program, source: DataSource, value: str, day: float) -> Any:
    """What the site answers a gadget that sends a value, taken some days after START."""
    at = (START + day * DAY).isoformat()
    return gadget("POST", "/ingest", {"source": str(source.public_id), "value": value, "at": at})


def held(source: DataSource) -> list[tuple[str, str]]:
    """Value and quality of every reading from the fourth day on, oldest first."""
    with acting_as(source.owner):
        rows = Reading.objects.of(source).filter(recorded_at__gte=START + 3 * DAY).order_by("recorded_at")
        return [(f"{value:f}", quality) for value, quality in rows.values_list("value", "quality_flag")]


def test_true_values_after_a_glitch_are_taken_and_the_glitch_sent_again_is_marked_too(
    source: DataSource, gadget: Program, glitch: Reading
) -> None:
    sent = [("99999", 3.5), ("130", 4.0), ("120", 5.0), ("126", 3.75)]
    assert [send(gadget, source, value, day).status_code for value, day in sent] == [201, 201, 422, 201]
    marked = ("99999", "questionable")
    assert held(source) == [marked, marked, ("126", "good"), ("130", "good")]


def test_the_batch_of_the_api_takes_them_too(source: DataSource, gadget: Program, glitch: Reading) -> None:
    rows = [
        {"value": value, "recorded_at": (START + day * DAY).isoformat()}
        for value, day in (("130", 4), ("125", 5), ("140", 6))
    ]
    answer = gadget("POST", f"/sources/{source.public_id}/readings/batch", {"readings": rows})
    assert (answer.status_code, answer.json()["stored"]) == (200, 2)
    assert held(source)[1:] == [("130", "good"), ("140", "good")]


def test_the_entry_page_compares_with_the_last_sure_one_and_names_the_glitch(
    client: Client, source: DataSource, glitch: Reading
) -> None:
    client.force_login(source.owner)
    answer = client.get(page("entry", source))
    assert answer.context["last"].value == Decimal("125.5")
    assertContains(answer, "The reading after it, 99,999.0, is questionable, so a new one is not compared with it.")
    client.post(page("entry", source), {"value": "130"})
    assert held(source)[1:] == [("130", "good")]


def test_an_import_is_held_against_sure_readings_alone(source: DataSource, glitch: Reading) -> None:
    given = [("130", "good"), ("99998", "questionable"), ("120", "good"), ("140", "good"), ("1", "questionable")]
    rows = [
        ImportRow(line, None, START + (3 + line) * DAY, Decimal(value), quality=quality)
        for line, (value, quality) in enumerate(given, 1)
    ]
    with acting_as(source.owner):
        found = plan(source, rows, datetime(2026, 2, 1, tzinfo=UTC))
    falls = "%s is lower than the reading before it, %s. This dial only grows. Check the digits."
    rises = "99,998 is higher than the reading after it, 140. This dial only grows. Check the digits."
    assert {row.line: row.reason for row in found.refused} == {
        2: rises,
        3: falls % (120, 130),
        5: falls % (1, 140),
    }


def test_an_older_reading_is_corrected_between_its_sure_neighbours(
    source: DataSource, gadget: Program, glitch: Reading
) -> None:
    made = send(gadget, source, "140", 4)
    with acting_as(source.owner):
        later = Reading.objects.select_related("source").get(source=source, public_id=made.json()["id"])
        later.value = Decimal(126)
        later.save()
        later.value = Decimal(120)
        with pytest.raises(ValidationError, match=r"120 is lower than the reading before it, 125\.5"):
            later.save()


def test_once_true_values_follow_the_glitch_is_not_confirmed_but_noted_marked_bad_and_deleted(
    client: Client, source: DataSource, gadget: Program, glitch: Reading
) -> None:
    send(gadget, source, "126", 4)
    client.force_login(source.owner)
    answer = client.post(page("reading_confirm", source, glitch), {"seen": ""}, follow=True)
    assertContains(answer, HIGHER)
    assert held(source)[0] == ("99999", "questionable")
    with acting_as(source.owner):
        glitch.notes = "The reading head was loose."
        glitch.save()
        glitch.value = Decimal(99998)
        with pytest.raises(ValidationError, match="higher than the reading after it"):
            glitch.save()
        glitch.value, glitch.quality_flag = Decimal(99999), "bad"
        glitch.save()
    assert held(source) == [("99999", "bad"), ("126", "good")]


def test_a_true_value_is_put_back_beside_a_glitch(
    client: Client, source: DataSource, gadget: Program, glitch: Reading
) -> None:
    made = send(gadget, source, "126", 4).json()["id"]
    client.force_login(source.owner)
    client.post(f"/sources/{source.public_id}/readings/{made}/delete/")
    assert held(source) == [("99999", "questionable")]
    client.post(f"/sources/{source.public_id}/readings/{made}/put-back/")
    assert held(source)[1:] == [("126", "good")]


def test_a_glitch_followed_by_true_values_is_no_use(source: DataSource, gadget: Program, glitch: Reading) -> None:
    send(gadget, source, "126", 4)
    query = "by=month&from=2026-01-01&to=2026-01-31"
    (month,) = gadget("GET", f"/sources/{source.public_id}/consumption?{query}").json()["periods"]
    assert month["use"] == "26"


def test_a_rule_that_is_tried_is_held_against_sure_readings_alone(
    source: DataSource, gadget: Program, glitch: Reading
) -> None:
    send(gadget, source, "126", 4)
    with acting_as(source.owner):
        assert tried(DataValidator(source=source, non_decreasing=True)).broken == 0


def test_many_pages_at_once_compare_with_nothing_where_every_reading_is_doubted(source: DataSource) -> None:
    make_readings(source, ["100", "200"], quality_flag="questionable")
    now = START + 9 * DAY
    with acting_as(source.owner):
        many, one = around_now([source], now)[source.pk], surroundings(source, now)
    assert (many.previous, [*many.recent], many.newest) == (None, [], one.newest)
    assert (one.previous, [*one.recent]) == (None, [])
