"""What is to become of the rows of a file: those that are stored already, and the rules over all the others.

No look-ups and no writing: readings/imports.py brings what is stored and stores what passes. The rules themselves are
those of readings/validators.py, the same for one reading and for many.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import zip_longest
from operator import attrgetter

from readings.consumption import Point
from readings.placing import Judged
from readings.validators import Place, violations
from sources.models import DataValidator

_DAY = timedelta(days=1)
_SURELY = 1 - 1e-9
_AT = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Limits:
    """What rules come to at a glance, for the many rows that break none: a range, the least step and the fastest.

    They only ever say that nothing is broken, where no change of the meter nor a rollover has a say; what is broken,
    and what to say of it, is said by readings/validators.py alone.
    """

    least: Decimal | None
    most: Decimal | None
    grows: bool
    a_day: float | None

    @classmethod
    def of(cls, rules: Sequence[DataValidator]) -> "Limits":
        """The narrowest of what some rules ask for."""
        fastest = min((rule.max_per_day for rule in rules if rule.max_per_day is not None), default=None)
        return cls(
            max((rule.min_value for rule in rules if rule.min_value is not None), default=None),
            min((rule.max_value for rule in rules if rule.max_value is not None), default=None),
            any(rule.non_decreasing for rule in rules),
            None if fastest is None else float(fastest) * _SURELY,
        )

    def holds(self, point: Point, previous: Point | None, following: Point | None) -> bool:
        """Whether it is plain that `point` breaks no rule between these two."""
        if (self.least is not None and point.value < self.least) or (self.most is not None and point.value > self.most):
            return False
        if not self.grows and self.a_day is None:
            return True
        return (previous is None or self._climbs(previous, point)) and (
            following is None or self._climbs(point, following)
        )

    def _climbs(self, earlier: Point, later: Point) -> bool:
        if later.value < earlier.value:
            return False
        if self.a_day is None:
            return True
        return float(later.value - earlier.value) <= self.a_day * ((later.at - earlier.at) / _DAY)


@dataclass(frozen=True)
class Rules:
    """The rules of a source, and what they have to know of its dial: its digits, and when the meter was changed."""

    rules: Sequence[DataValidator]
    digits: int | None
    changes: Sequence[datetime]

    @cached_property
    def limits(self) -> "Limits":
        """All rules at a glance."""
        return Limits.of(self.rules)

    def that_reject(self, reject: bool) -> "Rules":
        """Only the rules that refuse a reading, or only those that flag it."""
        kind = DataValidator.OnViolation.REJECT if reject else DataValidator.OnViolation.FLAG
        return changed(self, rules=[rule for rule in self.rules if rule.on_violation == kind])

    def broken(self, point: Point, previous: Point | None = None, following: Point | None = None) -> str:
        """The sentence of the first rule that `point` breaks between these two; empty where it breaks none."""
        if self.limits.holds(point, previous, following):
            return ""
        found = violations(self.rules, point, Place(previous, following, self.digits, self.changes))
        return found[0].message if found else ""


def meet_stored(rows: Iterable[Judged], stored: Mapping[datetime, Decimal]) -> list[Judged]:
    """Find the rows for whose instants there is a reading already: the same, or another one."""
    return [_beside(row, stored.get(row.at)) if row.fate == "new" and row.at else row for row in rows]


def meet_rules(rows: Sequence[Judged], neighbours: Iterable[Point], rules: Rules) -> list[Judged]:
    """Hold the new rows against the rules, all together and between the stored readings around them (`neighbours`).

    Rows that are questionable by themselves are held against the others, but no other against them.
    """
    if not rules.rules:
        return list(rows)
    counted = [row.point for row in rows if row.fate == "new" and row.quality != "bad"]
    doubted = [point for point in counted if point.quality == "questionable"]
    own = {point.at for point in counted}
    line = sorted([*(point for point in counted if point.quality != "questionable"), *neighbours])
    refused = _refused(line, own, rules.that_reject(True))
    kept = [point for point in line if point.at not in refused]
    refused |= _broken_between(doubted, kept, rules.that_reject(True))
    flagged = _flagged(kept, own, rules.that_reject(False))
    flagged |= _broken_between(doubted, kept, rules.that_reject(False))
    return [_ruled(row, refused, flagged) for row in rows]


def _beside(row: Judged, stored: Decimal | None) -> Judged:
    if stored is None:
        return row
    return row._replace(fate="there" if stored == row.value else "conflict", stored=stored)


def _refused(line: Sequence[Point], own: Collection[datetime | None], rules: Rules) -> dict[datetime, str]:
    """The rows that must go so that what stays breaks no rule, by their instants, in one pass over the line.

    Of two rows that break a rule together the second goes, unless the row after it speaks for it: a spike, not a dip.
    What is stored stays.
    """
    kept: list[Point] = []
    reasons: dict[datetime, str] = {}
    for point, following in zip_longest(line, line[1:]) if rules.rules else ():
        last = kept[-1] if kept else None
        if point.at not in own:
            while kept and kept[-1].at in own and (reason := rules.broken(kept[-1], following=point)):
                reasons[kept.pop().at] = reason
        elif reason := rules.broken(point, previous=last):
            if last is None or last.at not in own or not _is_spike(kept, point, following, rules):
                reasons[point.at] = reason
                continue
            reasons[kept.pop().at] = rules.broken(last, following=point)
        kept.append(point)
    return reasons


def _is_spike(kept: Sequence[Point], point: Point, following: Point | None, rules: Rules) -> bool:
    """Whether the last row kept is at odds with both that follow, while `point` goes well with the one before it."""
    before = kept[-2] if len(kept) > 1 else None
    return (
        following is not None
        and bool(rules.broken(following, previous=kept[-1]))
        and not rules.broken(point, previous=before)
    )


def _flagged(line: Sequence[Point], own: Collection[datetime | None], rules: Rules) -> dict[datetime, str]:
    """The rows that break a rule between their neighbours, with the sentence, by their instants."""
    if not rules.rules:
        return {}
    found = (
        (point.at, rules.broken(point, previous, following))
        for previous, point, following in zip([None, *line], line, [*line[1:], None], strict=False)
        if point.at in own
    )
    return {at: reason for at, reason in found if reason}


def _broken_between(points: Iterable[Point], line: Sequence[Point], rules: Rules) -> dict[datetime, str]:
    """The points that break a rule where they stand in a line that they are not part of, with the sentence."""
    found = {}
    for point in points if rules.rules else ():
        before, after = bisect_left(line, point.at, key=_AT), bisect_right(line, point.at, key=_AT)
        previous, following = line[before - 1] if before else None, line[after] if after < len(line) else None
        found[point.at] = rules.broken(point, previous, following)
    return {at: reason for at, reason in found.items() if reason}


def _ruled(row: Judged, refused: Mapping[datetime, str], flagged: Mapping[datetime, str]) -> Judged:
    if row.fate != "new" or row.at is None:
        return row
    if reason := refused.get(row.at):
        return row._replace(fate="refused", reason=reason)
    if reason := flagged.get(row.at):
        return row._replace(quality="questionable" if row.quality == "good" else row.quality, reason=reason)
    return row
