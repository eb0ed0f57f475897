"""A reading of another time than now: it is compared with what stands around that time, when it is saved and before."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source, share
from readings.tests.entries import EVEN, LAST, at_noon, messages, page, said, save, stored
from sources.models import DataSource

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

BETWEEN = "2026-10-15T12:00"
"""Fifteen days, less an hour, after the last but one of four readings, and fifteen before the last."""


@pytest.fixture
def cuff(alice: User, client: Client) -> DataSource:
    """Alice's blood pressure, 100 on two days; she is signed in."""
    source = make_source(alice, source_type="blood_pressure", unit="mmHg", counting="level", digits=None, decimals=0)
    make_readings(source, [100, 100], start=LAST - timedelta(days=30), step=timedelta(days=30))
    client.force_login(alice)
    return source


def hint(client: Client, source: DataSource, value: str, at: str = BETWEEN, **more: Any) -> tuple[str, str]:
    """What the page is told of a value at a typed time, and how it looks."""
    asked = {"value": value, "recorded_at": at, "unit": source.unit, **more}
    answer = client.get(page("hint", source), asked).json()
    return answer["text"], answer["state"]


@pytest.mark.parametrize(
    ("value", "at", "sentence", "state"),
    [
        ("12311.7", BETWEEN, "Since 30 Sep 2026: +120 kWh, 8 a day. As usual.", "usual"),
        ("12195", "2026-09-30T20:00", "Since 30 Sep 2026, 13:00: +3.3 kWh.", "soon"),
        ("12195", "2026-10-01T01:00", "Since 30 Sep 2026, 13:00: +3.3 kWh. As usual.", "usual"),
        ("12191.7", BETWEEN, "Nothing was used since 30 Sep 2026.", "same"),
        ("11700", "2026-07-01T12:00", "Up to 1 Aug 2026: +11.7 kWh.", "first"),
        ("12615.7", "2026-11-22T11:00", "+184 kWh, 8 a day. As usual.", "usual"),
    ],
    ids=["between two", "within half a day", "within a day", "nothing used", "before all others", "after all others"],
)
def test_it_is_compared_with_its_neighbours_while_it_is_typed_and_when_it_is_saved(
    value: str, at: str, sentence: str, state: str, client: Client, meter: DataSource
) -> None:
    assert hint(client, meter, value, at) == (sentence, state)
    assert stored(meter) == EVEN
    shown = {"12311.7": "12,311.7", "12195": "12,195", "12191.7": "12,191.7", "11700": "11,700", "12615.7": "12,615.7"}
    assert messages(save(client, meter, value, recorded_at=at)) == [
        f"Electricity: {shown[value]} kWh saved. {sentence}"
    ]


@pytest.mark.parametrize(
    ("value", "question"),
    [
        (
            "12000",
            "12,000 is lower than the reading before it, 12,191.7 on 30 Sep 2026. Was the meter replaced, did the dial"
            " roll over, or is one of the two wrong? Save it only if the dial really showed this.",
        ),
        ("12440", "12,440 is higher than the reading after it, 12,431.7. Is it right?"),
    ],
    ids=["below the one before", "above the one after"],
)
def test_what_is_asked_when_it_is_saved_is_asked_while_it_is_typed(
    value: str, question: str, client: Client, meter: DataSource
) -> None:
    text, state = hint(client, meter, value)
    assert (text, state) == (question, "low" if value == "12000" else "high")
    answer = save(client, meter, value, recorded_at=BETWEEN)
    assert said(answer) == [question]
    before = "Correct the one before it</a>"
    assertContains(answer, before, count=1 if value == "12000" else 0, status_code=422)
    assertNotContains(answer, "Correct the last one", status_code=422)
    assert stored(meter) == EVEN


def test_the_second_reading_of_a_dial_is_held_against_the_one_it_follows(client: Client, source: DataSource) -> None:
    make_readings(source, ["100", "300000"], start=LAST - timedelta(days=30), step=timedelta(days=30))
    client.force_login(source.owner)
    question = "200,000 would be 199,900 kWh more than 100 on 30 Sep 2026. Is it right?"
    assert hint(client, source, "200000") == (question, "high")
    assert said(save(client, source, "200000", recorded_at=BETWEEN)) == [question]


