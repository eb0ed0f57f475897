"""The look-ups among readings, against rows that are really there; every value was counted out by hand."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source
from readings import queries
from readings.consumption import Change, Point, Step
from readings.day_sums import Bucket, buckets
from readings.series import Band, Series, series
from readings.tests.dials import START, day, dial
from sources.models import DataSource, MeterChange


def fill(source: DataSource, *values: str, every: float = 1) -> None:
    """Readings of `source`, one every so many days from START on."""
    make_readings(source, values, START, timedelta(days=every))


def counts_as(source: DataSource, counting: str) -> None:
    """Whoever owns a source says that it counts in another way."""
    source.counting = counting
    source.save()


def steps(source: DataSource, first: float, last: float) -> list[Step]:
    """The steps in and around a stretch of days."""
    return queries.steps_each([(source.pk, day(first), day(last))])[source.pk]


def test_around_a_boundary_are_the_reading_before_and_the_reading_after(source: DataSource) -> None:
    fill(source, "0", "10", "20", "30", "40", every=2)
    with acting_as(source.owner):
        assert queries.around(source, [day(3)]) == dial((2, "10"), (4, "20"))
        assert queries.around(source, [day(4)]) == dial((4, "20"))
        assert queries.around(source, [day(-1)]) == dial((0, "0"))
        assert queries.around(source, [day(9)]) == dial((8, "40"))
        assert queries.around(source, [day(1), day(1), day(5)]) == dial((0, "0"), (2, "10"), (4, "20"), (6, "30"))
        assert queries.around(source, []) == []


def test_bad_readings_take_no_part_and_others_keep_their_quality(source: DataSource) -> None:
    fill(source, "0")
    make_readings(source, ["999"], day(1), quality_flag="bad")
    make_readings(source, ["20"], day(2), quality_flag="estimated")
    with acting_as(source.owner):
        assert queries.around(source, [day(1)]) == [Point(day(0), Decimal(0)), Point(day(2), Decimal(20), "estimated")]
        assert queries.steps_each([(source.pk, day(0), day(2))])[source.pk] == []
        assert queries.latest_each([source.pk], 2)[source.pk] == [
            Point(day(0), Decimal(0)),
            Point(day(2), Decimal(20), "estimated"),
        ]
        counts_as(source, "level")
        assert buckets([(source, day(0), day(3))]) == {
            (source.pk, day(0), day(3)): Bucket(2, Decimal(20), Decimal(0), Decimal(20), True)
        }


def test_many_sources_and_boundaries_cost_one_statement(
    source: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    water = make_source(source.owner, source.home, name="Water")
    fill(source, "0", "10", "20")
    fill(water, "5", "6", "7")
    with acting_as(source.owner), django_assert_num_queries(1):
        found = queries.around_each({source.pk: [day(0.5), day(1)], water.pk: [day(1.5)]})
    assert found == {source.pk: dial((0, "0"), (1, "10")), water.pk: dial((1, "6"), (2, "7"))}


def test_a_stranger_finds_nothing(source: DataSource, charlie: User) -> None:
    fill(source, "10", "5")
    with acting_as(charlie):
        assert queries.around(source, [day(0)]) == []
        assert steps(source, 0, 1) == []
        assert queries.latest_each([source.pk], 1) == {}
        assert buckets([(source, day(0), day(2))])[source.pk, day(0), day(2)] == Bucket(
            0, Decimal(0), None, None, False
        )
        assert series(source, day(0), day(2)) == Series([], [])
        assert queries.newest([source.pk], 5) == []
        assert queries.last_readings(source, 2) == ([], None)


def test_a_fall_is_found_with_the_readings_on_both_sides(source: DataSource) -> None:
    fill(source, "100", "812.4", "15.0", "20")
    before, fell, low, after = dial((0, "100"), (1, "812.4"), (2, "15.0"), (3, "20"))
    with acting_as(source.owner):
        assert steps(source, 0, 3) == steps(source, 1, 2) == [Step(fell, low, before, after)]


def test_a_fall_is_found_up_to_three_readings_beside_a_stretch_and_no_further(source: DataSource) -> None:
    fill(source, "5", "4", "10", "11", "12", "13", "14")
    before, after, later = dial((0, "5"), (1, "4"), (2, "10"))
    fallen = Step(before, after, None, later)
    with acting_as(source.owner):
        assert steps(source, 4, 5) == [fallen]
        assert steps(source, 5, 6) == []


def test_at_most_a_thousand_falls_and_one_are_read(source: DataSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_FALLS", 2)
    fill(source, *"9898989898")
    with acting_as(source.owner):
        assert len(steps(source, 0, 9)) == 3


def test_the_step_over_a_meter_change_is_found_even_where_the_dial_rose(source: DataSource) -> None:
    fill(source, "100", "130", "500")
    with acting_as(source.owner):
        MeterChange.objects.create(source=source, changed_at=day(2), old_final=Decimal(140), new_initial=Decimal(490))
        assert queries.changes_of(source) == [Change(day(2), Decimal(-350), "replaced")]
        assert steps(source, 0, 2) == [Step(*dial((1, "130"), (2, "500")))]


def test_a_fall_over_a_meter_change_is_one_step(source: DataSource) -> None:
    fill(source, "100", "5")
    with acting_as(source.owner):
        MeterChange.objects.create(source=source, changed_at=day(0.5), old_final=Decimal(110), new_initial=Decimal(0))
        assert steps(source, 0, 1) == [Step(*dial((0, "100"), (1, "5")))]


def test_a_bucket_holds_its_start_and_not_its_end(source: DataSource) -> None:
    fill(source, "1.5", "2.5", "4")
    with acting_as(source.owner):
        counts_as(source, "amount")
        assert buckets([(source, day(0), day(2)), (source, day(2), day(2))]) == {
            (source.pk, day(0), day(2)): Bucket(2, Decimal("4.0"), Decimal("1.5"), Decimal("2.5"), False),
            (source.pk, day(2), day(2)): Bucket(0, Decimal(0), None, None, False),
        }


def test_the_line_of_a_counter_is_thinned_and_keeps_its_ends(source: DataSource) -> None:
    fill(source, *(str(value) for value in range(41)))
    with acting_as(source.owner):
        line = series(source, day(0), day(40), most=8).points
        assert line == dial((0, "0"), (10, "10"), (20, "20"), (30, "30"), (40, "40"))
        assert series(source, day(39.5), day(99), most=8).points == dial((40, "40"))


def test_the_line_of_a_counter_keeps_the_readings_around_instants_that_are_asked_for(source: DataSource) -> None:
    fill(source, *(str(value) for value in range(41)))
    with acting_as(source.owner):
        line = series(source, day(0), day(40), most=8, also=[day(12.5), day(22) - timedelta(microseconds=1)]).points
    kept = (0, 10, 12, 13, 20, 21, 22, 30, 40)
    assert line == dial(*((number, str(number)) for number in kept))


def test_of_few_levels_each_is_in_the_line(alice: User) -> None:
    source = make_source(alice, counting="level", digits=None)
    fill(source, "5", "90", "-7")
    with acting_as(alice):
        assert series(source, day(0), day(2), most=3) == Series(dial((0, "5"), (1, "90"), (2, "-7")), [])
        assert series(source, day(0.5), day(1), most=3) == Series(dial((1, "90")), [])


def test_of_many_levels_the_line_keeps_every_peak(alice: User) -> None:
    source = make_source(alice, counting="level", digits=None)
    fill(source, "5", "5", "90", "5", "5", "5", "-7", "5")
    with acting_as(alice):
        line = series(source, day(0), day(8), most=4)
    assert [(band.at, f"{band.low} {band.mean.normalize():f} {band.high}") for band in line.bands] == [
        (day(0.5), "5 5 5"),
        (day(2.5), "5 47.5 90"),
        (day(4.5), "5 5 5"),
        (day(6.5), "-7 -1 5"),
    ]


def test_a_long_line_of_levels_is_drawn_from_whole_days(alice: User) -> None:
    source = make_source(alice, counting="level", digits=None)
    make_readings(source, ["1", "3", "8", "2", "20"], day(0.25), timedelta(days=25))
    make_readings(source, ["5"], day(0.5))
    with acting_as(alice):
        line = series(source, day(0), day(103), most=4)
    assert line.bands == [
        Band(day(13), Decimal(1), Decimal(3), Decimal(5)),
        Band(day(50.5), Decimal(8), Decimal(8), Decimal(8)),
        Band(day(75.5), Decimal(2), Decimal(2), Decimal(2)),
        Band(day(100.5), Decimal(20), Decimal(20), Decimal(20)),
    ]


def test_the_newest_readings_come_from_all_sources_with_who_wrote_them(
    source: DataSource, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    water = make_source(alice, source.home, name="Water")
    fill(source, "0", "10", "20")
    make_readings(water, ["1", "2"], day(1.5))
    with acting_as(alice), django_assert_num_queries(2):
        found = queries.newest([source.pk, water.pk], 3)
        assert [(reading.source_id, reading.value, reading.created_by) for reading in found] == [
            (water.pk, Decimal(2), alice),
            (source.pk, Decimal(20), alice),
            (water.pk, Decimal(1), alice),
        ]


def test_doubtful_readings_are_those_flagged_so(source: DataSource) -> None:
    fill(source, "0")
    make_readings(source, ["7", "8"], day(1), quality_flag="questionable")
    with acting_as(source.owner):
        assert [reading.value for reading in queries.doubtful([source.pk], 5)] == [Decimal(8), Decimal(7)]
        assert [reading.value for reading in queries.doubtful([source.pk], 1)] == [Decimal(8)]


def test_doubtful_readings_come_from_all_sources_newest_first(source: DataSource, alice: User) -> None:
    water = make_source(alice, source.home, name="Water")
    make_readings(source, ["1", "2"], day(1), quality_flag="questionable")
    make_readings(water, ["8", "9"], day(1.5), quality_flag="questionable")
    with acting_as(alice):
        found = queries.doubtful([source.pk, water.pk], 3)
    assert [reading.value for reading in found] == [Decimal(9), Decimal(2), Decimal(8)]


def test_doubtful_readings_are_found_by_an_index_of_their_own(
    source: DataSource, owner: Callable[[], AbstractContextManager[None]]
) -> None:
    with owner(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo,"
            " created_at) SELECT gen_random_uuid(), %s, n, %s + n * interval '1 hour',"
            " CASE WHEN n %% 1000 = 0 THEN 'questionable' ELSE 'good' END, '', '{}', '', now()"
            " FROM generate_series(1, 5000) AS n",
            [source.pk, day(0)],
        )
        cursor.execute("ANALYZE reading")
    with acting_as(source.owner), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries.DOUBTFUL}", [[source.pk], 5, 5])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using reading_doubtful on reading" in plan


def test_the_first_reading_is_the_oldest_that_counts(source: DataSource) -> None:
    make_readings(source, ["1"], day(0), quality_flag="bad")
    make_readings(source, ["2", "3"], day(1))
    with acting_as(source.owner):
        assert queries.last_readings(source, 2)[1] == day(1)
