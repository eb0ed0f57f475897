"""What is asked from the first days on, when little or nothing is usual yet: the questions and what the script gets."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source
from readings.tests.entries import EVEN, LAST, NOW, at_noon, eight_a_day, messages, page, said, save, stored
from sources.models import DataSource

pytestmark = pytest.mark.usefixtures(at_noon.__name__)


@pytest.fixture
def meter(source: DataSource, client: Client) -> DataSource:
    """Alice's electricity meter of six digits, without a reading; she is signed in."""
    client.force_login(source.owner)
    return source


@pytest.fixture
def cuff(alice: User, client: Client) -> DataSource:
    """Where Alice, who is signed in, writes down her blood pressure."""
    client.force_login(alice)
    return make_source(
        alice, source_type="blood_pressure", unit="mmHg", counting="level", digits=None, decimals=0, name="Cuff"
    )


def script(client: Client, source: DataSource) -> dict[str, Any]:
    """What the entry page gives its script."""
    given: dict[str, Any] = json.loads(client.get(page("entry", source)).context["script"])
    return given


def test_a_first_step_that_goes_too_far_is_asked_about(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["12570.5"], start=NOW - timedelta(minutes=1))
    answer = save(client, meter, "99000")
    assert said(answer) == ["99,000 would be 86,429.5 kWh more than the last reading, 12,570.5. Is it right?"]
    assertContains(answer, '<button name="confirm" value="99000">It is right, save it</button>', status_code=422)
    assert len(stored(meter)) == 1
    assert script(client, meter)["first"] == "12570.5"


def test_with_one_interval_known_ten_times_its_rate_is_asked_about(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["12410.5", "12570.5"], start=NOW - timedelta(days=20), step=timedelta(days=19, hours=23))
    question = "99,000 would be 86,429.5 kWh in less than a day; usual is 6 to 10 a day. Is it right?"
    assert said(save(client, meter, "99000")) == [question]
    found = script(client, meter)
    assert (found["first"], found["limits"]["most"]) == (None, "80.167014610")


def test_what_is_usual_is_told_from_three_intervals_on(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["12410.5", "12490.5", "12570.5"], start=NOW - timedelta(days=31), step=timedelta(days=10))
    few = client.get(page("entry", meter))
    assert (few.context["range"], few.context["gauge"]) == ("", None)
    assertNotContains(client.get(meter.get_absolute_url()), "usual 6.0 to 10.0")
    make_readings(meter, ["12650.5"], start=NOW - timedelta(days=1))
    assertContains(client.get(page("entry", meter)), "Usual use is 6 to 10 kWh a day.</output>")


def test_a_confirmed_doubtful_value_does_not_become_the_usual(client: Client, meter: DataSource) -> None:
    values = ["12250.5", "12330.5", "12410.5", "12570.5"]
    make_readings(meter, values, start=NOW - timedelta(days=61), step=timedelta(days=20))
    assert messages(save(client, meter, "99000", confirm="99000")) == [
        "Electricity: 99,000 kWh saved. Marked as questionable until somebody confirms it."
    ]
    assertContains(client.get(page("entry", meter)), "Usual use is 3 to 5 kWh a day.</output>")


@pytest.mark.parametrize(("value", "shown"), [("12", "12"), ("1350", "1,350")])
def test_a_blood_pressure_that_nobody_has_is_asked_about_from_the_first_on(
    value: str, shown: str, client: Client, cuff: DataSource
) -> None:
    assert said(save(client, cuff, value)) == [f"Such a value mostly lies between 30 and 280 mmHg. Is {shown} right?"]
    assert stored(cuff) == []
    assert script(client, cuff)["plausible"] == ["30", "280"]
    assert messages(save(client, cuff, value, confirm=value)) == [
        f"Cuff: {shown} mmHg saved. Marked as questionable until somebody confirms it."
    ]


def test_a_blood_pressure_as_people_have_it_is_taken(client: Client, cuff: DataSource) -> None:
    assert messages(save(client, cuff, "121")) == ["Cuff: 121 mmHg saved."]


def test_in_another_unit_nothing_is_known_to_be_implausible(client: Client, alice: User) -> None:
    client.force_login(alice)
    fever = make_source(
        alice, source_type="temperature", unit="°F", counting="level", digits=None, decimals=1, name="Fever"
    )
    assert script(client, fever)["plausible"] == []
    assert messages(save(client, fever, "212")) == ["Fever: 212 °F saved."]


@pytest.mark.parametrize(
    ("digits", "value", "question"),
    [
        (5, "9999999", "This dial has 5 digits before the point and counts up from 0. Is 9,999,999 right?"),
        (5, "-3", "This dial has 5 digits before the point and counts up from 0. Is \u22123 right?"),
        (None, "-3", "A meter counts up from 0. Is \u22123 right?"),
    ],
)
def test_a_first_value_that_no_dial_shows_is_asked_about(
    digits: int | None, value: str, question: str, client: Client, meter: DataSource
) -> None:
    with acting_as(meter.owner):
        DataSource.objects.filter(pk=meter.pk).update(digits=digits)
    assert said(save(client, meter, value)) == [question]
    assert stored(meter) == []
    known = script(client, meter)
    assert known["plausible"] == ["0", "99999.999999" if digits else "999999999999.999999"]
    assert known["words"]["beyond"].startswith(question.partition(" Is ")[0])
    save(client, meter, value, confirm=value)
    assert [row[2] for row in stored(meter)] == ["questionable"]


