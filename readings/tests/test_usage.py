"""What sources used in the home's calendar: look-ups and arithmetic together. The home is in Berlin's time."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source
from readings import months, queries, ranges, usage
from readings.consumption import Change, Level, Point, Settled, Step, settle
from readings.localtime import month_starts
from readings.ranges import Range
from readings.tests.dials import day, dial, uses, utc
from readings.tests.dues import dues_of
from readings.tiles import tiles
from readings.usage import Month
from sources.models import DataSource, Home, MeterChange


def write(source: DataSource, readings: dict[str, str]) -> None:
    """Readings of `source` at instants of UTC."""
    for at, value in readings.items():
        make_readings(source, [value], utc(at))


def months_of(source: DataSource, first: date, count: int) -> usage.Used:
    """Use in `count` months from that of `first` on."""
    run = month_starts(first, count + 1, source.zone)
    with acting_as(source.owner):
        return usage.used([(source, [run])])[source.pk]


def test_a_month_begins_at_the_home_s_midnight_also_after_the_clock_changed(source: DataSource) -> None:
    write(source, {"2026-03-30T22:00": "0", "2026-04-01T22:00": "48", "2026-04-30T22:00": "700"})
    found = months_of(source, date(2026, 3, 1), 2)
    assert uses(found.runs[0]) == [Decimal(24), Decimal(676)]


def test_months_without_readings_around_them_are_empty(source: DataSource) -> None:
    write(source, {"2026-01-31T23:00": "100", "2026-02-28T23:00": "380"})
    found = months_of(source, date(2026, 1, 1), 3)
    assert uses(found.runs[0]) == [None, Decimal(280), None]


def test_a_replaced_meter_never_gives_a_negative_use(source: DataSource) -> None:
    write(source, {"2025-12-31T23:00": "100", "2026-01-20T12:00": "160", "2026-01-31T23:00": "25"})
    with acting_as(source.owner):
        MeterChange.objects.create(
            source=source, changed_at=utc("2026-01-25T09:00"), old_final=Decimal(175), new_initial=Decimal(5)
        )
    found = months_of(source, date(2026, 1, 1), 1)
    assert (uses(found.runs[0]), found.falls) == ([Decimal(95)], [])


def test_a_fall_that_nothing_explains_counts_as_no_use_and_is_told(source: DataSource) -> None:
    write(
        source,
        {"2026-04-30T22:00": "700", "2026-05-02T10:00": "812.4", "2026-05-03T10:00": "15.0", "2026-05-31T22:00": "60"},
    )
    found = months_of(source, date(2026, 5, 1), 1)
    assert uses(found.runs[0]) == [Decimal("157.4")]
    assert found.runs[0][0].drops == 1
    assert found.falls == [
        Step(Point(utc("2026-05-02T10:00"), Decimal("812.4")), Point(utc("2026-05-03T10:00"), Decimal("15.0"))),
    ]


def test_a_spike_and_a_dip_are_left_out_and_told(source: DataSource) -> None:
    write(
        source,
        {
            "2026-04-30T22:00": "700",
            "2026-05-05T10:00": "7110",
            "2026-05-10T10:00": "720",
            "2026-05-20T10:00": "75",
            "2026-05-25T10:00": "760",
            "2026-05-31T22:00": "790",
        },
    )
    found = months_of(source, date(2026, 5, 1), 1)
    assert (uses(found.runs[0]), found.runs[0][0].drops, found.falls) == ([Decimal(90)], 0, [])
    assert found.odd == [
        Point(utc("2026-05-05T10:00"), Decimal(7110)),
        Point(utc("2026-05-20T10:00"), Decimal(75)),
    ]


@pytest.mark.parametrize("at", ["2026-04-30T20:00", "2026-05-01T00:00", "2026-05-31T20:00", "2026-06-01T04:00"])
def test_a_spike_next_to_a_boundary_is_left_out_as_well(source: DataSource, at: str) -> None:
    write(source, {"2026-04-30T00:00": "0", "2026-05-15T10:00": "154.16", "2026-06-02T00:00": "330", at: "9999"})
    found = months_of(source, date(2026, 5, 1), 1)
    with_it, odd = uses(found.runs[0]), [point.at for point in found.odd]
    with acting_as(source.owner):
        source.readings.get(recorded_at=utc(at)).delete()
    assert (with_it, odd) == (uses(months_of(source, date(2026, 5, 1), 1).runs[0]), [utc(at)])


def test_what_falls_all_the_time_is_no_counter(source: DataSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_FALLS", 3)
    make_readings(source, ["9", "8"] * 4, utc("2026-05-02T10:00"))
    found = months_of(source, date(2026, 5, 1), 1)
    assert (found.is_no_counter, uses(found.runs[0])) == (True, [None])


def test_a_fall_of_a_dial_near_its_end_is_a_rollover(alice: User, home: Home) -> None:
    source = make_source(alice, home, digits=5)
    write(source, {"2026-04-30T22:00": "99990", "2026-05-31T22:00": "12.5"})
    found = months_of(source, date(2026, 5, 1), 1)
    assert (uses(found.runs[0]), found.falls) == ([Decimal("22.5")], [])
    assert found.changes == [Change(utc("2026-05-31T22:00"), Decimal(100000), "rollover")]


def test_a_fall_with_a_recorded_change_is_no_rollover_beside() -> None:
    steps = [Step(*dial((1, "99990"), (2, "10")))]
    recorded = [Change(day(1.5), Decimal(99995), "replaced")]
    assert settle(steps, recorded, 5) == Settled(recorded, [], [])


def test_each_step_is_explained_for_itself() -> None:
    rolled, fell = Step(*dial((1, "99990"), (2, "10"))), Step(*dial((3, "50"), (4, "20")))
    assert settle([rolled, fell], [], 5) == Settled(
        [Change(day(2), Decimal(100000), "rollover"), Change(day(4), Decimal(30), "drop")], [fell], []
    )


def november(source: DataSource) -> None:
    """Readings of two Novembers: 150 and 120 in their first fifteen days."""
    write(
        source,
        {
            "2025-10-31T23:00": "0",
            "2025-11-15T23:00": "150",
            "2025-11-30T23:00": "450",
            "2026-10-31T23:00": "4000",
            "2026-11-15T23:00": "4120",
        },
    )


def figure_of(source: DataSource, last_at: datetime, now: datetime) -> usage.Figure:
    """The figure of a source whose last reading was at `last_at`."""
    with acting_as(source.owner):
        runs = usage.used([(source, months.figure_runs(last_at, source.zone))])[source.pk].runs
    return usage.figure(runs, now)


def test_a_running_month_is_compared_with_the_same_days_of_last_year(source: DataSource) -> None:
    november(source)
    figure = figure_of(source, utc("2026-11-15T23:00"), utc("2026-11-20T12:00"))
    assert (figure.now.use, figure.before.use, figure.delta, figure.running) == (
        Decimal(120),
        Decimal(150),
        Decimal(-20),
        True,
    )
    assert figure.per_day == Decimal(8)
    assert (figure.before.start, figure.before.end) == (utc("2025-10-31T23:00"), utc("2025-11-15T23:00"))


def beside(source: DataSource, shown: Range) -> list[Month]:
    """The periods of a range, each beside the one a year earlier, the last reading being that of 15 November 2026."""
    with acting_as(source.owner):
        return usage.compared(source, shown, utc("2026-11-15T23:00")).months


def test_the_chart_shows_the_same_days_beside_the_running_month(source: DataSource) -> None:
    november(source)
    shown = beside(source, ranges.months_from(date(2025, 12, 1), source.zone))
    assert (len(shown), shown[-1].now.use, shown[-1].before.use) == (12, Decimal(120), Decimal(150))
    shown = beside(source, ranges.months_from(date(2026, 1, 1), source.zone))
    assert (shown[-2].before.use, shown[-1].before.use) == (Decimal(150), Decimal("328.507462687"))


def test_the_running_week_and_year_are_held_against_the_same_days_as_well(source: DataSource) -> None:
    november(source)
    # Monday 9 November up to the first instant of Monday 16: a whole week, and the one of 52 weeks earlier.
    weeks = beside(source, ranges.weeks_to(date(2026, 11, 15), source.zone, 0))
    assert (weeks[-1].now.use, weeks[-1].before.use) == (Decimal(56), Decimal("80"))
    (*_, year) = beside(source, ranges.years_to(date(2026, 11, 15), source.zone, 2025))
    assert (year.now.use, year.before.use) == (Decimal("3341.492537313"), None)


def test_a_day_that_the_month_a_year_earlier_lacks_stands_alone(source: DataSource) -> None:
    write(source, {"2023-01-31T23:00": "0", "2023-02-28T23:00": "280", "2024-02-29T23:00": "1000"})
    with acting_as(source.owner):
        days = usage.compared(source, ranges.days_of(date(2024, 2, 9), source.zone), utc("2024-02-29T23:00")).months
    assert (len(days), days[27].before.use, days[28].before.use) == (29, Decimal(10), None)
    assert days[28].now.use is not None


def test_a_last_reading_of_an_earlier_month_tells_of_that_month(source: DataSource) -> None:
    november(source)
    figure = figure_of(source, utc("2026-11-15T23:00"), utc("2027-01-03T12:00"))
    assert (figure.now.use, figure.delta, figure.running) == (Decimal(120), Decimal(-20), False)


def test_a_last_reading_at_a_month_s_first_instant_tells_of_the_month_that_ended(source: DataSource) -> None:
    write(source, {"2026-09-30T22:00": "0", "2026-10-31T23:00": "310"})
    figure = figure_of(source, utc("2026-10-31T23:00"), utc("2026-11-20T12:00"))
    assert (figure.now.start, figure.now.use, figure.before.use) == (utc("2026-09-30T22:00"), Decimal(310), None)


def test_there_is_no_comparison_with_a_year_that_is_covered_in_part(source: DataSource) -> None:
    write(
        source, {"2025-11-10T12:00": "0", "2025-11-30T23:00": "50", "2026-10-31T23:00": "90", "2026-11-15T23:00": "99"}
    )
    figure = figure_of(source, utc("2026-11-15T23:00"), utc("2026-11-20T12:00"))
    assert (figure.now.use, figure.delta) == (Decimal(9), None)
    assert figure.before.use is not None


def test_there_is_no_comparison_where_a_part_is_spread(source: DataSource) -> None:
    write(
        source, {"2025-08-31T22:00": "0", "2026-01-31T23:00": "50", "2026-10-31T23:00": "90", "2026-11-15T23:00": "99"}
    )
    figure = figure_of(source, utc("2026-11-15T23:00"), utc("2026-11-20T12:00"))
    assert (figure.before.state, figure.comparable, figure.delta) == ("spread", False, None)


def test_there_is_no_comparison_over_a_fall_that_nothing_explains(source: DataSource) -> None:
    november(source)
    write(source, {"2026-11-05T10:00": "4050", "2026-11-06T10:00": "30", "2026-11-07T10:00": "31"})
    figure = figure_of(source, utc("2026-11-15T23:00"), utc("2026-11-20T12:00"))
    assert (figure.now.drops, figure.comparable, figure.delta) == (1, False, None)


def test_a_sum_with_a_doubtful_amount_is_not_compared(alice: User, home: Home) -> None:
    source = make_source(alice, home, source_type="pellets", counting="amount", digits=None)
    write(source, {"2025-11-05T10:00": "300", "2025-11-20T10:00": "300", "2026-11-03T10:00": "150"})
    figure = figure_of(source, utc("2026-11-15T10:00"), utc("2026-11-20T12:00"))
    assert not figure.now.doubtful
    make_readings(source, ["9000"], utc("2026-11-15T10:00"), quality_flag="questionable")
    figure = figure_of(source, utc("2026-11-15T10:00"), utc("2026-11-20T12:00"))
    assert (figure.now.doubtful, figure.delta) == (True, None)


def test_the_29th_of_february_is_compared_up_to_the_28th(source: DataSource) -> None:
    runs = months.figure_runs(utc("2028-02-29T11:00"), source.zone)
    assert [list(run) for run in runs] == [
        [utc("2028-01-31T23:00"), utc("2028-02-29T23:00")],
        [utc("2027-01-31T23:00"), utc("2027-02-28T11:00")],
    ]


@pytest.mark.parametrize("last_at", [datetime(1900, 5, 5, tzinfo=UTC), datetime(1899, 12, 31, 23, tzinfo=UTC)])
def test_readings_of_the_first_year_have_no_year_before(source: DataSource, last_at: datetime) -> None:
    month, before = months.figure_runs(last_at, source.zone)
    assert list(before) == [month[0], month[0]]


def test_amounts_are_summed_by_month(alice: User, home: Home) -> None:
    source = make_source(alice, home, source_type="pellets", counting="amount", digits=None)
    write(
        source,
        {"2026-01-05T10:00": "300.5", "2026-01-31T22:59": "20", "2026-01-31T23:00": "7", "2026-02-10T08:00": "1"},
    )
    january, february, march = months_of(source, date(2026, 1, 1), 3).runs[0]
    assert (january.use, january.until) == (Decimal("320.5"), january.end)
    assert (february.use, february.until) == (Decimal(8), utc("2026-02-10T08:00"))
    assert (march.use, march.state) == (None, "empty")


def test_levels_have_a_range_and_a_mean(alice: User, home: Home) -> None:
    source = make_source(alice, home, source_type="weight", counting="level", digits=None)
    write(source, {"2026-01-05T10:00": "70", "2026-01-15T10:00": "71", "2026-01-31T22:59": "71"})
    run = month_starts(date(2026, 1, 1), 3, source.zone)
    with acting_as(alice):
        found = usage.levels([(source, [run])])
        assert usage.used([(source, [run])]) == {}
    assert found == {
        source.pk: [
            [
                Level(run[0], run[1], Decimal(70), Decimal("70.666667"), Decimal(71), 3),
                Level(run[1], run[2], None, None, None, 0),
            ]
        ]
    }


@pytest.mark.parametrize(
    ("today", "count", "first"),
    [
        (date(2026, 11, 22), 11, date(2025, 12, 1)),
        (date(2026, 12, 1), 11, date(2026, 1, 1)),
        (date(2026, 1, 31), 11, date(2025, 2, 1)),
        (date(2026, 1, 31), 0, date(2026, 1, 1)),
    ],
)
def test_months_are_counted_back_over_years(today: date, count: int, first: date) -> None:
    assert months.months_before(today, count) == first


def test_a_tile_has_the_last_twelve_full_months_and_the_figure(source: DataSource, alice: User) -> None:
    november(source)
    now = utc("2026-11-20T12:00")
    with acting_as(alice):
        (tile,) = tiles(dues_of([source], now), now)
    assert tile.figure is not None
    assert tile.figure.now.use == Decimal(120)
    assert len(tile.year) == 12
    assert tile.year[0] == Decimal(300) + Decimal(150)
    assert sum(value for value in tile.year if value is not None) == Decimal(4000)


def test_tiles_cost_the_same_number_of_queries_for_one_source_as_for_many(
    source: DataSource, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    others = [make_source(alice, source.home, name=f"Meter {number}") for number in range(3)]
    for each in [source, *others]:
        november(each)
    now = utc("2026-11-20T12:00")
    with acting_as(alice):
        for sources in ([source], [source, *others]):
            dues = dues_of(sources, now)
            with django_assert_num_queries(3):
                found = tiles(dues, now)
            assert [tile.figure.now.use for tile in found if tile.figure] == [Decimal(120)] * len(sources)
