"""What the mark in the numbers of a file means that the file does not prove: told by the readings beside which they go
where only one meaning fits those, else asked of the person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone as clock
from django.utils.translation import gettext as _

from readings.consumption import Point
from readings.importers import MARKS, ImportRefused, ImportRow, Mark, OpenMark
from readings.placing import Judged, place_in_time
from readings.queries import around
from readings.questions import Answer, Question
from sources.models import DataSource

Ways = Mapping[Mark, Sequence[ImportRow]]
PLACES = 3
TIMES = 2
"""A number fits a reading beside it if it is between its half and its double."""


def told_by(source: DataSource, ways: Ways, zone: ZoneInfo | None, scale: int) -> Mark | None:
    """The decimal mark by which the numbers of a file fit the readings of `source` next to them; None where both
    meanings do, or neither. ways: the same rows read by either mark, oldest first.
    """
    if source.pk is None:
        return None
    open_ones = [pair for pair in zip(*(ways[mark] for mark in MARKS), strict=True) if pair[0].value != pair[1].value]
    if not open_ones:
        return None
    ends = {
        mark: place_in_time([open_ones[0][way], open_ones[-1][way]], zone or source.zone, clock.now(), scale=scale)
        for way, mark in enumerate(MARKS)
    }
    stored = around(source, [row.at for row in ends["."] if row.at], sure=True)
    fitting = [mark for mark in MARKS if any(_fits(row, stored) for row in ends[mark])]
    return fitting[0] if len(fitting) == 1 else None


def unknown(found: OpenMark, sources: Sequence[DataSource]) -> ImportRefused:
    """The refusal that asks; the likelier meaning, by the decimals of the dials that are there, is to stand first."""
    there = [source for source in sources if source.pk]
    thousands = there and all(source.decimals < PLACES for source in there)
    likely = found.other if thousands else found.mark
    return ImportRefused("mark_unknown", mark=found.mark, first=found.first, last=found.last, likely=likely)


def meanings(found: OpenMark, likely: str = "") -> list[tuple[str, str]]:
    """Both meanings, as a decimal mark and in words with the file's own numbers; the likely one first."""
    numbers: dict[str, str] = {}
    for name, text in (("first", found.first), ("last", found.last)):
        whole, _mark, part = text.partition(found.mark)
        numbers |= {name: text, f"{name}_whole": whole, f"{name}_part": str(int(part))}
    words: list[tuple[str, str]] = [
        (
            found.mark,
            _(
                "The decimals: %(first)s is %(first_whole)s and %(first_part)s thousandths, %(last)s is %(last_whole)s"
                " and %(last_part)s thousandths"
            )
            % numbers,
        ),
        (
            found.other,
            _(
                "The thousands: %(first)s is %(first_whole)s thousand and %(first_part)s, %(last)s is %(last_whole)s"
                " thousand and %(last_part)s"
            )
            % numbers,
        ),
    ]
    return sorted(words, key=lambda each: each[0] != likely) if likely else words


def told(found: OpenMark, mark: Mark, source: DataSource) -> str:
    """In words what was understood by the readings of `source`."""
    if mark == found.mark:
        text = _(
            "%(first)s is read as %(whole)s and %(part)s thousandths: that goes with the readings of %(source)s, "
            "thousands would not. Not so? Say it under “How it was read”."
        )
    else:
        text = _(
            "%(first)s is read as %(whole)s thousand and %(part)s: that goes with the readings of %(source)s, "
            "decimals would not. Not so? Say it under “How it was read”."
        )
    return text % _first_of(found, source)


def against(found: OpenMark, mark: Mark, source: DataSource) -> str:
    """In words that the readings of `source` go with the other meaning than the one that was said."""
    if mark == found.mark:
        text = _(
            "%(first)s is read as %(whole)s and %(part)s thousandths, but only %(whole)s thousand and %(part)s would "
            "go with the readings of %(source)s. Not so? Say it under “How it was read”."
        )
    else:
        text = _(
            "%(first)s is read as %(whole)s thousand and %(part)s, but only %(whole)s and %(part)s thousandths would "
            "go with the readings of %(source)s. Not so? Say it under “How it was read”."
        )
    return text % _first_of(found, source)


def _first_of(found: OpenMark, source: DataSource) -> dict[str, Any]:
    whole, _mark, part = found.first.partition(found.mark)
    return {"first": found.first, "whole": whole, "part": str(int(part)), "source": source}


def offering(question: Question, mark: Mark) -> Question:
    """The question about a fall, offering first that its numbers, read by `mark`, have thousands and no decimals, where
    they do not fall then.
    """
    before, value = question.before.value, question.value
    before = before if question.before_is_stored else _as_thousands(before)
    value = value if question.is_stored else _as_thousands(value)
    if value < before or "second" in question.options:
        return question
    other: Answer = "comma" if mark == "." else "point"
    return replace(question, options=(other, *question.options))


def _as_thousands(value: Decimal) -> Decimal:
    return value.scaleb(PLACES) if value.as_tuple().exponent == -PLACES else value


def _fits(row: Judged, stored: Sequence[Point]) -> bool:
    if row.at is None or row.value is None:
        return False
    return any(
        abs(near.value) <= TIMES * abs(row.value) <= TIMES * TIMES * abs(near.value) for near in _beside(row.at, stored)
    )


def _beside(at: datetime, stored: Sequence[Point]) -> list[Point]:
    """The last reading at or before a time, and the first at or after it; `stored` comes oldest first."""
    return [
        *[point for point in stored if point.at <= at][-1:],
        *[point for point in stored if point.at >= at][:1],
    ]
