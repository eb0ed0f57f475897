"""The demo household: what is in it, that its figures make sense, and who sees it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog import demo
from homelog import demo_series as series
from homelog.demo import Made
from homelog.demo_household import METERS, PASSWORD, TOTALS, YEARS
from homelog.demo_series import Habit
from readings.due import due_sources, with_last_readings
from readings.localtime import month_starts
from readings.models import Quality, Reading
from readings.usage import used
from readings.walk import stops
from sources.models import DataSource, Home, MeterChange

TODAY = date(2024, 3, 1)
NOON = datetime.combine(TODAY, time(12), UTC)


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Made]:
    """The demo as it is made on the first of March 2024, once for all tests here and gone afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield demo.build(TODAY)
        transaction.set_rollback(True)


@pytest.fixture
def made(_made: Made, db: None) -> Made:
    """What was stored."""
    return _made


def person(name: str) -> User:
    """One of the demo's people."""
    return User.objects.get(username=name)


def seen_by(name: str) -> dict[str, int]:
    """The readings that a person sees, counted by source."""
    with acting_as(person(name)):
        return {source.name: source.readings.count() for source in DataSource.objects.order_by("name")}


def counters() -> list[DataSource]:
    """Alice's counters, with home and owner."""
    return list(DataSource.objects.shown().filter(counting="counter").order_by("name"))


def test_it_has_three_people_three_homes_eleven_sources_and_three_years(made: Made) -> None:
    assert (made.people, made.homes, made.sources) == (3, 3, 11)
    seen = {**seen_by("alice"), **seen_by("charlie")}
    assert (len(seen), sum(seen.values())) == (11, made.readings)
    with acting_as(person("alice")):
        first, last = (Reading.objects.order_by(by).first() for by in ("recorded_at", "-recorded_at"))
    assert first is not None
    assert last is not None
    assert timedelta(days=365 * YEARS) - (last.recorded_at - first.recorded_at) < timedelta(days=8)
    assert timezone.localdate(last.recorded_at) == TODAY - timedelta(days=1)


def test_each_way_of_counting_is_there(made: Made) -> None:
    with acting_as(person("alice")):
        assert set(DataSource.objects.values_list("counting", flat=True)) == {"counter", "level", "amount", "sum"}
        assert set(Reading.objects.values_list("quality_flag", flat=True)) == {
            Quality.GOOD,
            Quality.ESTIMATED,
            Quality.QUESTIONABLE,
        }


def test_who_sees_what(made: Made) -> None:
    alice, bob, charlie = seen_by("alice"), seen_by("bob"), seen_by("charlie")
    assert set(alice) == {*(meter.name for meter in METERS), *(total.name for total in TOTALS)} - {"Car"}
    pumps = ("Heat pump, day", "Heat pump, night")
    others = ("Electricity", "Electricity in all", "Heat", "Pellets", "Solar feed-in", "Water")
    assert bob == {name: alice[name] for name in (*pumps, *others)}
    assert set(charlie) == {"Car"}
    for name, homes in (("alice", 2), ("bob", 2), ("charlie", 1)):
        with acting_as(person(name)):
            assert (name, Home.objects.count()) == (name, homes)


def test_the_member_wrote_every_third_reading_of_the_shared_home(made: Made) -> None:
    with acting_as(person("alice")):
        source = DataSource.objects.get(name="Electricity")
        writers = list(source.readings.order_by("recorded_at").values_list("created_by_id", flat=True))
    alice, bob = person("alice").pk, person("bob").pk
    assert writers == [(bob, alice, alice)[number % 3] for number in range(len(writers))]