def test_a_later_value_with_more_digits_than_the_dial_is_asked_about_and_one_below_zero_is_a_fall(
    client: Client, meter: DataSource
) -> None:
    make_readings(meter, ["12410.5", "12570.5"], start=NOW - timedelta(days=21), step=timedelta(days=20))
    with acting_as(meter.owner):
        DataSource.objects.filter(pk=meter.pk).update(digits=5)
    assert said(save(client, meter, "125730")) == [
        "This dial has 5 digits before the point and counts up from 0. Is 125,730 right?"
    ]
    assert "is lower than the last reading" in said(save(client, meter, "-3"))[0]


UNCLEAR = (
    "Understood as 12.345: 12 and 345 thousandths. If the meter shows 12345, type that without point or comma."
    " Is it right?"
)


@pytest.mark.parametrize("typed", ["12.345", "12,345", " 12,345 ", "\uff11\uff12.\uff13\uff14\uff15"])
def test_a_first_value_that_may_mean_thousands_is_asked_about_once_and_is_good_then(
    typed: str, client: Client, meter: DataSource
) -> None:
    answer = save(client, meter, typed)
    assert (answer.status_code, said(answer)) == (422, [UNCLEAR])
    assert stored(meter) == []
    assertContains(answer, '<button name="confirm" value="12.345">It is right, save it</button>', status_code=422)
    assert messages(save(client, meter, typed, confirm="12.345")) == ["Electricity: 12.345 kWh saved."]
    assert stored(meter) == [(Decimal("12.345"), NOW, "good", "")]


@pytest.mark.parametrize("typed", ["12345", "12.34", "12.3450", "0.345", "012.345", "1234.567", "1,234.567"])
def test_a_first_value_that_means_one_thing_is_taken(typed: str, client: Client, meter: DataSource) -> None:
    assert save(client, meter, typed).status_code == 302
    assert len(stored(meter)) == 1


@pytest.mark.parametrize(("digits", "status"), [(4, 302), (5, 422), (None, 422)])
def test_a_dial_with_too_few_digits_for_thousands_tells_which_is_meant(
    digits: int | None, status: int, client: Client, meter: DataSource
) -> None:
    with acting_as(meter.owner):
        DataSource.objects.filter(pk=meter.pk).update(digits=digits)
    assert save(client, meter, "12.345").status_code == status


def test_where_there_is_a_reading_to_compare_with_nobody_is_asked_what_a_point_means(
    client: Client, meter: DataSource
) -> None:
    assert script(client, meter)["words"]["thousandths"].startswith("Understood as %(value)s")
    make_readings(meter, ["12.1"], start=NOW - timedelta(days=2))
    assert save(client, meter, "12.345").status_code == 302
    assert "thousandths" not in script(client, meter)["words"]


AFTER = "With 12,192 the reading after it, 12,431.7, would be 239.7 kWh more. Is it right?"


def test_a_back_dated_value_is_asked_about_where_it_makes_the_reading_after_it_doubtful(
    client: Client, meter: DataSource
) -> None:
    eight_a_day(meter)
    answer = save(client, meter, "12192", recorded_at="2026-10-29T12:00")
    assert (answer.status_code, said(answer)) == (422, [AFTER])
    assert stored(meter) == EVEN


def test_a_correction_is_asked_about_like_a_new_value(client: Client, meter: DataSource) -> None:
    eight_a_day(meter)
    made = make_readings(meter, ["12423.7"], start=LAST - timedelta(days=1))[0]
    sent = {"value": "12192", "recorded_at": "2026-10-29T12:00", "quality_flag": "good"}
    answer = client.post(page("reading_update", meter, made), sent)
    assert (answer.status_code, said(answer)) == (422, [AFTER])
    assert stored(meter)[1][0] == Decimal("12423.7")
    assert client.post(page("reading_update", meter, made), {**sent, "confirm": "12192"}).status_code == 302
    assert stored(meter)[1] == (Decimal(12192), made.recorded_at, "good", "")


def test_a_first_reading_corrected_to_one_that_makes_the_second_doubtful_is_asked_about(
    client: Client, meter: DataSource
) -> None:
    first = eight_a_day(meter)[0]
    sent = {"value": "1", "recorded_at": "2026-08-01T13:00", "quality_flag": "good"}
    answer = client.post(page("reading_update", meter, first), sent)
    assert said(answer) == ["With 1 the reading after it, 11,951.7, would be 11,950.7 kWh more. Is it right?"]
    assert stored(meter) == EVEN


def test_the_page_says_that_a_time_was_typed(client: Client, meter: DataSource) -> None:
    assertContains(client.get(page("entry", meter)), ">Read just now</span>")
    answer = save(client, meter, "abc", recorded_at="2026-11-20T18:02")
    assertContains(answer, ">Read at the time below</span>", status_code=422)
