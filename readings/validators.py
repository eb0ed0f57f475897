"""The rules of a reading, one function each: called by the model, so by forms, admin and API, and by the import door.

A rule looks at one reading between its neighbours in time and answers with a sentence or None. A neighbour is neither
bad nor questionable: what is doubted itself holds up no later reading. No look-ups here: how one reading meets all of
its source's rules is `Reading.enforce`, how many do is `readings.imports`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from readings.consumption import Point, rollover_step
from sources.models import DataValidator
from sources.numbers import MAX_DECIMALS, MAX_WHOLE
from sources.written import number

AHEAD = timedelta(minutes=5)
FIRST_YEAR, LAST_YEAR = 1900, 2200
SECONDS_A_DAY = Decimal(86400)
HALF_A_DAY = Decimal("0.5")
"""Of less time no rate is told: it would say nothing of a day."""

TOO_SMALL = _lazy("%(value)s is below %(limit)s, the least this source may show.")
TOO_GREAT = _lazy("%(value)s is above %(limit)s, the most this source may show.")
FALLS = _lazy("%(value)s is lower than the reading before it, %(other)s. This dial only grows. Check the digits.")
TOO_FAST_SHORT = _lazy(
    "That would be %(step)s in less than half a day; this source changes by at most %(limit)s a day."
)
TOO_FAST = _lazy("That would be %(rate)s a day; this source changes by at most %(limit)s a day.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading stands: its neighbours in time (those that nobody doubts), the dial's digits, the instants at
    which the meter changed.
    """

    previous: Point | None
    following: Point | None
    digits: int | None
    changes: Sequence[datetime] = ()

    def step(self, earlier: Point, later: Point) -> Decimal | None:
        """Use from one neighbour to the next in the source's unit; None where a meter change makes it unknown."""
        if any(earlier.at < change <= later.at for change in self.changes):
            return None
        rolled = rollover_step(earlier.value, later.value, self.digits) if self.digits else None
        return later.value - earlier.value if rolled is None else rolled

    def steps(self, point: Point) -> Iterator[tuple[Point, Point, Decimal]]:
        """The steps on both sides of `point` that are known."""
        for earlier, later in ((self.previous, point), (point, self.following)):
            if earlier is not None and later is not None:
                step = self.step(earlier, later)
                if step is not None:
                    yield earlier, later, step


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: a stable code, the sentence for the person, and whether the reading is refused or flagged."""

    code: str
    message: str
    rejects: bool = True


def too_small(rule: DataValidator, point: Point, place: Place) -> str | None:
    """The sentence for a value below the rule's least value."""
    if rule.min_value is None or point.value >= rule.min_value:
        return None
    return str(TOO_SMALL) % {
        "value": number(point.value),
        "limit": number(rule.min_value),
    }


def too_great(rule: DataValidator, point: Point, place: Place) -> str | None:
    """The sentence for a value above the rule's greatest value."""
    if rule.max_value is None or point.value <= rule.max_value:
        return None
    return str(TOO_GREAT) % {
        "value": number(point.value),
        "limit": number(rule.max_value),
    }


def decreasing(rule: DataValidator, point: Point, place: Place) -> str | None:
    """The sentence for a value that falls against a neighbour on either side; a rollover or a new meter is no fall."""
    if not rule.non_decreasing:
        return None
    for earlier, later, step in place.steps(point):
        if step < 0 and later is point:
            return str(FALLS) % {
                "value": number(point.value),
                "other": number(earlier.value),
            }
        if step < 0:
            return _(
                "%(value)s is higher than the reading after it, %(other)s. This dial only grows. Check the digits."
            ) % {
                "value": number(point.value),
                "other": number(later.value),
            }
    return None


def too_fast(rule: DataValidator, point: Point, place: Place) -> str | None:
    """The sentence for a change per day beyond the rule's largest, on either side."""
    if rule.max_per_day is None:
        return None
    for earlier, later, step in place.steps(point):
        days = Decimal((later.at - earlier.at).total_seconds()) / SECONDS_A_DAY
        if 0 < days < HALF_A_DAY and abs(step) > rule.max_per_day * days:
            return str(TOO_FAST_SHORT) % {"step": number(abs(step)), "limit": number(rule.max_per_day)}
        if days > 0 and abs(step) > rule.max_per_day * days:
            return str(TOO_FAST) % {
                "rate": number(round(abs(step) / days, 1)),
                "limit": number(rule.max_per_day),
            }
    return None


OF_A_SUM = _lazy("This source is worked out from others, so nothing is written down for it.")

RULES = {"too_small": too_small, "too_great": too_great, "decreasing": decreasing, "too_fast": too_fast}


def violations(rules: Iterable[DataValidator], point: Point, place: Place) -> list[Violation]:
    """All rules of a source that `point` breaks in its `place`, in the order of the rules."""
    found = []
    for rule in rules:
        for code, check in RULES.items():
            message = check(rule, point, place)
            if message is not None:
                found.append(Violation(code, message, rule.on_violation == DataValidator.OnViolation.REJECT))
    return found


def possible(value: Decimal, at: datetime, now: datetime) -> Iterator[tuple[str, Violation]]:
    """What no source may hold: numbers too long, years outside 1900 to 2200, the future; as (field, violation)."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(value) >= 10**MAX_WHOLE or -exponent > MAX_DECIMALS:
        message = _("A reading has at most %(whole)s digits before the point and %(decimals)s after it.")
        yield "value", Violation("too_long", message % {"whole": MAX_WHOLE, "decimals": MAX_DECIMALS})
    if not FIRST_YEAR <= at.astimezone(UTC).year <= LAST_YEAR:
        yield "recorded_at", Violation("year", _("Choose a year from 1900 to 2200."))
    elif at > now + AHEAD:
        yield (
            "recorded_at",
            Violation("future", _("This time is in the future. Write a reading down once it is taken.")),
        )