def test_a_replaced_meter_and_a_rollover_leave_no_month_without_or_below_nothing(made: Made) -> None:
    with acting_as(person("alice")):
        sources = counters()
        months = {source: month_starts(date(2021, 4, 1), 33, source.zone) for source in sources}
        found = used([(source, [months[source]]) for source in sources])
        falls = {source.name: found[source.pk].falls for source in sources}
        least = {
            source.name: min(period.use or Decimal(0) for period in found[source.pk].runs[0]) for source in sources
        }
        changes = list(MeterChange.objects.values_list("source__name", "reason"))
    names = ("Electricity", "Heat", "Heat pump, day", "Heat pump, night", "Solar feed-in", "Water")
    assert falls == {name: [] for name in names}
    assert {name for name, use in least.items() if use <= 0} == set()
    assert changes == [("Electricity", "replaced")]


@pytest.mark.parametrize("name", ["Electricity", "Heat"])
def test_these_two_dials_do_fall_once(made: Made, name: str) -> None:
    with acting_as(person("alice")):
        values = Reading.objects.filter(source__name=name).order_by("recorded_at").values_list("value", flat=True)
        assert sum(later < earlier for earlier, later in pairwise(values)) == 1


def test_some_meters_are_due_and_one_reading_is_questionable(made: Made) -> None:
    with acting_as(person("alice")):
        due = {
            each.source.name for each in due_sources(with_last_readings(DataSource.objects.shown()), NOON) if each.due
        }
        doubtful = Reading.objects.filter(quality_flag=Quality.QUESTIONABLE).values_list("source__name", "notes")
        assert list(doubtful) == [("Water", "The cistern was running; the plumber comes on Friday.")]
    assert {"Water", "Heat", "Heat pump, day", "Heat pump, night"} <= due
    assert "Electricity" not in due


def test_the_history_knows_each_reading_and_who_wrote_it(made: Made) -> None:
    with acting_as(person("alice")):
        entries = AuditLog.objects.filter(event_type="create_reading")
        assert entries.count() == Reading.objects.count()
        assert set(entries.values_list("actor_name", flat=True)) == {"Alice", "Bob"}


def test_the_two_pressures_are_of_one_cuff_and_one_moment(made: Made) -> None:
    with acting_as(person("alice")):
        upper, lower = DataSource.objects.filter(source_type="blood_pressure").order_by("-name")
        assert upper.meter_number == lower.meter_number != ""
        pairs = [
            dict(source.readings.order_by("recorded_at").values_list("recorded_at", "value"))
            for source in (upper, lower)
        ]
    assert pairs[0].keys() == pairs[1].keys()
    assert min(pairs[0][at] - pairs[1][at] for at in pairs[0]) > 0


def test_what_has_one_number_is_read_as_one_meter(made: Made) -> None:
    with acting_as(person("alice")):
        walk = stops(due_sources(with_last_readings(DataSource.objects.shown().in_walking_order()), NOON))
    assert [stop.name for stop in walk if len(stop.dues) == 2] == ["Heat pump", "Blood pressure"]


@pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
def test_everybody_can_sign_in_with_the_password(made: Made, client: Client, name: str) -> None:
    client.post("/account/login/", {"login": name, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(person(name).pk)


def test_the_same_seed_gives_the_same_series() -> None:
    def one() -> tuple[list[datetime], list[Decimal]]:
        chance = Random("any")  # noqa: S311
        moments = series.instants(Habit(7, 18), TODAY, 1, UTC, chance)
        return moments, series.uses(moments, Decimal(8), series.DARK, chance)

    assert one() == one()


def test_a_dial_goes_on_from_zero_after_all_nines() -> None:
    used_up = [Decimal(0), Decimal("0.4"), Decimal("0.3"), Decimal("0.2")]
    assert series.dial(used_up, Decimal("99.5"), 2, 1) == [
        Decimal("99.5"),
        Decimal("99.9"),
        Decimal("0.2"),
        Decimal("0.4"),
    ]
    assert series.dial(used_up, Decimal("99.5"), None, 1)[-1] == Decimal("100.4")


def test_what_is_left_of_a_pack_goes_over_to_the_next_entry() -> None:
    assert series.packed([Decimal(0), Decimal(20), Decimal(20), Decimal(4)], 15) == [0, 15, 15, 0]