def test_a_level_is_the_same_as_on_the_day_before_it(client: Client, cuff: DataSource) -> None:
    assert hint(client, cuff, "100") == ("The same as on 30 Sep 2026.", "same")
    assert messages(save(client, cuff, "100", recorded_at=BETWEEN))[0].endswith("The same as on 30 Sep 2026.")


def test_what_a_rule_will_refuse_and_what_cannot_be_is_said_before_it_is_sent(
    client: Client, meter: DataSource
) -> None:
    with acting_as(meter.owner):
        meter.validators.create(non_decreasing=True, max_value=20000)
        meter.validators.create(min_value=13000, on_violation="flag")
    refusal = "12,000 is lower than the reading before it, 12,191.7. This dial only grows. Check the digits."
    assert hint(client, meter, "12000") == (refusal, "low")
    assert said(save(client, meter, "12000", recorded_at=BETWEEN)) == [refusal]
    assert hint(client, meter, "12311.7") == ("Since 30 Sep 2026: +120 kWh, 8 a day. As usual.", "usual")
    future = "This time is in the future. Write a reading down once it is taken."
    assert hint(client, meter, "12500", "2027-10-15T12:00") == (future, "low")
    taken = "There is a reading at this very time already. Correct that one instead."
    assert hint(client, meter, "12431.7", "2026-10-30T12:00") == (taken, "low")


@pytest.mark.parametrize(
    ("value", "at", "more"),
    [
        ("", BETWEEN, {}),
        ("abc", BETWEEN, {}),
        ("1\0", BETWEEN, {}),
        ("12311.7", "", {}),
        ("12311.7", "yesterday", {}),
        ("12311.7", "2026-10-15T12:00+02:00", {}),
        ("12311.7", "0001-01-01T00:00", {}),
        ("12311.7", "2026-03-29T02:30", {}),
        ("12311.7", "2026-10-25T02:30", {}),
        ("12311.7", "2026-10-25T02:30", {"fold": "second"}),
        ("12311.7", BETWEEN, {"unit": "MWh"}),
        ("12311.7", BETWEEN, {"unit": ""}),
    ],
)
def test_nothing_is_said_of_what_is_no_number_no_time_or_in_another_unit(
    value: str, at: str, more: dict[str, str], client: Client, meter: DataSource
) -> None:
    assert hint(client, meter, value, at, **more) == ("", "")


def test_an_hour_that_was_twice_is_the_one_that_was_chosen(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["12392"], start=LAST.replace(day=25, hour=0))
    assert [hint(client, meter, "12393", "2026-10-25T02:30", fold=fold)[0] for fold in "01"] == [
        "Since 25 Oct 2026, 02:00: +1 kWh.",
        "Since 25 Oct 2026, 02:00: +1 kWh.",
    ]
    make_readings(meter, ["12392.5"], start=LAST.replace(day=25, hour=1))
    assert [hint(client, meter, "12393", "2026-10-25T02:30", fold=fold)[0] for fold in "01"] == [
        "12,393 is higher than the reading after it, 12,392.5. Is it right?",
        "Since 25 Oct 2026, 02:00: +0.5 kWh.",
    ]


def test_who_may_not_write_is_told_nothing(
    client: Client, meter: DataSource, bob: User, charlie: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = page("hint", meter)
    with django_assert_num_queries(8):
        assert hint(client, meter, "12311.7")[1] == "usual"
    assert [client.post(address).status_code, client.put(address).status_code] == [405, 405]
    share(meter, bob, "read")
    for person, status in ((bob, 403), (charlie, 404)):
        client.force_login(person)
        assert client.get(address, {"value": "1", "recorded_at": BETWEEN}).status_code == status
    client.logout()
    assertRedirects(client.get(address), f"/account/login/?next={address}")


def test_the_questions_cost_the_same_for_a_long_past(
    client: Client, meter: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    values = [Decimal("11711.7") - 8 * days for days in range(100, 0, -1)]
    make_readings(meter, values, start=LAST - timedelta(days=190), step=timedelta(days=1))
    with django_assert_num_queries(8):
        assert hint(client, meter, "12311.7")[1] == "usual"
