"""What is worked out from other sources: the arithmetic, the rights, what is said where it cannot be."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source, make_sum, share
from readings import sums, usage
from readings.consumption import Period, summed
from readings.importers import ImportRow
from readings.imports import store
from readings.localtime import month_starts
from readings.models import Reading
from readings.stacking import by_kind, split
from readings.tests.dials import day, uses, utc
from sources.models import DataSource, Home, SourcePart

HOUSE = {"2026-01-31T23:00": "1000", "2026-02-28T23:00": "1300", "2026-03-31T22:00": "1700", "2026-04-10T22:00": "1800"}
PUMP = {"2026-01-31T23:00": "50", "2026-02-28T23:00": "150", "2026-03-31T22:00": "290", "2026-04-05T22:00": "310"}


def write(source: DataSource, readings: dict[str, str]) -> None:
    for at, value in readings.items():
        make_readings(source, [value], utc(at))


@pytest.fixture
def pump(source: DataSource, home: Home) -> DataSource:
    """The heat pump behind the meter of the house."""
    found = make_source(source.owner, home, name="Heat pump")
    write(source, HOUSE)
    write(found, PUMP)
    return found


@pytest.fixture
def rest(source: DataSource, pump: DataSource, home: Home) -> DataSource:
    """The house without its heat pump."""
    return make_sum(source.owner, home, [source], [pump])


def months(total: DataSource, viewer: User | None = None, count: int = 3) -> usage.Used:
    """February and what follows, as `viewer` sees it."""
    run = month_starts(date(2026, 2, 1), count + 1, total.zone)
    with acting_as(viewer or total.owner):
        return usage.used([(total, [run])])[total.pk]


def part(use: str | None, state: str = "measured", since: float = 0, until: float = 10, **more: object) -> Period:
    known = use is not None
    ends = (day(since), day(until)) if known else (None, None)
    return Period(day(0), day(10), Decimal(use) if use else None, state if known else "empty", *ends, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "use", "state"),
    [
        ([(1, part("7")), (1, part("5"))], "12", "measured"),
        ([(1, part("7")), (-1, part("5")), (-1, part("4"))], "-2", "measured"),
        ([(1, part("7")), (-1, part("5", "spread"))], "2", "spread"),
        ([(1, part("7", "estimated")), (-1, part("5", "spread"))], "2", "estimated"),
        ([(1, part("7")), (-1, part(None))], None, "empty"),
        ([], None, "empty"),
    ],
)
def test_a_sum_is_as_sure_as_the_least_sure_of_its_parts(
    parts: list[tuple[int, Period]], use: str | None, state: str
) -> None:
    found = summed([(Decimal(sign), period) for sign, period in parts], day(0), day(10))
    assert (found.use, found.state) == (None if use is None else Decimal(use), state)


def test_a_sum_covers_what_all_parts_cover_and_is_doubtful_as_soon_as_one_is() -> None:
    parts = [part("7", since=2, drops=1), part("5", until=8, doubtful=True)]
    found = summed([(Decimal(1), period) for period in parts], day(0), day(10))
    assert (found.since, found.until, found.drops, found.doubtful) == (day(2), day(8), 1, True)


def test_the_rest_of_a_house_is_what_its_parts_do_not_use_up_to_when_all_are_known(rest: DataSource) -> None:
    found = months(rest)
    assert uses(found.runs[0]) == [Decimal(200), Decimal(260), Decimal(30)]
    april = found.runs[0][2]
    assert (april.until, [each.state for each in found.runs[0][:2]]) == (utc("2026-04-05T22:00"), ["measured"] * 2)


def test_units_that_are_powers_of_ten_apart_are_converted_exactly(source: DataSource, home: Home) -> None:
    big = make_source(source.owner, home, name="Works", unit="MWh", decimals=3)
    write(source, HOUSE)
    write(big, {"2026-01-31T23:00": "1", "2026-03-31T22:00": "1.5"})
    total = make_sum(source.owner, home, [source, big])
    assert sum(use or 0 for use in uses(months(total, count=2).runs[0])) == 700 + 500


def test_entries_of_amounts_at_the_very_end_count(source: DataSource, home: Home) -> None:
    bags = make_source(source.owner, home, name="Pellets", source_type="pellets", unit="kWh", counting="amount")
    write(source, HOUSE)
    write(bags, {"2026-02-10T10:00": "40", "2026-03-10T10:00": "50", "2026-04-05T22:00": "7"})
    total = make_sum(source.owner, home, [source, bags])
    assert uses(months(total).runs[0]) == [Decimal(340), Decimal(450), Decimal(57)]


def test_who_may_not_see_a_part_is_told_so_and_sees_no_figure(rest: DataSource, pump: DataSource, bob: User) -> None:
    share(rest, bob)
    with acting_as(rest.owner):
        share(rest.parts.get(sign=1).part, bob)  # type: ignore[arg-type]
    found = months(rest, bob)
    assert uses(found.runs[0]) == [None, None, None]
    assert found.made is not None
    assert (found.made.fault, found.made.hidden, found.parts) == ("hidden", 1, [])
    assert pump.name not in [each.source.name for each in found.made.summands]
    share(pump, bob)
    assert uses(months(rest, bob).runs[0]) == uses(months(rest).runs[0])


def test_a_deleted_part_is_missed_and_the_rest_is_not_taken_for_all(rest: DataSource, pump: DataSource) -> None:
    with acting_as(rest.owner):
        pump.delete()
        found = sums.made([rest])[rest.pk]
        assert (found.fault, found.gone, found.hidden) == ("gone", 1, 0)
    assert uses(months(rest).runs[0]) == [None, None, None]


@pytest.mark.parametrize("fields", [{"unit": "m³"}, {"counting": "level"}])
def test_a_part_that_does_not_fit_any_more_is_named(fields: dict[str, str], rest: DataSource, pump: DataSource) -> None:
    with acting_as(rest.owner):
        DataSource.objects.filter(pk=pump.pk).update(**fields)
        found = sums.made([rest])[rest.pk]
        assert (found.fault, found.culprits) == ("unfit", [pump])
    assert uses(months(rest).runs[0]) == [None, None, None]


def test_parts_without_readings_or_never_read_at_the_same_time_are_told(source: DataSource, home: Home) -> None:
    other = make_source(source.owner, home, name="Other")
    write(source, HOUSE)
    total = make_sum(source.owner, home, [source, other])
    with acting_as(source.owner):
        found = sums.made([total])[total.pk]
        assert (found.fault, found.culprits) == ("unread", [other])
    write(other, {"2025-01-01T00:00": "1", "2025-02-01T00:00": "2"})
    with acting_as(source.owner):
        assert sums.made([total])[total.pk].fault == "apart"


def test_what_is_below_zero_stays_below_zero(source: DataSource, pump: DataSource, home: Home) -> None:
    total = make_sum(source.owner, home, [pump], [source], name="Wrong way round")
    assert uses(months(total).runs[0])[:2] == [Decimal(-200), Decimal(-260)]


def test_many_sums_take_as_many_queries_as_one(
    rest: DataSource,
    source: DataSource,
    pump: DataSource,
    home: Home,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    others = [make_sum(source.owner, home, [source, pump], name=f"Sum {number}") for number in range(3)]
    run = month_starts(date(2026, 2, 1), 3, rest.zone)
    for wanted in ([rest], [rest, *others, source, pump]):
        with acting_as(source.owner), django_assert_num_queries(6):
            usage.used([(each, [run]) for each in wanted])


def test_nothing_is_written_down_for_a_sum_by_any_road(rest: DataSource) -> None:
    at = utc("2026-05-01T10:00")
    with acting_as(rest.owner):
        with pytest.raises(ValidationError, match="worked out from others"):
            Reading.objects.create(source=rest, value=Decimal(1), recorded_at=at)
        with pytest.raises(PermissionDenied, match="worked out from others"):
            store(rest, [ImportRow(1, at.replace(tzinfo=None), None, Decimal(1))], "x.csv", "CSV")
        row = Reading(source=rest, value=Decimal(1), recorded_at=at, created_by=rest.owner)
        with pytest.raises(IntegrityError, match="a sum has no readings"), transaction.atomic():
            row.save_base(raw=True)
    with acting_as(rest.owner):
        assert not Reading.objects.of(rest).exists()


def test_the_database_holds_that_a_sum_is_no_part_and_stays_a_sum(rest: DataSource, source: DataSource) -> None:
    with acting_as(rest.owner):
        parts, sources = SourcePart.objects, DataSource.objects
        refused: list[Callable[[], object]] = [
            partial(parts.create, source=rest, part=rest),
            partial(parts.create, source=source, part=rest),
            partial(sources.filter(pk=rest.pk).update, counting="counter"),
            partial(sources.filter(pk=source.pk).update, counting="sum"),
            partial(sources.filter(pk=rest.pk).update, is_public=True),
        ]
        for act in refused:
            with pytest.raises(IntegrityError), transaction.atomic():
                act()
        source.counting = "sum"
        with pytest.raises(ValidationError, match="cannot become a sum"):
            source.full_clean()


def test_in_a_group_what_lies_behind_another_is_not_counted_twice(
    rest: DataSource, source: DataSource, pump: DataSource
) -> None:
    with acting_as(source.owner):
        made = sums.made([rest])
    (group,) = split(months(rest))
    assert (group.title, group.sources) == (source.name, [rest, pump])
    # In the running month both up to when both are known, though the house was read further.
    assert [run[2].use for run in group.periods] == [Decimal(30), Decimal(20)]
    title = source.kind_name
    assert by_kind([source, pump, rest], made) == [(title, [rest, pump])]
