"""The use of several sources put together: added, or taken away.

Part of readings.consumption, which says what holds for all of it.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from readings.consumption.periods import Period, State

DOUBTS: tuple[State, ...] = ("estimated", "spread")


def summed(parts: Sequence[tuple[Decimal, Period]], start: datetime, end: datetime) -> Period:
    """The parts' use from `start` up to `end`, each times its factor: 1 to add it, -1 to take it away, other ones where
    its unit is another one.

    All must be known, and cover the same time, or nothing is: a sum that lacks a part is a wrong one. It is measured
    where every part is; doubtful, or with steps that nothing explains, as soon as one of them is.
    """
    known = [period for _, period in parts]
    if not known or any(period.use is None for period in known):
        return Period(start, end, None, "empty", None, None)
    with localcontext(prec=50, rounding=ROUND_HALF_EVEN):
        use = sum((factor * (period.use or 0) for factor, period in parts), Decimal(0))
    state: State = next((each for each in DOUBTS if any(period.state == each for period in known)), "measured")
    return Period(
        start,
        end,
        use,
        state,
        max(period.since for period in known if period.since),
        min(period.until for period in known if period.until),
        sum(period.drops for period in known),
        any(period.doubtful for period in known),
    )
