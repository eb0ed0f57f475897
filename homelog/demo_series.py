"""Series that a household could have written down: when it reads, and what the dial shows then.

Pure: no Django, no clock, no I/O. Random numbers come from the caller, so the same seed and day give the same series.
Which meters there are and who reads them is in homelog/demo_household.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from itertools import accumulate, pairwise
from random import Random

Season = tuple[int, ...]
"""Twelve percentages, January first: how much of the usual a month has."""

EVEN: Season = (100,) * 12
DARK: Season = (122, 116, 106, 96, 90, 84, 82, 84, 92, 102, 112, 124)
SUNNY: Season = (18, 38, 88, 140, 172, 186, 184, 158, 112, 62, 26, 16)
COLD: Season = (232, 206, 158, 92, 34, 12, 10, 10, 28, 88, 152, 212)
TENSE: Season = (102, 102, 101, 100, 100, 99, 98, 98, 99, 100, 101, 102)
THIRSTY: Season = (94, 94, 96, 100, 106, 116, 118, 114, 102, 96, 94, 92)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a household reads: every so many days or about that, from this hour on, last so many days before today."""

    every: int
    hour: int
    last: int = 1


def instants(habit: Habit, today: date, years: int, zone: tzinfo, chance: Random) -> list[datetime]:
    """When somebody with this habit read in the years before `today`, oldest first, in `zone`.

    The gaps vary by a third to both sides. The last reading is `habit.last` days before `today`.
    """
    day, first = today - timedelta(days=habit.last), today - timedelta(days=365 * years)
    found = []
    while day >= first:
        found.append(datetime.combine(day, time(habit.hour + chance.randrange(2), chance.randrange(60)), zone))
        slack = habit.every // 3
        day -= timedelta(days=max(1, habit.every + chance.randint(-slack, slack)))
    return found[::-1]


def uses(moments: Sequence[datetime], daily: Decimal, season: Season, chance: Random) -> list[Decimal]:
    """What was used up to each moment since the one before it (nothing up to the first), day by day, a quarter around
    the usual; each year uses four per cent less than the one before.
    """
    found = [Decimal(0)]
    for earlier, later in pairwise(moments):
        days = [earlier.date() + timedelta(days=number) for number in range((later.date() - earlier.date()).days)]
        saved = 100 - 4 * ((earlier - moments[0]) // timedelta(days=365))
        parts = (daily * season[day.month - 1] * chance.randint(75, 125) * saved / 1_000_000 for day in days)
        found.append(sum(parts, Decimal(0)))
    return found


def dial(used: Sequence[Decimal], start: Decimal, digits: int | None, decimals: int) -> list[Decimal]:
    """What a counter that began at `start` shows after each use; after all nines of `digits` it goes on from zero."""
    totals = [round(total, decimals) for total in accumulate(used[1:], initial=start + used[0])]
    return totals if digits is None else [total % 10**digits for total in totals]


def around(moments: Sequence[datetime], middle: Decimal, season: Season, spread: int, chance: Random) -> list[Decimal]:
    """Values of something that has no dial: up to `spread` around a seasonal middle, in whole numbers."""
    return [
        round(middle * season[moment.month - 1] / 100) + Decimal(chance.randint(-spread, spread)) for moment in moments
    ]


def packed(used: Sequence[Decimal], pack: int) -> list[Decimal]:
    """The same use in whole packs of this size, what is left of one going over to the next; some may be nothing."""
    totals = [total // pack * pack for total in accumulate(used)]
    return [later - earlier for earlier, later in pairwise([Decimal(0), *totals])]
