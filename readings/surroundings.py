"""What stands around a reading, in one question: what rules, doubts and the entry page judge it by."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

from django.db import connection

from accounts import replica
from accounts.current import moment
from accounts.statements import Fixed
from readings.consumption import INTERVALS, Change, Point, replaced, unread
from readings.plausibility import Counting, Usual, usual
from sources.models import DataSource, DataValidator

NO_ID = UUID(int=0)

HELD = {"change", "rule"}
Held = tuple[defaultdict[int, list[Change]], defaultdict[int, list[DataValidator]]]

# Meter changes and rules of sources, as AROUND needs them of one and `held_by_each` of many.
HELD_BY = """
(SELECT 'change', source_id, changed_at, reason, old_final, new_initial, NULL::numeric, NULL::boolean
 FROM meter_change WHERE source_id = ANY(%(sources)s::bigint[]) ORDER BY changed_at)
UNION ALL
(SELECT 'rule', source_id, NULL, on_violation, min_value, max_value, max_per_day, non_decreasing
 FROM data_validator WHERE source_id = ANY(%(sources)s::bigint[]) ORDER BY id)
"""

OF_SOURCE = """source_id, recorded_at, quality_flag, value, NULL::numeric, NULL::numeric, NULL::boolean
 FROM reading WHERE source_id = %(source)s"""
SURE = "quality_flag NOT IN ('bad', 'questionable')"

AROUND = f"""
(SELECT 'before', {OF_SOURCE} AND {SURE} AND public_id <> %(id)s AND recorded_at < %(at)s
 ORDER BY recorded_at DESC LIMIT %(most)s)
UNION ALL
(SELECT 'newest', {OF_SOURCE} AND quality_flag <> 'bad' AND public_id <> %(id)s AND recorded_at < %(at)s
 ORDER BY recorded_at DESC LIMIT 1)
UNION ALL
(SELECT 'after', {OF_SOURCE} AND {SURE} AND public_id <> %(id)s AND recorded_at > %(at)s
 ORDER BY recorded_at LIMIT 1)
UNION ALL
(SELECT 'there', {OF_SOURCE} AND public_id <> %(id)s AND recorded_at = %(at)s)
UNION ALL
(SELECT 'same', {OF_SOURCE} AND public_id = %(id)s)
UNION ALL
{HELD_BY}
"""


@dataclass(frozen=True)
class Around:
    """What a reading is judged by: its neighbours, those before it (newest first), the recorded meter changes (oldest
    first) and the rules of its source. No reading is judged by a questionable one; `newest`, the last before it that
    counts, may be one.
    """

    following: Point | None
    recent: Sequence[Point]
    changes: Sequence[Change]
    rules: Sequence[DataValidator]
    newest: Point | None

    @property
    def refusing(self) -> list[DataValidator]:
        """The rules that refuse a reading, of which the page tells before it is sent."""
        return [rule for rule in self.rules if rule.on_violation == DataValidator.OnViolation.REJECT]

    @property
    def previous(self) -> Point | None:
        """The reading just before that nobody doubts."""
        return self.recent[0] if self.recent else None

    @property
    def doubtful(self) -> Point | None:
        """The questionable reading that was written down since `previous`, if there is one."""
        return self.newest if self.newest and self.newest.quality == "questionable" else None

    def unread(self, until: datetime) -> Change | None:
        """The dial that counts since the last reading, and that nobody has read up to `until`, if there is one."""
        return unread(self.changes, self.newest.at if self.newest else None, until)

    def usual(self, source: DataSource) -> Usual | None:
        """What is usual for `source` by the readings before."""
        return usual(self.recent, cast(Counting, source.counting), self.changes)


@dataclass(frozen=True)
class Surroundings(Around):
    """The same for one reading, as it was found at one `moment`. is_taken: another reading is at that very time;
    is_stored: a reading has its id.
    """

    source: DataSource
    at: datetime
    public_id: UUID
    moment: object
    is_taken: bool
    is_stored: bool

    def hold_for(self, source: DataSource, at: datetime, public_id: UUID) -> bool:
        """Whether these are the surroundings of such a reading and were looked up in this very transaction."""
        return (
            self.moment is not None
            and self.moment == moment()
            and (self.source, self.at, self.public_id) == (source, at, public_id)
        )


def surroundings(source: DataSource, at: datetime, public_id: UUID | None = None) -> Surroundings:
    """Look up what a reading of `source` at `at` is judged by; `public_id` is its own id, which is left out."""
    left_out = public_id or NO_ID
    asked: dict[str, Any] = {"source": source.pk, "at": at, "id": left_out, "most": INTERVALS + 1}
    found: defaultdict[str, list[Point]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(Fixed(AROUND), {**asked, "sources": [source.pk]})
        rows = cursor.fetchall()
    for what, _source, when, word, value, *_rest in rows:
        if what not in HELD:
            found[what].append(Point(when, value, word))
    changes, rules = _held(row for row in rows if row[0] in HELD)
    return Surroundings(
        next(iter(found["after"]), None),
        sorted(found["before"], key=attrgetter("at"), reverse=True),
        changes[source.pk],
        rules[source.pk],
        next(iter(found["newest"]), None),
        source,
        at,
        left_out,
        moment(),
        bool(found["there"]),
        bool(found["same"]),
    )


def held_by_each(source_ids: Sequence[int]) -> Held:
    """The recorded meter changes of some sources, oldest first, and their rules, by key; one statement."""
    if not source_ids:
        return _held([])
    with replica.cursor() as cursor:
        cursor.execute(Fixed(HELD_BY), {"sources": list(source_ids)})
        return _held(cursor.fetchall())


def _held(rows: Iterable[tuple[Any, ...]]) -> Held:
    changes: defaultdict[int, list[Change]] = defaultdict(list)
    rules: defaultdict[int, list[DataValidator]] = defaultdict(list)
    for what, key, at, word, one, two, three, grows in rows:
        if what == "change":
            changes[key].append(replaced(at, one, two, word))
        else:
            rule = DataValidator(
                min_value=one, max_value=two, max_per_day=three, non_decreasing=grows, on_violation=word
            )
            rules[key].append(rule)
    return changes, rules
