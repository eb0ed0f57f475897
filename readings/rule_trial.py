"""What a rule would mean for the readings that are stored, worked out in SQL before the rule is saved.

The newest MOST readings are looked at, in the index alone; bad and questionable ones take no part. A step that breaks
a rule counts for the later of its two readings. The rules themselves are those of readings.validators, which word the
examples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from readings.consumption import Point
from readings.models import Reading
from readings.validators import Place, violations
from sources.models import DataValidator

MOST = 100_000
EXAMPLES = 5

# A dial that rolled over moved on (consumption.rollover_step); over a meter change no step is known.
TRIAL = """
WITH line AS MATERIALIZED (
    SELECT recorded_at, value, lag(recorded_at) OVER w AS before_at, lag(value) OVER w AS before
    FROM (SELECT recorded_at, value FROM reading
          WHERE source_id = %(source)s AND quality_flag NOT IN ('bad', 'questionable')
          ORDER BY recorded_at DESC LIMIT %(most)s) AS newest WINDOW w AS (ORDER BY recorded_at)
), step AS (
    SELECT *, CASE WHEN value >= 0 AND value < before AND before < %(capacity)s
                        AND value + %(capacity)s - before <= %(capacity)s / 10
                   THEN value + %(capacity)s - before ELSE value - before END AS used
    FROM line
), broken AS (
    SELECT recorded_at, value, before_at, before FROM step
    WHERE value < %(min_value)s OR value > %(max_value)s
       OR ((%(non_decreasing)s AND used < 0
            OR abs(used) > %(max_per_day)s * extract(epoch FROM recorded_at - before_at) / 86400)
           AND NOT EXISTS (SELECT FROM meter_change WHERE source_id = %(source)s
                           AND changed_at > before_at AND changed_at <= recorded_at))
)
(SELECT count(*), (SELECT count(*) FROM broken), NULL::timestamptz, NULL::numeric, NULL::timestamptz, NULL::numeric
 FROM line)
UNION ALL
(SELECT 0, 0, recorded_at, value, before_at, before FROM broken ORDER BY recorded_at DESC LIMIT %(examples)s)
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """How many readings were looked at, whether there are older ones, how many break the rule, and the newest of them,
    each with the sentences that say why.
    """

    seen: int
    has_older: bool
    broken: int
    examples: Sequence[tuple[Reading, list[str]]]


def tried(rule: DataValidator) -> Trial:
    """Hold the stored readings of its source against a rule, saved or not; two statements and the meter changes."""
    source = rule.source
    names = ("min_value", "max_value", "non_decreasing", "max_per_day")
    asked: dict[str, Any] = {name: getattr(rule, name) for name in names}
    asked |= {"source": source.pk, "most": MOST + 1, "examples": EXAMPLES}
    asked["capacity"] = 10**source.digits if source.digits else None
    with connection.cursor() as cursor:
        cursor.execute(TRIAL, asked)
        (seen, broken, *_rest), *found = cursor.fetchall()
    changes = list(source.meter_changes.values_list("changed_at", flat=True)) if found else []
    stored = Reading.objects.of(source).filter(recorded_at__in=[row[2] for row in found])
    readings = {reading.recorded_at: reading for reading in stored}
    examples = []
    for _seen, _broken, at, value, before_at, before in found:
        readings[at].source = source
        place = Place(None if before_at is None else Point(before_at, before), None, source.digits, changes)
        examples.append((readings[at], [each.message for each in violations([rule], Point(at, value), place)]))
    return Trial(min(seen, MOST), seen > MOST, broken, examples)
