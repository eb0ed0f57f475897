"""The table of readings: pages by keyset, filters, and the change since the reading before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source, share
from readings.listing import PAGE
from readings.tests.entries import page
from sources.models import DataSource, MeterChange

NEW_YEAR = datetime(2025, 12, 31, 23, 0, tzinfo=UTC)
"""Midnight in Berlin."""


@pytest.fixture
def signed_in(client: Client, source: DataSource) -> Client:
    client.force_login(source.owner)
    return client


def table(answer: Any) -> list[tuple[str, str | None]]:
    """Value and change of each row."""
    return [(str(row.reading.value), None if row.change is None else str(row.change)) for row in answer.context["rows"]]


def test_each_row_shows_when_what_and_who(signed_in: Client, source: DataSource) -> None:
    first, _second = make_readings(source, ["12100", "12350.5"], start=NEW_YEAR, notes="by torch")
    answer = signed_in.get(page("reading_list", source))
    assert table(answer) == [("12350.5", "250.5"), ("12100", None)]
    when = '<time datetime="2025-12-31T23:00:00+00:00">1 Jan 2026, 00:00</time>'
    assertContains(
        answer,
        f'<tr><th scope="row"><a href="{page("reading", source, first)}">{when}</a>'
        '<small class="meta tight wrap">you · by torch</small></th>'
        '<td class="n">12,100.0<small class="meta tight">–</small></td><td class="n roomy">–</td>'
        '<td class="roomy">Good</td><td class="roomy">you</td><td class="roomy wrap">by torch</td></tr>',
        html=True,
    )


def test_the_change_is_against_the_reading_before_that_counts(signed_in: Client, source: DataSource) -> None:
    make_readings(source, ["10"], start=NEW_YEAR)
    make_readings(source, ["99"], start=NEW_YEAR + timedelta(days=1), quality_flag="bad")
    make_readings(source, ["14.5", "13"], start=NEW_YEAR + timedelta(days=2))
    assert table(signed_in.get(page("reading_list", source))) == [
        ("13", "-1.5"),
        ("14.5", "4.5"),
        ("99", None),
        ("10", None),
    ]


def test_a_new_meter_and_a_rollover_are_no_fall(signed_in: Client, source: DataSource) -> None:
    make_readings(source, ["999990", "10", "5"], start=NEW_YEAR)
    with acting_as(source.owner):
        changed_at = NEW_YEAR + timedelta(days=1, hours=5)
        MeterChange.objects.create(source=source, changed_at=changed_at, old_final=12, new_initial=0)
    answer = signed_in.get(page("reading_list", source))
    assert table(answer) == [("5", None), ("10", "20"), ("999990", None)]
    assertContains(answer, '<td class="n roomy">meter changed</td>', html=True)


def test_amounts_have_no_change(signed_in: Client, alice: User) -> None:
    source = make_source(alice, counting="amount")
    make_readings(source, ["10", "20"])
    answer = signed_in.get(page("reading_list", source))
    assert table(answer) == [("20", None), ("10", None)]
    assertNotContains(answer, "Change</th>")


def test_pages_meet_without_a_gap_in_both_directions(signed_in: Client, source: DataSource) -> None:
    make_readings(source, range(2 * PAGE + 1), start=NEW_YEAR, step=timedelta(hours=1))
    address = page("reading_list", source)
    first = signed_in.get(address)
    second = signed_in.get(address + first.context["older"])
    third = signed_in.get(address + second.context["older"])
    seen = [row.reading.value for answer in (first, second, third) for row in answer.context["rows"]]
    assert seen == list(range(2 * PAGE, -1, -1))
    assert [(bool(each.context["newer"]), bool(each.context["older"])) for each in (first, second, third)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    back = signed_in.get(address + third.context["newer"])
    assert table(back) == table(second)
    assert table(signed_in.get(address + back.context["newer"])) == table(first)
    assert not signed_in.get(address + back.context["newer"]).context["newer"]


def test_days_are_whole_days_of_the_home_and_both_included(signed_in: Client, source: DataSource) -> None:
    make_readings(source, ["1", "2", "3"], start=NEW_YEAR - timedelta(seconds=1), step=timedelta(days=1))
    address = page("reading_list", source)
    assert table(signed_in.get(address, {"since": "2026-01-01", "until": "2026-01-01"})) == [("2", "1")]
    assert table(signed_in.get(address, {"until": "2025-12-31"})) == [("1", None)]
    assert table(signed_in.get(address, {"since": "2026-01-02"})) == [("3", "1")]


def test_readings_of_one_quality_can_be_shown(signed_in: Client, source: DataSource) -> None:
    make_readings(source, ["1", "2"])
    make_readings(source, ["3"], start=NEW_YEAR, quality_flag="estimated")
    assert table(signed_in.get(page("reading_list", source), {"quality": "estimated"})) == [("3", None)]
    assertContains(signed_in.get(page("reading_list", source), {"quality": "bad"}), "No reading is like that.")


def test_the_filter_is_kept_from_page_to_page(signed_in: Client, source: DataSource) -> None:
    make_readings(source, range(PAGE + 1), quality_flag="estimated", step=timedelta(hours=1))
    answer = signed_in.get(page("reading_list", source), {"quality": "estimated"})
    assert answer.context["older"] == "?quality=estimated&before=2026-01-01T09%3A00%3A00%2B00%3A00"


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"since": "2026-02-30"}, "since", "Enter a valid date."),
        ({"since": "1899-12-31"}, "since", "Choose a year from 1900 to 2199."),
        ({"until": "2200-01-01"}, "until", "Choose a year from 1900 to 2199."),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "until", "This day is before the first one."),
        ({"quality": "fine"}, "quality", "Select a valid choice. fine is not one of the available choices."),
    ],
)
def test_an_odd_filter_is_refused_with_its_sentence(
    asked: dict[str, str], field: str, sentence: str, signed_in: Client, source: DataSource
) -> None:
    make_readings(source)
    answer = signed_in.get(page("reading_list", source), asked)
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [sentence]})
    assert table(answer) == []


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    ],
)
def test_an_odd_page_is_not_found(cursor: str, signed_in: Client, source: DataSource) -> None:
    assert signed_in.get(page("reading_list", source), {"before": cursor}).status_code == 404
    assert signed_in.get(page("reading_list", source), {"after": cursor}).status_code == 404


def test_a_page_begins_at_an_instant_with_any_offset(signed_in: Client, source: DataSource) -> None:
    for cursor in ("2026-01-01T00:00:00+20:00", "2026-01-01T00:00:00-23:59:59.5"):
        assert signed_in.get(page("reading_list", source), {"before": cursor}).status_code == 200
        assert signed_in.get(page("reading_list", source), {"after": cursor}).status_code == 200


def test_without_readings_the_page_leads_to_the_first(signed_in: Client, source: DataSource, bob: User) -> None:
    link = f'<a class="btn primary" href="{page("entry", source)}">Add a reading</a>'
    assertContains(signed_in.get(page("reading_list", source)), link, count=2, html=True)
    share(source, bob, "read")
    signed_in.force_login(bob)
    assertNotContains(signed_in.get(page("reading_list", source)), "Add a reading")


def test_the_page_costs_the_same_for_one_row_and_for_three(
    signed_in: Client, source: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for start in (0, 1):
        make_readings(source, ["1", "2"][: start + 1], start=NEW_YEAR + timedelta(days=start))
        with django_assert_num_queries(9):
            answer = signed_in.get(page("reading_list", source))
        assert len(answer.context["rows"]) == 1 + 2 * start


def test_who_may_see_the_source_sees_its_readings_and_strangers_find_nothing(
    client: Client, source: DataSource, bob: User, charlie: User
) -> None:
    make_readings(source)
    share(source, bob, "read")
    client.force_login(bob)
    assert len(client.get(page("reading_list", source)).context["rows"]) == 3
    client.force_login(charlie)
    assert client.get(page("reading_list", source)).status_code == 404


def test_anonymous_visitors_are_sent_to_sign_in(client: Client, source: DataSource) -> None:
    address = page("reading_list", source)
    assertRedirects(client.get(address), f"/account/login/?next={address}")


def test_other_methods_are_refused(signed_in: Client, source: DataSource) -> None:
    assert signed_in.post(page("reading_list", source)).status_code == 405
