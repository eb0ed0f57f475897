"""What a rule would mean for the readings that are stored: the same answer as the rules give one by one, in SQL."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from homelog.testing import START, make_readings, make_source
from readings import rule_trial
from readings.consumption import Point
from readings.rule_trial import tried
from readings.validators import Place, violations
from sources.models import DataSource, DataValidator


def rule(source: DataSource, **fields: Any) -> DataValidator:
    return DataValidator(source=source, **fields)


def broken(source: DataSource, **fields: Any) -> list[str]:
    """The values of the readings that break a rule, newest first."""
    with acting_as(source.owner):
        found = tried(rule(source, **fields))
        values = [f"{reading.value:f}" for reading, _sentences in found.examples]
        assert found.broken == len(values)
        return values


def test_values_and_steps_are_held_against_the_rule(source: DataSource) -> None:
    make_readings(source, ["100", "90", "95", "200"])
    assert broken(source, min_value=Decimal(95)) == ["90"]
    assert broken(source, max_value=Decimal(95)) == ["200", "100"]
    assert broken(source, non_decreasing=True) == ["90"]
    assert broken(source, max_per_day=Decimal(9)) == ["200", "90"]
    assert broken(source, min_value=Decimal(0)) == []


def test_each_example_says_why(source: DataSource) -> None:
    make_readings(source, ["100", "90"])
    with acting_as(source.owner):
        ((_reading, sentences),) = tried(rule(source, min_value=Decimal(95), non_decreasing=True)).examples
    assert sentences == [
        "90 is below 95, the least this source may show.",
        "90 is lower than the reading before it, 100. This dial only grows. Check the digits.",
    ]


def test_a_rollover_a_meter_change_and_bad_readings_break_nothing(source: DataSource) -> None:
    make_readings(source, ["999990", "10"])
    make_readings(source, ["5000"], START + timedelta(days=2), quality_flag="bad")
    assert broken(source, non_decreasing=True, max_per_day=Decimal(20)) == []
    make_readings(source, ["3"], START + timedelta(days=3))
    assert broken(source, non_decreasing=True) == ["3"]
    with acting_as(source.owner):
        source.meter_changes.create(changed_at=START + timedelta(days=3), old_final=12, new_initial=0)
    assert broken(source, non_decreasing=True, max_per_day=Decimal(20)) == []


def test_only_the_newest_are_looked_at_and_that_is_said(source: DataSource, monkeypatch: pytest.MonkeyPatch) -> None:
    make_readings(source, ["9", "1", "2", "3"])
    with acting_as(source.owner):
        whole = tried(rule(source, non_decreasing=True))
        monkeypatch.setattr(rule_trial, "MOST", 2)
        part = tried(rule(source, min_value=Decimal(3)))
    assert (whole.seen, whole.has_older, whole.broken) == (4, False, 1)
    assert (part.seen, part.has_older) == (2, True)


def test_of_many_the_newest_five_are_shown(source: DataSource) -> None:
    make_readings(source, range(9))
    with acting_as(source.owner):
        found = tried(rule(source, max_value=Decimal(-1)))
    assert (found.broken, [int(reading.value) for reading, _ in found.examples]) == (9, [8, 7, 6, 5, 4])


def test_readings_of_another_source_take_no_part(source: DataSource) -> None:
    make_readings(make_source(source.owner, source.home, name="Water"), ["9", "1"])
    with acting_as(source.owner):
        assert tried(rule(source, min_value=Decimal(5))).seen == 0


def test_more_readings_cost_no_more_statements(
    source: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 40):
        make_readings(source, [0] * count, START + timedelta(days=count))
        with acting_as(source.owner), django_assert_num_queries(3):
            tried(rule(source, min_value=Decimal(5)))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.integers(-5, 1100), min_size=1, max_size=8),
    rules=st.tuples(*[st.none() | st.integers(0, 900)] * 2, st.booleans(), st.none() | st.integers(1, 300)),
    digits=st.sampled_from([None, 3]),
    change=st.none() | st.integers(0, 8),
)
def test_sql_and_python_say_the_same(
    values: list[int], rules: tuple[Any, ...], digits: int | None, change: int | None, home: Any
) -> None:
    source = make_source(home.created_by, home, name="Any", digits=digits)
    made = make_readings(source, values)
    low, high, grows, most = (Decimal(each) if type(each) is int else each for each in rules)
    asked = rule(source, min_value=low, max_value=high, non_decreasing=grows, max_per_day=most)
    changes = [] if change is None else [START + timedelta(days=change)]
    with acting_as(source.owner):
        for at in changes:
            source.meter_changes.create(changed_at=at, old_final=0, new_initial=0)
        found = tried(asked)
    points = [Point(reading.recorded_at, reading.value) for reading in made]
    places = [Place(before, None, digits, changes) for before in [None, *points[:-1]]]
    expected = [point for point, place in zip(points, places, strict=True) if violations([asked], point, place)]
    assert found.broken == len(expected)
    shown = [reading.recorded_at for reading, _ in found.examples]
    assert shown == [point.at for point in reversed(expected)][: rule_trial.EXAMPLES]
    assert all(sentences for _reading, sentences in found.examples)
