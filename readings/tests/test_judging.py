"""What becomes of the rows of a file: their times by the home's clock, and the rules over all of them together."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.current import acting_as
from homelog.testing import START, make_readings, make_source
from readings.consumption import Point
from readings.importers import ImportRow
from readings.judging import Limits
from readings.models import Reading
from readings.tests.files import stored
from readings.tests.imported import bring, fates, instants, judged, rule, times, values
from readings.validators import Place, violations
from sources.models import DataSource, DataValidator


def test_an_hour_that_comes_twice_is_settled_by_the_order_of_the_file(source: DataSource) -> None:
    found = judged(source, times(
        "2025-10-26 01:30", "2025-10-26 02:00", "2025-10-26 02:30", "2025-10-26 02:00", "2025-10-26 02:30",
        "2025-10-26 03:00",
    ))  # fmt: skip
    assert instants(found) == [
        f"2025-10-{day}T{time}:00+00:00"
        for day, time in [
            ("25", "23:30"),
            ("26", "00:00"),
            ("26", "00:30"),
            ("26", "01:00"),
            ("26", "01:30"),
            ("26", "02:00"),
        ]
    ]
    assert {row.fate for row in found.rows} == {"new"}


def test_hourly_rows_give_the_hour_twice_in_a_row(source: DataSource) -> None:
    found = judged(source, times("2025-10-26 01:00", "2025-10-26 02:00", "2025-10-26 02:00", "2025-10-26 03:00"))
    assert instants(found) == [f"2025-10-{t}:00:00+00:00" for t in ("25T23", "26T00", "26T01", "26T02")]


def test_each_autumn_begins_anew(source: DataSource) -> None:
    found = judged(source, times("2023-10-29 02:00", "2024-10-27 02:00", "2025-10-26 02:00"))
    assert instants(found) == [f"{day}T00:00:00+00:00" for day in ("2023-10-29", "2024-10-27", "2025-10-26")]


def test_an_hour_that_never_was_is_an_error(source: DataSource) -> None:
    found = judged(source, times("2025-03-30 01:30", "2025-03-30 02:30", "2025-03-30 03:30"))
    reason = "The clock was moved forward over 2025-03-30 02:30, so that time never was."
    assert fates(found) == [(1, "good", ""), (3, "good", ""), (2, "refused", reason)]


def test_the_future_is_an_error(source: DataSource) -> None:
    found = judged(source, times("2026-05-31 12:00", "2026-07-01 12:00"))
    reason = "This time is in the future. Write a reading down once it is taken."
    assert fates(found) == [(1, "good", ""), (2, "refused", reason)]


def test_a_row_that_is_said_twice_counts_once_and_two_values_at_one_time_are_an_error(source: DataSource) -> None:
    twice = times("2025-01-01 12:00", "2025-01-01 12:00", "2025-01-01 12:00")
    same = [*twice[:1], ImportRow(2, twice[1].local, None, Decimal("1.0")), twice[2]]
    reason = "Line 1 gives another value for this very time."
    assert fates(judged(source, same)) == [(1, "good", ""), (2, "repeated", ""), (3, "refused", reason)]


def test_rows_out_of_order_are_put_in_order_of_time(source: DataSource) -> None:
    found = judged(source, times("2025-01-01 12:30", "2025-01-01 12:00"))
    assert [row.line for row in found.rows] == [2, 1]


# Rules


HIGHER = "%s is higher than the reading after it, %s. This dial only grows. Check the digits."
LOWER = "%s is lower than the reading before it, %s. This dial only grows. Check the digits."


@pytest.mark.parametrize(
    ("numbers", "refused"),
    [
        (["100", "110", "105", "120"], {3: LOWER % (105, 110)}),
        (["100", "0", "110"], {2: LOWER % (0, 100)}),
        (["100", "9000", "110", "120"], {2: HIGHER % ("9,000", 110)}),
        (["9000", "100", "110"], {1: HIGHER % ("9,000", 100)}),
        (["100", "110", "5"], {3: LOWER % (5, 110)}),
        (["5000", "5010", "3", "4"], {3: LOWER % (3, "5,010"), 4: LOWER % (4, "5,010")}),
        (["100", "100", "100"], {}),
    ],
)
def test_a_dial_that_only_grows_refuses_the_row_that_is_to_blame(
    source: DataSource, numbers: list[str], refused: dict[int, str]
) -> None:
    rule(source, non_decreasing=True)
    given = values(*numbers)
    found = judged(source, given)
    assert {row.line: row.reason for row in found.refused} == refused
    bring(source, given, leave_out_refused=True)
    kept = [value for _, value, _ in stored(source)]
    assert kept == [number for line, number in enumerate(numbers, 1) if line not in refused]


def test_what_is_stored_stays_and_the_rows_around_it_must_fit(source: DataSource) -> None:
    rule(source, non_decreasing=True)
    make_readings(source, ["100", "200"], start=datetime(2025, 1, 3, tzinfo=UTC), step=timedelta(days=10))
    found = judged(source, values("90", "101", "99", "150", "200"))
    assert {row.line: row.reason for row in found.refused} == {2: HIGHER % (101, 100), 3: LOWER % (99, 100)}
    later = judged(source, values("250", "260", start="2025-01-12"))
    assert {row.line: row.reason for row in later.refused} == {1: HIGHER % (250, 200)}


def test_a_rollover_and_a_recorded_meter_change_are_no_fall(source: DataSource) -> None:
    rule(source, non_decreasing=True)
    assert judged(source, values("999990", "5")).refused == []
    with acting_as(source.owner):
        source.meter_changes.create(changed_at=datetime(2025, 1, 3, tzinfo=UTC), old_final=5000, new_initial=0)
    found = judged(source, values("4000", "4990", "7", "17"))
    assert (found.refused, found.total) == ([], Decimal("1017"))


def test_a_rule_that_flags_lets_the_row_in_as_questionable(source: DataSource) -> None:
    rule(source, max_value=Decimal("150"), on_violation="flag")
    reason = "200 is above 150, the most this source may show."
    assert fates(judged(source, values("100", "200"))) == [(1, "good", ""), (2, "questionable", reason)]
    assert bring(source, values("100", "200")).counts["questionable"] == 1
    assert [(value, quality) for _, value, quality in stored(source)] == [("100", "good"), ("200", "questionable")]


def test_a_change_too_large_for_a_day_is_judged_between_the_neighbours(source: DataSource) -> None:
    rule(source, max_per_day=Decimal("20"))
    found = judged(source, values("100", "110", "500", "130"))
    reason = "That would be 390.0 a day; this source changes by at most 20 a day."
    assert {row.line: row.reason for row in found.refused} == {3: reason}


def test_every_row_that_is_stored_would_pass_alone(source: DataSource) -> None:
    rule(source, non_decreasing=True)
    numbers = [str(number * 7919 % 1000) for number in range(200)]
    bring(source, values(*numbers), leave_out_refused=True)
    with acting_as(source.owner):
        kept = list(Reading.objects.of(source).select_related("source"))
        assert [reading.broken_rules() for reading in kept] == [[]] * len(kept)
    assert len(kept) > 1


# Totals


@pytest.mark.parametrize(("counting", "total"), [("counter", "40"), ("amount", "320"), ("level", None)])
def test_the_total_is_what_the_source_counts(source: DataSource, counting: str, total: str | None) -> None:
    other = make_source(source.owner, counting=counting)
    found = judged(other, values("100", "90", "130"))
    assert found.total == (None if total is None else Decimal(total))


def test_few_rows_among_many_readings_are_judged_as_many_among_few(
    source: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_readings(source, [str(value) for value in range(10, 50)])
    rule(source, non_decreasing=True, max_per_day=Decimal(20))
    with acting_as(source.owner):
        at = list(Reading.objects.of(source).order_by("recorded_at").values_list("recorded_at", flat=True))
    rows = [
        ImportRow(1, None, at[3], Decimal(13)),
        ImportRow(2, None, at[9], Decimal(99)),
        ImportRow(3, None, at[20] + timedelta(hours=1), Decimal(31)),
        ImportRow(4, None, at[30] + timedelta(hours=1), Decimal("40.5")),
        ImportRow(5, None, at[-1] + timedelta(days=9), Decimal(48)),
    ]
    near = judged(source, rows)
    monkeypatch.setattr("readings.import_known.FEW", 0)
    far = judged(source, rows)
    assert [row.fate for row in near.rows] == ["there", "conflict", "refused", "new", "refused"]
    assert fates(far) == fates(near)


LIMITS = st.none() | st.integers(-1, 4).map(Decimal)
READINGS = st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 5).map(Decimal)), min_size=2, max_size=4)


@settings(max_examples=300)
@given(
    st.lists(st.tuples(LIMITS, LIMITS, st.booleans(), LIMITS), min_size=1, max_size=2),
    READINGS,
    st.none() | st.integers(1, 2),
    st.lists(st.integers(0, 4), max_size=1),
)
def test_what_is_plain_at_a_glance_breaks_no_rule(
    limits: list[tuple[Decimal | None, Decimal | None, bool, Decimal | None]],
    readings: list[tuple[int, Decimal]],
    digits: int | None,
    changes: list[int],
) -> None:
    rules = [
        DataValidator(min_value=least, max_value=most, non_decreasing=grows, max_per_day=a_day and abs(a_day))
        for least, most, grows, a_day in limits
    ]
    line = sorted({START + timedelta(days=days): value for days, value in readings}.items())
    previous, point, following = [*([None] if len(line) < 3 else []), *(Point(*each) for each in line), None, None][:3]
    assert point is not None
    place = Place(previous, following, digits, [START + timedelta(days=days) for days in changes])
    if Limits.of(rules).holds(point, previous, following):
        assert violations(rules, point, place) == []
