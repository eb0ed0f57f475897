"""The walk from meter to meter: its stops, what follows, and what registers of one meter are called together."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from homelog.testing import make_source
from readings.due import Due
from readings.walk import Round, Stop, common_name, round_at, steps_of, stops
from sources.models import DataSource, Home
from sources.walking import meters

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=40)


def late(source: DataSource) -> Due:
    return Due(source, LONG_AGO, Decimal(1), 40, True)


def read(source: DataSource) -> Due:
    return Due(source, NOW - timedelta(hours=1), Decimal(1), 0, False)


def names(found: list[Stop]) -> list[str]:
    return [stop.name for stop in found]


def test_the_round_goes_forward_and_then_to_what_was_passed_by(home: Home, alice: User) -> None:
    attic, bath, cellar, done, early = (
        make_source(alice, home, name=name) for name in ("Attic", "Bath", "Cellar", "Done", "Early")
    )
    resting = Due(early, NOW - timedelta(days=2), Decimal(1), 2, False)
    walk = stops([late(attic), late(bath), Due(cellar, None, None, None, True), read(done), resting])
    found = {source.name: round_at(source, walk) for source in (attic, bath, cellar, done, early)}
    assert {name: each.following and each.following.name for name, each in found.items()} == {
        "Attic": "Bath",
        "Bath": "Cellar",
        "Cellar": "Attic",
        "Done": "Attic",
        "Early": "Attic",
    }
    assert {name: (names(list(each.steps)), each.position) for name, each in found.items()} == {
        **{name: (["Attic", "Bath", "Cellar"], place) for place, name in enumerate(("Attic", "Bath", "Cellar"), 1)},
        "Done": ([], 0),
        "Early": ([], 0),
    }
    assert found["Bath"].done == 0
    begun = round_at(bath, walk, {attic.pk, bath.pk, cellar.pk, done.pk})
    assert (names(list(begun.steps)), begun.position, begun.done) == (["Attic", "Bath", "Cellar", "Done"], 2, 1)


def test_what_is_skipped_is_a_step_but_does_not_follow(home: Home, alice: User) -> None:
    attic, bath, cellar = (make_source(alice, home, name=name) for name in ("Attic", "Bath", "Cellar"))
    walk = stops([late(attic), late(bath), late(cellar)], {bath.pk})
    assert names(steps_of(walk)) == ["Attic", "Cellar"]
    found = round_at(attic, walk, {bath.pk})
    assert (names(list(found.steps)), found.following and found.following.name, found.done) == (
        ["Attic", "Bath", "Cellar"],
        "Cellar",
        1,
    )
    assert round_at(cellar, stops([late(cellar), late(bath)], {bath.pk})).following is None


def test_one_due_meter_is_no_round(source: DataSource) -> None:
    found = round_at(source, stops([late(source)]))
    assert (found.steps, found.following) == ([], None)


def test_a_meter_that_is_put_away_still_leads_on(source: DataSource) -> None:
    other = make_source(source.owner, source.home, name="Water")
    found = round_at(source, stops([late(other)]))
    assert (found.steps, found.following and found.following.source) == ([], other)


@pytest.mark.parametrize(("count", "long"), [(8, False), (9, True)])
def test_a_round_of_more_than_eight_steps_is_long(count: int, long: bool) -> None:
    assert Round([Stop([late(DataSource())])] * count, 1, []).is_long is long


def test_registers_of_one_meter_are_one_stop_where_the_first_stands(home: Home, alice: User) -> None:
    day, water, night = (
        make_source(alice, home, name=name, meter_number=number)
        for name, number in (("Day", "M 1"), ("Water", "W 1"), ("Night", " M 1 "))
    )
    walk = stops([late(day), late(water), read(night)])
    assert [stop.sources for stop in walk] == [[day, night], [water]]
    assert (walk[0].due, walk[0].was_read, walk[0].days) == (True, False, 0)
    assert names(steps_of(walk)) == ["Day · Night", "Water"]
    assert stops([read(day), read(night)])[0].was_read is True


def test_a_number_of_another_home_or_owner_or_none_at_all_makes_no_register(home: Home, alice: User, bob: User) -> None:
    there = make_source(alice, home, name="Here", meter_number="M 1")
    alone = make_source(alice, name="Alone", meter_number="M 1")
    twin = make_source(alice, name="Twin", meter_number="M 1")
    other = make_source(bob, name="Of Bob", meter_number="M 1")
    bare = [make_source(alice, home, name=name, meter_number="") for name in ("A", "B")]
    assert meters([there, alone, other, twin, *bare]) == [[there], [alone, twin], [other], [bare[0]], [bare[1]]]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["Electricity"], "Electricity"),
        (["Electricity, day", "Electricity, night"], "Electricity"),
        (["Blood pressure, upper", "Blood pressure, lower", "Blood pressure pulse"], "Blood pressure"),
        (["Day tariff", "Daylight"], "Day tariff · Daylight"),
        (["Water", "Water"], "Water"),
        (["Power day", "Power"], "Power"),
    ],
)
def test_registers_are_called_by_the_whole_words_they_share(given: list[str], told: str) -> None:
    assert common_name([DataSource(name=name) for name in given]) == told
