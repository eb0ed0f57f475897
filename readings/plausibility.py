"""Is this reading as usual, and is the next one due: what the entry page asks about and says.

Pure: no Django, no clock, no I/O. Implausible is not invalid: a doubtful reading is asked about once, and the person
has the last word. What no reading may break stands in readings/validators.py. The entry page's script follows the same
rule from the numbers of `usual`.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import pairwise
from statistics import median, quantiles
from typing import Literal

from readings.consumption import INTERVALS, PLACES, Change, Point, per_day, rates, rollover_step
from sources.numbers import MAX_DECIMALS, MAX_WHOLE

Counting = Literal["counter", "level", "amount"]
Limits = tuple[Decimal, Decimal]
State = Literal["first", "soon", "usual", "little_less", "little_more", "high", "low", "rollover", "same"]

SMALLEST = Decimal(1).scaleb(-MAX_DECIMALS)
KNOWN_FOR_DOUBT = 3
KNOWN_FOR_QUARTILES = 4
TIMES_USUAL = 3
TIMES_GREATEST = 10
PART_OF_DIAL = 100
TIMES_SPREAD = 4
SMALLEST_SPREAD = Decimal("0.05")
SMALLEST_MARGIN = Decimal("0.1")
GUESSED_MARGIN = Decimal("0.25")
DAY = timedelta(days=1)
LEAST_TO_TELL = DAY / 2
MICROSECOND = timedelta(microseconds=1)
UNKNOWN_INTERVAL = timedelta(days=30)
DAYS = {"day": DAY, "week": 7 * DAY}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
SHORT_GAP = timedelta(hours=1)
LONG_SILENCE = timedelta(days=400)


@dataclass(frozen=True)
class Usual:
    """What is usual for a source: per day for a counter, per entry for an amount, as it is for a level.

    low, high: within these it is as usual. least, most: beyond these it is doubtful; None where nothing is. few: it
    rests on one or two intervals or entries, too few to be told as what is usual.
    """

    low: Decimal
    high: Decimal
    least: Decimal | None
    most: Decimal | None
    few: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Verdict:
    """What to say of a reading.

    "first": nothing to compare it with yet (use and per_day are there all the same from the second reading on). "soon":
    too little time has passed to say more than that it is not far too much.
    "low" and "high" are doubtful, also where nothing is usual yet (`first_step`, `beyond`). For a level only the value
    itself is judged. "same": no use, or the level as it was.
    use: since the reading before, for a counter (the step down, below zero, where state is "low"); the entry itself for
    an amount; None for a level. days: since the reading before. usual_low, usual_high: the usual range, as in Usual.
    """

    state: State
    use: Decimal | None
    days: Decimal
    per_day: Decimal | None
    usual_low: Decimal | None
    usual_high: Decimal | None


def judge(
    value: Decimal,
    at: datetime,
    previous: Point | None,
    recent: Sequence[Point],
    counting: Counting,
    digits: int | None,
    changes: Sequence[Change] = (),
    plausible: Limits | None = None,
) -> Verdict:
    """Judge a reading against the one before it in time and against what is usual.

    `previous` is the neighbour before `at`, also where the reading is back-dated; `recent` the last eleven or so
    readings in any order, of which one at `at` itself is left out (it is being corrected); `changes` the recorded meter
    changes; `plausible` the least and the most that a level of this kind, or a dial, can show. Raises ValueError where
    `previous` is later than `at`.
    """
    if previous is not None and at < previous.at:
        raise ValueError("Judge a reading against the one before it, not against a later one.")
    known = usual([point for point in recent if point.at != at], counting, changes)
    if counting == "counter":
        return _judge_counter(value, at, previous, known, digits, changes, plausible)
    span = at - previous.at if previous else timedelta(0)
    if counting == "amount":
        state = "low" if value < 0 else _compare(value, known)
        return _verdict(state, value, span, known)
    same: State | None = "same" if previous and value == previous.value else None
    return _verdict(beyond(value, plausible) or same or _compare(value, known), None, span, known)


def is_doubtful(verdict: Verdict) -> bool:
    """Whether the person is asked "is this right?" before the reading is stored."""
    return verdict.state in ("high", "low")


def beyond(value: Decimal, plausible: Limits | None) -> Literal["high", "low"] | None:
    """On which side a value lies outside what is plausible, if it does. The limits themselves are plausible."""
    if plausible is None or plausible[0] <= value <= plausible[1]:
        return None
    return "low" if value < plausible[0] else "high"


def on_the_dial(previous: Decimal | None, digits: int | None) -> Limits | None:
    """The least and the most that a dial is believed to show; None where the reading before was beyond it already.

    It counts up from 0. Below zero later on is a fall, which is asked about as such.
    """
    end = Decimal(10 ** (digits or MAX_WHOLE))
    if previous is None:
        return Decimal(0), end - SMALLEST
    return (-end, end - SMALLEST) if previous < end else None


def first_step(previous: Decimal, digits: int | None) -> Decimal | None:
    """The greatest step that is not doubtful where no rate is known yet; None where the dial's digits are not known.

    By our definition the value before, and at least a hundredth of the dial's range (10^digits): a dial that more than
    doubles in one step, and goes that far, more likely has a digit too many.
    """
    return None if digits is None else max(previous, Decimal(10**digits) / PART_OF_DIAL)


def usual(recent: Sequence[Point], counting: Counting, changes: Sequence[Change] = ()) -> Usual | None:
    """What is usual by the last ten intervals (counter) or readings; None where there is none.

    The usual range is between the quartiles; where fewer than four are known, the median and a quarter of it to both
    sides; never narrower than the median and a tenth of it to both sides. Doubtful, where at least three are known, is
    more than three times the median of a counter's use per day or of an amount; and a level that is further from the
    median than four times the median absolute deviation, which counts as at least a twentieth of the median. Where one
    or two are known, more than ten times the greatest is doubtful, by our definition, but for levels, and where the
    greatest is nothing. Readings flagged "bad" or "questionable" take no part; intervals are those of `rates`, at least
    a day long.
    """
    values = [point.value for point in sorted(recent) if point.quality not in ("bad", "questionable")][-INTERVALS:]
    known = rates(recent, changes) if counting == "counter" else values
    if not known:
        return None
    middle = median(known)
    low, high = _range(known, middle)
    if len(known) < KNOWN_FOR_DOUBT:
        greatest = max(known) if counting != "level" else Decimal(0)
        return Usual(low, high, None, TIMES_GREATEST * greatest if greatest > 0 else None, few=True)
    if counting != "level":
        return Usual(low, high, None, TIMES_USUAL * middle)
    spread = max(median(abs(value - middle) for value in known), abs(middle) * SMALLEST_SPREAD)
    return Usual(low, high, middle - TIMES_SPREAD * spread, middle + TIMES_SPREAD * spread)


def usual_interval(instants: Iterable[datetime]) -> timedelta | None:
    """The median of the last ten gaps between readings, those under an hour aside; None where there is none."""
    gaps = [later - earlier for earlier, later in pairwise(sorted(instants)) if later - earlier >= SHORT_GAP]
    ordered = sorted(gaps[-INTERVALS:])
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2 if ordered else None


def due_on(last: datetime, instants: Iterable[datetime], zone: tzinfo, rhythm: str = "auto") -> date | None:
    """The day, by the calendar of `zone`, on which the next reading is due; None where it is never asked for.

    By `rhythm` a day, a week, or one, three or twelve months after the day of the last reading: the same day of the
    month, or its last where it has none. "auto": the usual interval after it, in whole days and at least one; 30 days
    where it is not known. It is known from three readings on. Raises KeyError for a rhythm that is not known here.
    """
    day = last.astimezone(zone).date()
    if rhythm == "never":
        return None
    if rhythm == "auto":
        known = set(instants)
        usual_gap = usual_interval(known) if len(known) >= KNOWN_FOR_DOUBT else None
        return day + max(timedelta(days=round((usual_gap or UNKNOWN_INTERVAL) / DAY)), DAY)
    return day + DAYS[rhythm] if rhythm in DAYS else _months_later(day, MONTHS[rhythm])


def is_due(
    last: datetime | None, instants: Iterable[datetime], now: datetime, zone: tzinfo, rhythm: str = "auto"
) -> bool:
    """Whether the next reading is due at `now`: the whole day long; always, where there is no reading yet, but for what
    is never asked for.
    """
    if last is None:
        return rhythm != "never"
    day = due_on(last, instants, zone, rhythm)
    return day is not None and now.astimezone(zone).date() >= day


def is_silent(last: datetime, instants: Iterable[datetime], now: datetime, rhythm: str = "auto") -> bool:
    """Whether a meter that nobody gave a rhythm of its own is read no more, by our definition: for more than 400 days,
    and three times as long as usual. To go on saying that it is due tells nobody anything.
    """
    usual_gap = usual_interval(instants) or UNKNOWN_INTERVAL
    return rhythm == "auto" and now - last > max(LONG_SILENCE, 3 * usual_gap)


def _months_later(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _judge_counter(
    value: Decimal,
    at: datetime,
    previous: Point | None,
    known: Usual | None,
    digits: int | None,
    changes: Sequence[Change],
    plausible: Limits | None,
) -> Verdict:
    outside = beyond(value, plausible)
    if previous is None:
        return _verdict(outside or "first", None, timedelta(0), known)
    span = at - previous.at
    bridged = [change.offset for change in changes if previous.at < change.at <= at]
    use = value - previous.value + sum(bridged, Decimal(0))
    if outside:
        return _verdict(outside, use, span, known)
    if use > 0:
        return _verdict(_compare_step(use, span, known, first_step(previous.value, digits)), use, span, known)
    if use == 0:
        return _verdict("same", use, span, known)
    step = None if digits is None or bridged else rollover_step(previous.value, value, digits)
    # More than usual after a rollover is more likely a wrong digit: then the page asks which of the two it was.
    if step is not None and _compare_step(step, span, known, None) != "high":
        return _verdict("rollover", step, span, known)
    return _verdict("low", use, span, known)


def _compare_step(use: Decimal, span: timedelta, known: Usual | None, first: Decimal | None) -> State:
    """Compare use per day; the step itself with `first` where nothing is usual yet.

    Less than a day counts as one: within a day nobody uses evenly, and within half a day, by our definition, nothing
    tells whether it is as usual.
    """
    if known is None:
        return "high" if first is not None and use > first else "first"
    state = _compare(per_day(use, max(span, DAY)), known)
    if span >= DAY or state == "high":
        return state
    return "soon" if span < LEAST_TO_TELL else "usual"


def _compare(value: Decimal, known: Usual | None) -> State:
    if known is None:
        return "first"
    if known.most is not None and value > known.most:
        return "high"
    if known.least is not None and value < known.least:
        return "low"
    if value < known.low:
        return "little_less"
    return "little_more" if value > known.high else "usual"


def _verdict(state: State, use: Decimal | None, span: timedelta, known: Usual | None) -> Verdict:
    rate = None if use is None or use < 0 or not span else per_day(use, span)
    days = (Decimal(span // MICROSECOND) / (DAY // MICROSECOND)).quantize(PLACES)
    return Verdict(state, use, days, rate, known.low if known else None, known.high if known else None)


def _range(known: Sequence[Decimal], middle: Decimal) -> tuple[Decimal, Decimal]:
    if len(known) < KNOWN_FOR_QUARTILES:
        margin = abs(middle) * GUESSED_MARGIN
        return middle - margin, middle + margin
    low, _, high = quantiles(known, n=4, method="inclusive")
    margin = abs(middle) * SMALLEST_MARGIN
    return min(low, middle - margin), max(high, middle + margin)
