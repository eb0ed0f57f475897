"""Where a dial in a file falls: what may have happened, what is proposed, and what an answer does to the rows.

Pure arithmetic over rows in order of time: no look-ups and no writing. Readings stored before and after take part, so
that next month's file goes on from the last one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from readings.consumption import Change, Point, replaced, rollover_step
from readings.placing import Judged

Answer = Literal["meter", "reset", "rollover", "glitch", "typo", "keep", "first", "second", "comma", "point"]
CHANGES: frozenset[Answer] = frozenset(("meter", "reset", "rollover"))

MOST = 12
_LOOK_AHEAD = 6
_TENTH = 10
_OTHER_SIZE = 20


@dataclass(frozen=True, slots=True)
class Question:
    """A dial fell in `line`, from `before` to `value`, or the file gives two values for one time. `options` are
    possible; `answer` is what the person said, else what is proposed, and counts until they say otherwise. `rows`: how
    many rows a glitch would leave out. "comma" and "point", offered by who read the file, say what begins its decimals.
    `key` tells it from the others. is_stored: `value` is a
    reading that is stored, and `line` the one of `before`.
    """

    key: str
    line: int
    at: datetime
    before: Point
    value: Decimal
    options: tuple[Answer, ...]
    proposed: Answer
    answer: Answer
    rows: int = 1
    is_stored: bool = False

    @property
    def before_is_stored(self) -> bool:
        """Whether `before` is a reading that is stored."""
        return not {"typo", "first"} & set(self.options)

    @property
    def meets_stored(self) -> bool:
        """Whether one of the two values is stored already: what the file says can be wrong, what is stored stays."""
        return self.is_stored or self.before_is_stored


@dataclass(frozen=True, slots=True)
class NewDial:
    """A change of the meter that an answer tells of."""

    at: datetime
    old_final: Decimal
    new_initial: Decimal
    reason: str

    @property
    def change(self) -> Change:
        """As the arithmetic of use knows it."""
        return replaced(self.at, self.old_final, self.new_initial, self.reason)


@dataclass
class Decisions:
    """What the answers come to: the questions; the rows left out, by `key_of`, and why; the changes of the meter; those
    kept though they fall; those taken of two values for one time; how many more falls there are than anybody answers.
    """

    questions: list[Question] = field(default_factory=list)
    left: dict[str, Answer] = field(default_factory=dict)
    dials: list[NewDial] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    more: int = 0

    @property
    def is_full(self) -> bool:
        """Whether nobody is asked any more."""
        return len(self.questions) >= MOST


def key_of(row: Judged) -> str:
    """What tells a row of a file from the others: its line, and its time, for a line may hold several readings, and of
    one time its value.
    """
    return f"{row.line}.{int(row.at.timestamp()) if row.at else ''}.{row.value}"


def decide(
    rows: Iterable[Judged],
    stored: Iterable[Point],
    changes: Sequence[Change],
    digits: int | None,
    answers: Mapping[str, str],
    *,
    may_change: bool = True,
) -> Decisions:
    """Go through the rows of a counter from the oldest on, and settle each fall by its answer or its proposal."""
    line = _line(rows, stored)
    found = Decisions()
    last: Judged | None = None
    index = 0
    while index < len(line):
        row, passed = line[index], 1
        if row.fate == "other":
            last = _settle_two(found, line, index, last, answers, may_change)
        elif last is None or not _falls(last, row, changes, digits):
            last = row
        elif (asked := _question(line, index, last, digits, answers, may_change)) is None or found.is_full:
            found.more += 1
            last = row
        elif asked.answer == "glitch":
            _settle_fall(found, asked, line[index : index + asked.rows], last, digits)
            passed = asked.rows
        else:
            _settle_fall(found, asked, [row], last, digits)
            last = row
        index += passed
    return found


def _settle_fall(found: Decisions, asked: Question, rows: Sequence[Judged], last: Judged, digits: int | None) -> None:
    """What the answer makes of the rows that are lower than `last`."""
    found.questions.append(asked)
    match asked.answer:
        case "glitch":
            found.left.update((key_of(each), "glitch") for each in rows if each.line)
        case "typo":
            found.left[key_of(last)] = "typo"
        case "keep":
            found.kept.update(map(key_of, rows))
        case _:
            found.dials.append(_dial(asked, digits))


def _settle_two(
    found: Decisions,
    line: Sequence[Judged],
    index: int,
    first: Judged | None,
    answers: Mapping[str, str],
    may_change: bool,
) -> Judged | None:
    """Two values for one time: which of them counts, or whether a meter ended with one and began with the other."""
    row = line[index]
    if first is None or first.at != row.at or first.value is None or row.value is None or row.at is None:
        found.left[key_of(row)] = "first"
        return first
    options: tuple[Answer, ...] = ("first", "second", *(("meter",) if may_change else ()))
    proposed: Answer = "meter" if may_change and _is_new_dial(line, index, first) else "first"
    said = answers.get(key_of(row), proposed)
    answer = next((option for option in options if option == said), proposed)
    found.questions.append(Question(key_of(row), row.line, row.at, first.point, row.value, options, proposed, answer))
    if answer == "first":
        found.left[key_of(row)] = "first"
        return first
    if first.line:
        found.left[key_of(first)] = answer
    found.taken.add(key_of(row))
    if answer == "meter":
        found.dials.append(NewDial(row.at, first.value, row.value, "replaced"))
    return row


def _is_new_dial(line: Sequence[Judged], index: int, first: Judged) -> bool:
    """Whether the step between the two is of another size than those before and after it."""
    row = line[index]
    around = [line[index - 2].value if index > 1 else None, line[index + 1].value if index + 1 < len(line) else None]
    if None in around or row.value is None or first.value is None:
        return False
    steps = (first.value - around[0], around[1] - row.value)  # type: ignore[operator]
    return all(step >= 0 for step in steps) and abs(row.value - first.value) > _OTHER_SIZE * max(steps)


def _line(rows: Iterable[Judged], stored: Iterable[Point]) -> list[Judged]:
    """New rows and stored readings in order of time; those that are stored have the line 0."""
    points = [row for row in rows if row.fate in ("new", "other") and row.quality != "bad"]
    known = [Judged(0, point.at, point.value) for point in stored]
    return sorted([*points, *known], key=lambda row: (row.at, row.fate == "other"))


def _falls(last: Judged, row: Judged, changes: Sequence[Change], digits: int | None) -> bool:
    if last.value is None or row.value is None or row.value >= last.value or not (last.line or row.line):
        return False
    if last.at is None or row.at is None or any(last.at < change.at <= row.at for change in changes):
        return False
    return not digits or rollover_step(last.value, row.value, digits) is None


def _question(
    line: Sequence[Judged],
    index: int,
    last: Judged,
    digits: int | None,
    answers: Mapping[str, str],
    may_change: bool,
) -> Question | None:
    row = line[index]
    if last.value is None or row.value is None or last.at is None or row.at is None:
        return None
    dip = _dip(line, index, last.value)
    options: list[Answer] = []
    if row.line:
        options.append("glitch")
    if last.line:
        options.append("typo")
    if may_change:
        options += ["meter", "reset"]
        if _turned_over(last.value, row.value, digits):
            options.append("rollover")
    options.append("keep")
    proposed = _proposal(line, index, last, dip, options)
    said = answers.get(key_of(row), proposed)
    answer = next((option for option in options if option == said), proposed)
    line_of = row.line or last.line
    return Question(
        key_of(row), line_of, row.at, last.point, row.value, tuple(options), proposed, answer, dip or 1, not row.line
    )


def _dip(line: Sequence[Judged], index: int, before: Decimal) -> int:
    """How many rows are too low before the dial is back at where it was; 0 where it does not come back soon."""
    for count, later in enumerate(line[index + 1 : index + 1 + _LOOK_AHEAD], start=1):
        if later.value is not None and later.value >= before:
            return count if all(each.line for each in line[index : index + count]) else 0
    return 0


def _proposal(line: Sequence[Judged], index: int, last: Judged, dip: int, options: Sequence[Answer]) -> Answer:
    row = line[index]
    if "rollover" in options:
        return "rollover"
    earlier = line[index - 2] if index > 1 and line[index - 1] is last else None
    # What is stored speaks for itself: a new value that sticks out before it needs nothing after it.
    follows = index + 2 < len(line) or not row.line
    is_spike = (
        last.line
        and earlier is not None
        and earlier.value is not None
        and row.value is not None
        and earlier.value <= row.value
        and follows
        and not dip
    )
    if dip and "glitch" in options:
        return "glitch"
    if is_spike and "typo" in options:
        return "typo"
    # A change of the meter is invented for nobody: what changes the use of a year, somebody has to say.
    return "keep"


def _turned_over(before: Decimal, value: Decimal, digits: int | None) -> bool:
    """Whether the dial may have gone from all nines to zero, its digits known or as many as it had."""
    return rollover_step(before, value, digits or _digits(before)) is not None


def _digits(value: Decimal) -> int:
    return max(len(str(int(value))), 1)


def _dial(question: Question, digits: int | None) -> NewDial:
    before = question.before.value
    if question.answer == "rollover":
        return NewDial(question.at, Decimal(10 ** (digits or _digits(before))), Decimal(0), "rollover")
    if question.answer == "reset":
        return NewDial(question.at, before, Decimal(0), "reset")
    # A new meter mostly begins at nothing; where it shows much already, nobody knows since when: it counts from there.
    began = Decimal(0) if 0 <= question.value * _TENTH <= before else question.value
    return NewDial(question.at, before, began, "replaced")
