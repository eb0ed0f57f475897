"""Stores the demo household: each row made by the person who would have made it, so rules, rights and the audit log
take part. For development only, since its password is known. Who and what it is stands in homelog/demo_household.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.current import acting_as
from accounts.models import User
from homelog import demo_series as series
from homelog.demo_household import METERS, PASSWORD, PEOPLE, PLACES, TOTALS, YEARS, Meter, Place, Total
from readings.models import Quality, Reading
from sources.models import DataSource, DataValidator, Home, HomeMember, MeterChange, SourceAccess
from sources.sums import first_added, put, shape
from sources.units import KINDS

TAKES_TO_FIT = timedelta(minutes=10)
People = dict[str, User]


@dataclass(frozen=True, slots=True)
class Made:
    """How many of each were stored."""

    people: int
    homes: int
    sources: int
    readings: int


@transaction.atomic
def build(today: date) -> Made:
    """Store the people, homes, sources and readings up to the day before `today`, all or nothing.

    The same day gives the same figures. Raises IntegrityError where one of the user names is taken.
    """
    people = {name: _person(name, zone) for name, zone in PEOPLE.items()}
    homes = {place.name: _home(place, people) for place in PLACES}
    sources = [(meter, _source(meter, people, homes.get(meter.home))) for meter in METERS]
    readings = sum(_write_down(meter, source, people, today) for meter, source in sources)
    for total in TOTALS:
        _put_together(total, people[total.owner], homes[total.home], [source for _, source in sources])
    return Made(len(people), len(homes), len(sources) + len(TOTALS), readings)


def _person(name: str, zone: str) -> User:
    address = f"{name}@example.com"
    person = User.objects.create_user(name, address, PASSWORD, display_name=name.title(), timezone=zone)
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    return person


def _home(place: Place, people: People) -> Home:
    admin = people[place.admin]
    with acting_as(admin):
        home = Home.objects.create(created_by=admin, name=place.name, timezone=place.timezone)
        HomeMember.objects.create(home=home, user=admin, level="admin", granted_by=admin)
        if place.writer:
            HomeMember.objects.create(home=home, user=people[place.writer], level="write", granted_by=admin)
    return home


def _source(meter: Meter, people: People, home: Home | None) -> DataSource:
    owner, kind = people[meter.owner], KINDS[meter.kind]
    usual = {"unit": kind.unit, "counting": kind.counting, "digits": kind.digits, "decimals": kind.decimals}
    with acting_as(owner):
        source = DataSource.objects.create(
            owner=owner, home=home, name=meter.name, source_type=meter.kind, **{**usual, **meter.fields}
        )
        for rule in meter.rules:
            DataValidator.objects.create(source=source, **rule)
        if meter.shared_with:
            SourceAccess.objects.create(source=source, user=people[meter.shared_with], granted_by=owner)
    return source


def _put_together(total: Total, owner: User, home: Home, sources: Sequence[DataSource]) -> None:
    parts = {source: 1 for source in sources if source.name in total.added}
    with acting_as(owner):
        made = DataSource(owner=owner, home=home, name=total.name, counting="sum", rhythm="never")
        made.source_type = first_added(parts).source_type
        shape(made, parts)
        made.save()
        put(made, parts)


def _write_down(meter: Meter, source: DataSource, people: People, today: date) -> int:
    """Store the readings of a source. Whoever else may write in its home wrote down every third of them."""
    moments = series.instants(meter.habit, today, YEARS, source.zone, Random(repr(meter.habit)))  # noqa: S311
    with acting_as(source.owner):
        readings = list(_readings(meter, source, moments))
    other = next((place.writer for place in PLACES if place.name == meter.home), "") or meter.owner
    for name, share in ((other, readings[::3]), (meter.owner, [*readings[1::3], *readings[2::3]])):
        with acting_as(people[name]):
            for reading in share:
                reading.save()
    return len(readings)


def _readings(meter: Meter, source: DataSource, moments: Sequence[datetime]) -> Iterator[Reading]:
    """The readings, not yet stored; a meter that was replaced on the way is."""
    values, last = _values(meter, source, moments), len(moments) - 1
    notes = {last * number // (len(meter.notes) + 1): note for number, note in enumerate(meter.notes, 1)}
    if meter.last_note:
        notes[last] = meter.last_note
    if meter.replaced is not None:
        notes[_part(moments, meter.replaced)] = "The last reading of the old meter"
    estimated = None if meter.estimated is None else _part(moments, meter.estimated)
    for number, (moment, value) in enumerate(zip(moments, values, strict=True)):
        if value or source.counting != "amount":
            quality = Quality.ESTIMATED if number == estimated else Quality.GOOD
            note = notes.get(number, "")
            yield Reading(
                source=source, value=value, recorded_at=moment, created_at=moment, quality_flag=quality, notes=note
            )


def _values(meter: Meter, source: DataSource, moments: Sequence[datetime]) -> list[Decimal]:
    chance = Random(meter.name)  # noqa: S311
    if source.counting == "level":
        return series.around(moments, meter.usual, meter.season, meter.spread, chance)
    used = series.uses(moments, meter.usual, meter.season, chance)
    if source.counting == "amount":
        return series.packed(used, meter.pack)
    used[-1] *= meter.surge
    if meter.replaced is None:
        return _dial(source, used, meter.start)
    fitted = _part(moments, meter.replaced) + 1
    old, new = _dial(source, used[:fitted], meter.start), _dial(source, used[fitted:], Decimal(0))
    MeterChange.objects.create(
        source=source,
        changed_at=moments[fitted - 1] + TAKES_TO_FIT,
        old_final=old[-1],
        new_initial=Decimal(0),
        old_number=meter.old_number,
        new_number=source.meter_number,
    )
    return old + new


def _dial(source: DataSource, used: Sequence[Decimal], start: Decimal) -> list[Decimal]:
    return series.dial(used, start, source.digits, source.decimals)


def _part(moments: Sequence[datetime], part: float) -> int:
    """Which reading stands so far (0 to 1) along the series."""
    return round((len(moments) - 1) * part)
