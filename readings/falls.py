"""Where a dial fell: what a person can answer to a lower value, and which stored readings nothing explains yet.

Noting a meter change is the matter of readings.meter_changes, storing the value that of the entry page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from readings import queries
from readings.consumption import rollover_step, settle
from readings.forms import EntryForm
from readings.meter_change_forms import CarriedForm
from readings.models import Reading
from sources.numbers import as_thousands

IN_THE_WAY = {"doubt", "decreasing", "too_fast"}


@dataclass(frozen=True, slots=True)
class Answers:
    """The ways on from a value lower than the last. The meter was replaced: the address `replaced`, with the value in
    it. It rolled over: with `digits` before the point; None where that cannot be. The last one is wrong: `correct`.
    Its point marks thousands: `meant`; None where that is lower, too, or no such number.
    """

    replaced: str
    correct: str
    digits: int | None
    meant: Decimal | None


def answers(form: EntryForm, carried: Mapping[str, str]) -> Answers | None:
    """What to offer for the value of an entry form that was not stored; None where it is not lower than the last.

    `carried` is what their addresses hand on of the page's own.
    """
    codes = {error.code for error in form.errors.as_data().get("value", [])}
    reading, source = form.instance, form.source
    if source.counting != "counter" or not codes & IN_THE_WAY:
        return None
    earlier = Reading.objects.of(source).sure().filter(recorded_at__lt=reading.recorded_at)
    last = earlier.order_by("-recorded_at").first()
    if last is None or reading.value >= last.value:
        return None
    correct = reverse("readings:reading_update", args=[source.public_id, last.public_id])
    change = reverse("readings:meter_change_create", args=[source.public_id])
    meant = as_thousands(form.data.get(form.add_prefix("value"), ""))
    digits = len(str(int(last.value)))
    allowed = source.may("edit_source") or digits == source.digits
    rolled = allowed and rollover_step(last.value, reading.value, digits) is not None
    return Answers(
        f"{change}?{urlencode({**CarriedForm.query(reading), **carried})}",
        f"{correct}?{urlencode({'then': f'{reading.value:f}', 'unit': source.unit, **carried})}",
        digits if rolled else None,
        meant if meant is not None and meant >= last.value else None,
    )


def unexplained(readings: Sequence[Reading]) -> set[UUID]:
    """The public ids of those readings (their source fetched) at which the dial fell and nothing explains it."""
    counters = [each for each in readings if each.source.counting == "counter" and each.quality_flag != "bad"]
    sources = {each.source_id: each.source for each in counters}
    steps = queries.steps_each((each.source_id, each.recorded_at, each.recorded_at) for each in counters)
    recorded = queries.changes_of_each(list(sources)) if sources else {}
    fallen = {
        (key, fall.after.at)
        for key, source in sources.items()
        for fall in settle(steps[key], recorded.get(key, []), source.digits).falls
    }
    return {each.public_id for each in counters if (each.source_id, each.recorded_at) in fallen}
