"""Which meters are due, and the round through them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source
from readings.due import Due, Round, days_since, due_sources, round_at
from sources.models import DataSource, Home

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def past(source: DataSource, days: int, every: int = 7) -> None:
    """Three readings, the last so many days before NOW: 100, 110, 125.5."""
    make_readings(source, start=NOW - timedelta(days=days + 2 * every), step=timedelta(days=every))


def test_a_meter_is_due_once_its_usual_interval_is_over(source: DataSource) -> None:
    past(source, days=7)
    last = NOW - timedelta(days=7)
    with acting_as(source.owner):
        assert due_sources([source], NOW) == [Due(source, last, Decimal("125.5"), 7, True)]
        assert due_sources([source], NOW - timedelta(seconds=1)) == [Due(source, last, Decimal("125.5"), 7, False)]


def test_a_meter_without_readings_is_due(source: DataSource) -> None:
    with acting_as(source.owner):
        assert due_sources([source], NOW) == [Due(source, None, None, None, True)]


def test_bad_readings_take_no_part(source: DataSource) -> None:
    past(source, days=8)
    make_readings(source, ["999"], start=NOW - timedelta(days=1), quality_flag="bad")
    with acting_as(source.owner):
        assert due_sources([source], NOW) == [Due(source, NOW - timedelta(days=8), Decimal("125.5"), 8, True)]


def test_many_meters_cost_one_query_and_keep_their_order(
    source: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    many = [source, *(make_source(source.owner, source.home, name=name) for name in ("Gas", "Water"))]
    for number, each in enumerate(many):
        past(each, days=number * 5)
    with acting_as(source.owner):
        with django_assert_num_queries(1):
            assert [(due.source, due.due) for due in due_sources(many, NOW)] == [
                *zip(many, [False, False, True], strict=True)
            ]
        with django_assert_num_queries(1):
            assert [due.due for due in due_sources(many[::-1], NOW)] == [True, False, False]
        with django_assert_num_queries(0):
            assert due_sources([], NOW) == []


def test_days_are_those_of_the_calendar_of_the_home(source: DataSource) -> None:
    noon = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    midnight_in_berlin = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    before = midnight_in_berlin - timedelta(seconds=1)
    assert [days_since(at, noon, source) for at in (noon, midnight_in_berlin, before)] == [0, 0, 1]


def test_the_round_goes_forward_and_then_to_what_was_passed_over(home: Home, alice: User) -> None:
    names = ("Attic", "Bath", "Cellar", "Done", "Early")
    sources = {name: make_source(alice, home, name=name) for name in names}
    today, long_ago = NOW - timedelta(hours=1), NOW - timedelta(days=40)
    dues = [
        Due(sources["Attic"], long_ago, Decimal(1), 40, True),
        Due(sources["Bath"], long_ago, Decimal(1), 40, True),
        Due(sources["Cellar"], None, None, None, True),
        Due(sources["Done"], today, Decimal(1), 0, False),
        Due(sources["Early"], NOW - timedelta(days=2), Decimal(1), 2, False),
    ]
    walk = [dues[0], dues[1], dues[2], dues[3]]
    found = {name: round_at(source, dues) for name, source in sources.items()}
    assert {name: (each.ahead, each.following) for name, each in found.items()} == {
        "Attic": (sources["Bath"], sources["Bath"]),
        "Bath": (sources["Cellar"], sources["Cellar"]),
        "Cellar": (None, sources["Attic"]),
        "Done": (None, sources["Attic"]),
        "Early": (None, sources["Attic"]),
    }
    assert {name: (each.steps, each.position) for name, each in found.items()} == {
        "Attic": (walk, 1),
        "Bath": (walk, 2),
        "Cellar": (walk, 3),
        "Done": (walk, 4),
        "Early": ([], 0),
    }


def test_one_due_meter_is_no_round(source: DataSource) -> None:
    due = Due(source, None, None, None, True)
    found = round_at(source, [due])
    assert (found.steps, found.ahead, found.following) == ([], None, None)


def test_a_meter_that_is_put_away_still_leads_on(source: DataSource) -> None:
    other = make_source(source.owner, source.home, name="Water")
    found = round_at(source, [Due(other, None, None, None, True)])
    assert (found.steps, found.following) == ([], other)


@pytest.mark.parametrize(("count", "long"), [(8, False), (9, True)])
def test_a_round_of_more_than_eight_steps_is_long(count: int, long: bool) -> None:
    steps = [Due(DataSource(), None, None, None, True)] * count
    assert Round(steps, 1, None, None).is_long is long
