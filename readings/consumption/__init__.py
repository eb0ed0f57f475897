"""What was used between two instants: intervals, running totals, periods, meter changes and how sure we are.

Pure: Decimal and aware datetimes in, the same out; no Django, no clock, no I/O. Where the readings come from is the
matter of readings/queries.py, how they are drawn that of the charts, whether one is plausible that of plausibility.py.

The running total of a counter at a reading is the dial's value plus the offsets of all changes up to then; between two
readings it is a straight line. Use between two instants is the difference of the totals (design, "Consumption"). Each
boundary's total is worked out once, so the use of adjoining periods adds up to that of the whole to the last digit.
Readings flagged "bad" take no part. Points and changes may come in any order.

    line       readings, meter changes, the running total
    odd        spikes and dips, and what a step down is
    periods    use of periods, sums of amounts, the range and the mean of levels
    rates      use per day, and what is usual
    sums       several sources put together
    explained  which readings and days a figure rests on
"""

from readings.consumption.explained import Piece as Piece
from readings.consumption.explained import pieces as pieces
from readings.consumption.line import DROP as DROP
from readings.consumption.line import PLACES as PLACES
from readings.consumption.line import Change as Change
from readings.consumption.line import Point as Point
from readings.consumption.line import Total as Total
from readings.consumption.line import between as between
from readings.consumption.line import drops as drops
from readings.consumption.line import replaced as replaced
from readings.consumption.line import rolled_over as rolled_over
from readings.consumption.line import rollover_step as rollover_step
from readings.consumption.line import total_at as total_at
from readings.consumption.line import unread as unread
from readings.consumption.odd import Settled as Settled
from readings.consumption.odd import Step as Step
from readings.consumption.odd import left_out as left_out
from readings.consumption.odd import odd_one as odd_one
from readings.consumption.odd import settle as settle
from readings.consumption.odd import steps_down as steps_down
from readings.consumption.periods import MEAN_PLACES as MEAN_PLACES
from readings.consumption.periods import Level as Level
from readings.consumption.periods import Period as Period
from readings.consumption.periods import State as State
from readings.consumption.periods import amounts as amounts
from readings.consumption.periods import levels as levels
from readings.consumption.periods import periods as periods
from readings.consumption.rates import INTERVALS as INTERVALS
from readings.consumption.rates import per_day as per_day
from readings.consumption.rates import rates as rates
from readings.consumption.rates import usual_rate as usual_rate
from readings.consumption.sums import summed as summed
