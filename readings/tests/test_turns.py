"""Where another dial went on: what is noted and what the readings tell, and the ends that the line gets."""

from datetime import timedelta
from decimal import Decimal

from accounts.current import acting_as
from readings.consumption import Change, Point
from readings.queries import changes_of
from readings.tests.dials import day, dial
from readings.turns import MOMENT, MOST, Turn, turns, with_ends
from sources.models import DataSource, MeterChange

D = Decimal
ROLLED = Change(day(9), D(100_000), "rollover")


def note(source: DataSource, number: float, **more: str) -> None:
    """Another meter from that day on: the old one ended at 500, the new one began at 3."""
    with acting_as(source.owner):
        MeterChange.objects.create(source=source, changed_at=day(number), old_final=500, new_initial=3, **more)


def test_noted_changes_and_rollovers_are_turns_in_time_order_and_unexplained_falls_are_none(source: DataSource) -> None:
    note(source, 12, new_number="MEA 8810")
    fallen = Change(day(5), D(40), "drop")
    noted = Change(day(12), D(497), "replaced")
    with acting_as(source.owner):
        found = turns(source, [noted, ROLLED, fallen], day(0), day(30))
    assert found == [Turn(day(9), "rollover"), Turn(day(12), "replaced", D(500), D(3), "MEA 8810")]


def test_only_turns_within_the_time_that_is_shown_are_told(source: DataSource) -> None:
    for number in (0, 1, 10, 11):
        note(source, number)
    with acting_as(source.owner):
        found = turns(source, changes_of(source), day(0), day(10))
    assert [turn.at for turn in found] == [day(1), day(10)]


def test_of_many_turns_the_last_are_told(source: DataSource) -> None:
    many = [Change(day(number), D(10), "rollover") for number in range(1, 40)]
    with acting_as(source.owner):
        found = turns(source, many, day(0), day(60))
    assert [turn.at for turn in found] == [day(number) for number in range(40 - MOST, 40)]


def test_the_line_reaches_what_the_old_dial_showed_last_and_begins_anew_where_the_new_one_did() -> None:
    points = dial((0, "100"), (4, "480"), (6, "20"))
    change = Turn(day(5), "replaced", D(500), D(3))
    assert with_ends(points, [change]) == [
        *points[:2],
        Point(day(5) - MOMENT, D(500)),
        Point(day(5), D(3)),
        points[2],
    ]


def test_turns_outside_the_line_and_those_of_unknown_ends_add_nothing_to_it() -> None:
    points = dial((1, "100"), (4, "480"))
    outside = [Turn(day(at), "replaced", D(500), D(3)) for at in (0.5, 1, 5)]
    assert with_ends(points, [*outside, Turn(day(2), "rollover")]) == points


def test_the_moment_before_a_turn_is_the_least_that_a_reading_can_be_away() -> None:
    assert Turn(day(1), "reset").just_before + timedelta(microseconds=1) == day(1)
