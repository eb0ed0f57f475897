"""What would be stored of a draft: each meter of the file, where it goes, and what becomes of its rows."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from readings.import_brought import NOTHING, Brought
from readings.import_setup import NEW, Setup
from readings.importers import Candidate, Choices, Series, Understanding, conversion
from readings.imports import Plan
from readings.models import ImportDraft
from sources.models import DataSource
from sources.units import related


@dataclass
class Item:
    """One meter of a file. `target`: a source's public id, "new", "skip". `source` is where its rows go, not stored yet
    where it is new, None where it is left out. `problem`: why nothing can be stored, in a sentence. `more`: what the
    file brings beside readings. `counts_in`: the unit of its values, as the file says or else the person.
    """

    number: int
    series: Series
    target: str
    source: DataSource | None
    plan: Plan | None = None
    scale: int | None = 0
    problem: str = ""
    more: Brought = NOTHING
    counts_in: str = ""

    @property
    def is_new(self) -> bool:
        """Whether its source is to be made."""
        return self.target == NEW

    @property
    def is_at_odds(self) -> bool:
        """Whether its dial falls more than once against what is stored: most likely it is another meter's."""
        questions = self.plan.decisions.questions if self.plan else []
        return sum(question.meets_stored for question in questions) > 1

    @property
    def units(self) -> tuple[str, ...]:
        """The units to choose from, in which the file may count that goes to a meter and names none itself."""
        found = related(self.source.unit) if self.source and not self.is_new and self.series.unit is None else ()
        return found if len(found) > 1 else ()

    def settle_unit(self, source: DataSource, said: str) -> None:
        """Take the unit of the file, else the one that the person `said`, else the meter's own."""
        self.counts_in = self.series.unit or (said if said in self.units else source.unit)
        self.scale = conversion(self.counts_in, source.unit)

    @property
    def foreign_unit(self) -> str | None:
        """The unit of the file where the values are stored as they stand though the source counts in another."""
        return self.series.unit if self.scale is None else None


@dataclass
class Prepared:
    """A draft as it would be stored. `options`: for one source, the series to choose from, by key, with a word each.
    `left_over`: how many meters of the file are not shown, because it has more than MOST_MADE. `told`: what the mark
    in its numbers means, in a sentence, where the readings of a meter told it.
    """

    draft: ImportDraft
    understanding: Understanding
    setup: Setup
    choices: Choices
    items: list[Item]
    options: list[tuple[str, str, Candidate | None]]
    targets: list[DataSource]
    may_make: bool
    left_over: int = 0
    told: str = ""

    @property
    def ready(self) -> list[Item]:
        """Those with something to store."""
        return [item for item in self.items if item.plan and item.plan.new and not item.problem]

    @property
    def bare(self) -> list[Item]:
        """The meters of HomeLog's own file that are to be made without a reading."""
        return [
            item
            for item in self.items
            if item.is_new and item.series.origin and not item.series.rows and not item.problem
        ]

    @property
    def meters(self) -> dict[str, DataSource]:
        """The sources that meters of HomeLog's own file go to, by the ids that the file gives them."""
        return {item.series.origin.id: item.source for item in self.items if item.series.origin and item.source}

    @property
    def refused(self) -> int:
        """How many rows cannot be stored."""
        return sum(len(item.plan.refused) for item in self.items if item.plan)

    @property
    def count(self) -> int:
        """How many readings would be stored."""
        return sum(len(item.plan.new) for item in self.ready if item.plan)

    @property
    def problems(self) -> list[str]:
        """Why nothing can be stored as it is."""
        return [item.problem for item in self.items if item.problem]

    @property
    def mark(self) -> str:
        """The decimal mark by which numbers are read that could have either."""
        open_ones = (each.numbers.mark for each in self.understanding.columns if each.numbers)
        return self.choices.mark or next(open_ones, ".")

    @cached_property
    def seen(self) -> str:
        """A mark of all that was chosen: what is imported must be what was looked at."""
        shown = [self.choices.roles, self.choices.order, self.mark, self.setup.separator, self.setup.zone]
        items = [
            [
                item.series.key,
                item.target,
                item.is_new and item.source and [item.source.name, item.source.source_type],
                item.source and [item.counts_in, item.source.unit],
            ]
            for item in self.items
        ]
        answers = [
            [item.number, each.key, each.answer]
            for item in self.items
            if item.plan
            for each in item.plan.decisions.questions
        ]
        return hashlib.sha256(json.dumps([shown, items, answers]).encode()).hexdigest()[:16]
