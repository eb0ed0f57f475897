"""Which meters are due."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.test import Client
from django.utils import timezone as clock
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from homelog.testing import make_readings, make_source
from readings.due import Due, days_since, due_sources, with_last_readings
from readings.tests.dues import dues_of
from sources.models import DataSource, Rhythm

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def past(source: DataSource, days: int, every: int = 7) -> None:
    """Three readings, the last so many days before NOW: 100, 110, 125.5."""
    make_readings(source, start=NOW - timedelta(days=days + 2 * every), step=timedelta(days=every))


def test_a_meter_is_due_on_the_day_on_which_its_usual_interval_is_over(source: DataSource) -> None:
    past(source, days=7)
    last = NOW - timedelta(days=7)
    with acting_as(source.owner):
        assert dues_of([source], NOW) == [Due(source, last, Decimal("125.5"), 7, True)]
        midnight = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
        assert dues_of([source], midnight)[0].due is True
        assert dues_of([source], midnight - timedelta(seconds=1))[0].due is False


def test_a_meter_without_readings_is_due(source: DataSource) -> None:
    with acting_as(source.owner):
        assert dues_of([source], NOW) == [Due(source, None, None, None, True)]


def test_bad_readings_take_no_part(source: DataSource) -> None:
    past(source, days=8)
    make_readings(source, ["999"], start=NOW - timedelta(days=1), quality_flag="bad")
    with acting_as(source.owner):
        assert dues_of([source], NOW) == [Due(source, NOW - timedelta(days=8), Decimal("125.5"), 8, True)]


def test_many_meters_cost_one_query_and_keep_their_order(
    source: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    many = [source, *(make_source(source.owner, source.home, name=name) for name in ("Gas", "Water"))]
    for number, each in enumerate(many):
        past(each, days=number * 5)
    sources = with_last_readings(DataSource.objects.shown().order_by("pk"))
    with acting_as(source.owner):
        with django_assert_num_queries(1):
            assert [(due.source, due.due) for due in due_sources(sources, NOW)] == [
                *zip(many, [False, False, True], strict=True)
            ]
        with django_assert_num_queries(1):
            assert [due.due for due in due_sources(sources.reverse(), NOW)] == [True, False, False]


def test_days_are_those_of_the_calendar_of_the_home(source: DataSource) -> None:
    noon = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    midnight_in_berlin = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    before = midnight_in_berlin - timedelta(seconds=1)
    assert [days_since(at, noon, source) for at in (noon, midnight_in_berlin, before)] == [0, 0, 1]


def test_each_source_is_due_by_its_own_rhythm(source: DataSource) -> None:
    past(source, days=7)
    found = {}
    with acting_as(source.owner):
        for rhythm in Rhythm:
            source.rhythm = rhythm
            found[rhythm.value] = dues_of([source], NOW)[0].due
    assert found == {
        "auto": True,
        "day": True,
        "week": True,
        "month": False,
        "quarter": False,
        "year": False,
        "never": False,
    }


def test_a_meter_that_was_read_early_today_is_not_asked_for_again(source: DataSource) -> None:
    source.rhythm = "day"
    make_readings(source, ["1"], start=datetime(2026, 11, 21, 23, 1, tzinfo=UTC))
    with acting_as(source.owner):
        (due,) = dues_of([source], NOW)
    assert (due.due, due.times) == (False, 1)


def test_a_meter_that_fell_silent_is_due_no_more_unless_somebody_gave_it_a_rhythm(source: DataSource) -> None:
    past(source, days=401)
    with acting_as(source.owner):
        (silent,) = dues_of([source], NOW)
        assert (silent.due, silent.silent) == (False, True)
        (before,) = dues_of([source], NOW - timedelta(days=1))
        assert (before.due, before.silent) == (True, False)
        source.rhythm = "month"
        (asked_for,) = dues_of([source], NOW)
        assert (asked_for.due, asked_for.silent) == (True, False)


def test_a_meter_that_is_read_once_a_year_is_not_silent_after_two(source: DataSource) -> None:
    past(source, days=800, every=365)
    with acting_as(source.owner):
        assert [(each.due, each.silent) for each in dues_of([source], NOW)] == [(True, False)]


def test_home_asks_whether_to_put_a_silent_meter_away(client: Client, source: DataSource) -> None:
    noon = clock.now().replace(hour=12)  # near midnight, summer time would make it a day fewer
    make_readings(source, start=noon - timedelta(days=1213), step=timedelta(minutes=1))
    client.force_login(source.owner)
    answer = client.get(source.home.get_absolute_url())  # type: ignore[union-attr]
    assertContains(answer, "Electricity was last read 1213 days ago, so it is not asked for any more. Is it gone?")
    assertNotContains(answer, "1 meter is due")
    client.post(f"/sources/{source.public_id}/archive/")
    assertNotContains(client.get(source.home.get_absolute_url()), "Is it gone?")  # type: ignore[union-attr]
