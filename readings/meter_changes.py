"""What a meter change is held against, stored with, and what it does to the use per month.

The pages are readings.views.meters, their form is readings.meter_change_forms; how a change counts says
readings.consumption.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from readings import months, usage
from readings.consumption import Point, per_day, rollover_step
from readings.doubts import opinion
from readings.models import Quality, Reading
from readings.querysets import ReadingQuerySet
from readings.surroundings import surroundings
from readings.turns import just_before
from readings.usage import Month
from sources.access import Person
from sources.levels import Level
from sources.models import DataSource, MeterChange
from sources.walking import meters
from sources.written import moment, number

ZERO = Decimal(0)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Preset:
    """What the form starts with: when, what the old dial showed last, and what the new one showed first."""

    at: datetime
    old_final: Decimal | None
    new_initial: Decimal


@dataclass(frozen=True, slots=True)
class Sides:
    """What is known on both sides of a change: what the old dial showed last before it, the new one first after it."""

    before: Point | None
    after: Point | None


@dataclass(frozen=True)
class Plan:
    """A change, and the readings (not stored yet) and the meter number that are to be stored with it. registers: the
    other ones of the same meter, which take the number too.
    """

    change: MeterChange
    readings: Sequence[Reading] = ()
    number: str = ""
    registers: Sequence[DataSource] = ()

    def store(self) -> None:
        """Store everything. Raises ValidationError, keyed by field, for a reading that breaks a rule of its source."""
        source = self.change.source
        self.change.save()
        for reading in self.readings:
            known = surroundings(source, reading.recorded_at)
            asked = opinion(source, Point(reading.recorded_at, reading.value), known).question
            if asked and reading.quality_flag == Quality.GOOD:
                reading.quality_flag = Quality.QUESTIONABLE
            reading.full_clean()
            reading.save()
        for each in [source, *self.registers] if self.number else []:
            each.meter_number = self.number
            each.save(update_fields=["meter_number"])


def other_registers(source: DataSource, person: Person) -> list[DataSource]:
    """The other registers of the meter of `source` that `person` may change: one plate with the number is on it."""
    if not source.meter_number.strip():
        return []
    near = DataSource.objects.at_level(person, Level.ADMIN).filter(home=source.home_id).exclude(pk=source.pk)
    meter = next(iter(meters([source, *near])))
    return [each for each in meter if each.pk != source.pk and not each.is_sum]


def preset(source: DataSource, after: Point | None, now: datetime) -> Preset:
    """What is likely where the dial fell to `after`; of a change that no reading tells of, as of `now`.

    The new dial began at 0 where what it shows since the reading before is not doubtful, else at what it shows.
    """
    at = after.at if after else now.replace(second=0, microsecond=0)
    known = surroundings(source, at)
    before, usual = known.previous, known.usual(source)
    if after is None or before is None:
        return Preset(at, before.value if before else None, ZERO)
    most = usual.most if usual else None
    doubtful = after.value < 0 or (most is not None and per_day(after.value, max(at - before.at, MINUTE)) > most)
    return Preset(at, before.value, after.value if doubtful else ZERO)


def sides(change: MeterChange, carried: Reading | None = None) -> Sides:
    """What stands around a change: readings that count, other changes, and a reading that is to be stored with it. A
    questionable one before it does not tell how far the old dial came.
    """
    at, source = change.changed_at, change.source
    counted = Reading.objects.of(source).counted()
    rows, sure = (each.values_list("recorded_at", "value") for each in (counted, counted.sure()))
    others = MeterChange.objects.filter(source=source).exclude(pk=change.pk)
    earlier = [*sure.filter(recorded_at__lt=at).order_by("-recorded_at")[:1]]
    earlier += others.filter(changed_at__lt=at).order_by("-changed_at").values_list("changed_at", "new_initial")[:1]
    later = [*rows.filter(recorded_at__gte=at).order_by("recorded_at")[:1]]
    ends = others.filter(changed_at__gt=at).order_by("changed_at").values_list("changed_at", "old_final")[:1]
    later += [(just_before(end), final) for end, final in ends]
    if carried is not None:
        (earlier if carried.recorded_at < at else later).append((carried.recorded_at, carried.value))
    before, after = max(earlier, default=None), min(later, default=None)
    return Sides(Point(*before) if before else None, Point(*after) if after else None)


def misfits(change: MeterChange, found: Sides, *, written_down: bool) -> dict[str, str]:
    """What does not fit between `found`, a sentence for each field; `written_down`: both values become readings.

    A dial may have rolled over before it was replaced: then its last value must be a reading, which tells of that.
    """
    source, wrong = change.source, {}
    said = {"old": number(change.old_final), "new": number(change.new_initial)}
    before, after = found.before, found.after
    if before is not None and change.old_final < before.value:
        rolled = source.digits and rollover_step(before.value, change.old_final, source.digits) is not None
        facts = {**said, "other": number(before.value), "at": moment(before.at, source.zone)}
        already = _("It cannot have ended at %(old)s: it showed %(other)s on %(at)s already.")
        again = _("If it rolled over since, also write both values down.")
        if not (rolled and written_down):
            wrong["old_final"] = " ".join([already, again] if rolled else [already]) % facts
    if after is not None and change.new_initial > after.value:
        facts = {**said, "other": number(after.value), "at": moment(after.at, source.zone)}
        wrong["new_initial"] = _("It cannot have begun at %(new)s: it showed only %(other)s on %(at)s.") % facts
    return wrong


def both_ends(change: MeterChange, carried: Reading | None = None) -> list[Reading]:
    """The last reading of the old dial and the first of the new one, without those that are there already."""
    ends = {just_before(change.changed_at): change.old_final, change.changed_at: change.new_initial}
    there = set(at_these(change.source, list(ends)).values_list("recorded_at", flat=True))
    there |= {carried.recorded_at} if carried else set()
    return [Reading(source=change.source, recorded_at=at, value=ends[at]) for at in ends if at not in there]


def at_these(source: DataSource, instants: Sequence[datetime]) -> ReadingQuerySet:
    """The readings of a source at these very instants."""
    return Reading.objects.of(source).filter(recorded_at__in=instants)


def effect(plan: Plan, was: datetime | None = None) -> list[Month]:
    """The twelve months up to the last one that the change can touch: `now` with it, `before` as they are.

    It is tried for real and taken back. `was`: when the change was before it was corrected; None for a new one.
    Raises ValidationError as Plan.store.
    """
    source = plan.change.source
    moments = [plan.change.changed_at, *([was] if was else []), *(reading.recorded_at for reading in plan.readings)]
    following = Reading.objects.of(source).counted().filter(recorded_at__gte=max(moments)).order_by("recorded_at")
    moments += following.values_list("recorded_at", flat=True)[:1]
    run = months.twelve_months(max(moments), source.zone)
    before = usage.used([(source, [run])])[source.pk].runs[0]
    with transaction.atomic():
        plan.store()
        after = usage.used([(source, [run])])[source.pk].runs[0]
        transaction.set_rollback(True)
    return [Month(*pair) for pair in zip(after, before, strict=True)]
