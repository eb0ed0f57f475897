"""What stands around a reading, in one question: what rules, doubts and the entry page judge it by."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

from django.db import connection

from accounts.current import moment
from readings.consumption import INTERVALS, Change, Point, replaced
from readings.plausibility import Counting, Usual, usual
from sources.models import DataSource, DataValidator

NO_ID = UUID(int=0)

AROUND = """
(SELECT 'before', recorded_at, value, quality_flag, NULL::numeric FROM reading
 WHERE source_id = %(source)s AND quality_flag NOT IN ('bad', 'questionable') AND public_id <> %(id)s
     AND recorded_at < %(at)s ORDER BY recorded_at DESC LIMIT %(most)s)
UNION ALL
(SELECT 'newest', recorded_at, value, quality_flag, NULL FROM reading
 WHERE source_id = %(source)s AND quality_flag <> 'bad' AND public_id <> %(id)s AND recorded_at < %(at)s
 ORDER BY recorded_at DESC LIMIT 1)
UNION ALL
(SELECT 'after', recorded_at, value, quality_flag, NULL FROM reading
 WHERE source_id = %(source)s AND quality_flag NOT IN ('bad', 'questionable') AND public_id <> %(id)s
     AND recorded_at > %(at)s ORDER BY recorded_at LIMIT 1)
UNION ALL
(SELECT 'there', recorded_at, value, quality_flag, NULL FROM reading
 WHERE source_id = %(source)s AND public_id <> %(id)s AND recorded_at = %(at)s)
UNION ALL
(SELECT 'same', recorded_at, value, quality_flag, NULL FROM reading
 WHERE source_id = %(source)s AND public_id = %(id)s)
UNION ALL
(SELECT 'change', changed_at, old_final, reason, new_initial FROM meter_change
 WHERE source_id = %(source)s ORDER BY changed_at)
UNION ALL
(SELECT 'rule', NULL, NULL, NULL, NULL FROM data_validator WHERE source_id = %(source)s LIMIT 1)
"""


@dataclass(frozen=True)
class Around:
    """What a reading is judged by: its neighbours, those before it (newest first), and the recorded meter changes
    (oldest first). No reading is judged by a questionable one; `newest`, the last before it that counts, may be one.
    ruled: the rules, where they were looked up with the rest.
    """

    following: Point | None
    recent: Sequence[Point]
    changes: Sequence[Change]
    newest: Point | None
    ruled: Sequence[DataValidator] = field(default=(), kw_only=True)

    @property
    def rules(self) -> Sequence[DataValidator]:
        """The rules of the source, as far as they are known."""
        return self.ruled

    @property
    def refusing(self) -> list[DataValidator]:
        """Those of them that refuse a reading, of which the page tells before it is sent."""
        return [rule for rule in self.rules if rule.on_violation == DataValidator.OnViolation.REJECT]

    @property
    def previous(self) -> Point | None:
        """The reading just before that nobody doubts."""
        return self.recent[0] if self.recent else None

    @property
    def doubtful(self) -> Point | None:
        """The questionable reading that was written down since `previous`, if there is one."""
        return self.newest if self.newest and self.newest.quality == "questionable" else None

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
    has_rules: bool

    @cached_property
    def rules(self) -> Sequence[DataValidator]:
        """The rules of the source; no further question where it has none."""
        return list(self.source.validators.all()) if self.has_rules else []

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
    known: dict[str, Any] = {"source": source.pk, "at": at, "id": left_out, "most": INTERVALS + 1}
    found: defaultdict[str, list[Point]] = defaultdict(list)
    changes: list[Change] = []
    with connection.cursor() as cursor:
        cursor.execute(AROUND, known)
        for what, when, value, word, started in cursor.fetchall():
            if what == "change":
                changes.append(replaced(when, value, started, word))
            else:
                found[what].append(Point(when, value, word))
    return Surroundings(
        next(iter(found["after"]), None),
        sorted(found["before"], key=attrgetter("at"), reverse=True),
        sorted(changes, key=attrgetter("at")),
        next(iter(found["newest"]), None),
        source,
        at,
        left_out,
        moment(),
        bool(found["there"]),
        bool(found["same"]),
        bool(found["rule"]),
    )
