"""From a draft to what would be stored: each meter of the file, where it goes, and what becomes of its rows; and the
storing of all of them, or none.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from accounts.models import User
from readings.import_brought import NOTHING, Brought, brought, make_room_for_sources, make_sums
from readings.import_marks import Ways, against, offering, told, told_by, unknown
from readings.import_progress import SILENT, Progress
from readings.import_setup import NEW, SKIP, Setup, shape_of
from readings.import_targets import proposed_for, started
from readings.importers import (
    MARKS,
    VALUES,
    Candidate,
    Choices,
    Mark,
    Role,
    Series,
    Understanding,
    conversion,
    open_mark,
    series,
    understand,
)
from readings.imports import CannotStore, Plan, plan, store
from readings.models import ImportBatch, ImportDraft
from sources.levels import Level
from sources.models import Counting, DataSource
from sources.units import related

MOST_MADE = 30

OWN_ROLE: dict[str, Role] = {"counter": "dial", "amount": "use", "level": "level"}


class NothingChosen(ValueError):
    """Every part of the file is left out; str() is the sentence."""


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


def prepare(
    draft: ImportDraft,
    setup: Setup,
    person: User,
    targets: Sequence[DataSource],
    *,
    may_make: bool,
    to_store: bool = False,
    progress: Progress = SILENT,
) -> Prepared:
    """Read the draft as `setup` says, and judge every row of it; to_store: with the sources locked, so that it can be
    stored as it was judged.

    Raises ImportRefused where it cannot be read so, such as "order_unknown" or "mark_unknown" before the person said.
    """
    progress.begin("reading")
    found = understand(bytes(draft.content), setup.cut_at)
    prepared = _with_mark(
        partial(_for_one, draft, found, setup)
        if draft.source is not None
        else partial(_for_home, draft, found, setup, person=person, targets=targets, may_make=may_make),
        setup.choices(found),
    )
    if to_store:
        there = {item.source.pk: item.source for item in prepared.items if item.source and not item.is_new}
        # By their keys, as undo_file does: nobody waits for somebody who waits for them.
        for _key, source in sorted(there.items()):
            source.lock()
        # A unit may have been changed while we waited.
        for key, unit in DataSource.objects.filter(pk__in=there).values_list("pk", "unit"):
            there[key].unit = unit
    progress.begin("judging", sum(len(item.series.rows) for item in prepared.items if item.source))
    for item in prepared.items:
        _judge(item, setup, progress)
        _offer_other_mark(item, prepared)
    return prepared


def _with_mark(made: Callable[[Choices], Prepared], choices: Choices) -> Prepared:
    """What is `made` of the choices. Where the mark in the numbers may mean two things, the readings of the meters that
    they go to tell which; where they do not, raises ImportRefused "mark_unknown". What a person said counts, and `told`
    says where the readings go with the other meaning.
    """
    prepared = made(choices)
    going = [item for item in prepared.items if item.source]
    found = open_mark(prepared.understanding, {item.series.column for item in going})
    if found is None:
        return prepared
    ways = {mark: prepared if mark == choices.mark else made(replace(choices, mark=mark)) for mark in MARKS}
    said: dict[Mark, DataSource] = {}
    for item in going:
        rows = {mark: way.items[item.number].series.rows for mark, way in ways.items()}
        if item.source and (mark := _told_by(item, item.source, prepared.setup, rows)):
            said.setdefault(mark, item.source)
    if choices.mark:
        others = [source for source in said.values() if choices.mark not in said]
        return replace(prepared, told=against(found, choices.mark, others[0])) if others else prepared
    if len(said) != 1:
        raise unknown(found, [item.source for item in going if item.source])
    ((mark, source),) = said.items()
    return replace(ways[mark], told=told(found, mark, source))


def _told_by(item: Item, source: DataSource, setup: Setup, rows: Ways) -> Mark | None:
    item.settle_unit(source, setup.units.get(item.series.key, ""))
    return told_by(source, rows, setup.clock, item.scale or 0)


def _for_home(
    draft: ImportDraft,
    found: Understanding,
    setup: Setup,
    choices: Choices,
    *,
    person: User,
    targets: Sequence[DataSource],
    may_make: bool,
) -> Prepared:
    """Every series, each for the meter that was chosen for it or suggests itself."""
    made = series(found, choices)
    items: list[Item] = []
    shown = made if found.content.origins else made[:MOST_MADE]
    for number, each in enumerate(shown):
        gone = {item.target for item in items}
        target = setup.to.get(each.key) or proposed_for(each, made, targets, gone, draft.home, may_make=may_make)
        source = next((source for source in targets if str(source.public_id) == target), None)
        if target == NEW:
            source = started(each, setup.new.get(each.key, {}), draft, person) if may_make else None
        items.append(Item(number, each, target if source else SKIP, source))
    for item in items:
        if item.source and not item.is_new and [other.target for other in items].count(item.target) > 1:
            item.problem = _("Two parts of this file go to %(source)s. Choose another meter for one of them.") % {
                "source": item.source
            }
    return Prepared(draft, found, setup, choices, items, [], list(targets), may_make, len(made) - len(shown))


def store_all(
    prepared: Prepared, file_name: str, format: str, *, leave_out_refused: bool, progress: Progress = SILENT
) -> list[ImportBatch]:
    """Store everything that is new of what was prepared `to_store` in this transaction; what each import needs to be
    undone with the others.

    Raises CannotStore where rows are refused and not to be left out, or where nothing is new; NothingChosen;
    PermissionDenied; sources.quotas.Full.
    """
    ready = sorted(prepared.ready, key=lambda item: (item.is_new, item.source.pk or 0 if item.source else 0))
    if not ready:
        refused = next((item for item in prepared.items if item.plan), None)
        if refused is None or refused.plan is None:
            raise NothingChosen(_("Choose at least one meter that a part of this file goes to."))
        raise CannotStore(_("There is nothing new in this file: no reading was stored."), refused.plan)
    skipped = [item.series.key for item in prepared.items if item.target == SKIP]
    how = {**prepared.setup.reading(), "shape": shape_of(prepared.understanding), "skipped": skipped}
    shared = {"file_name": file_name, "format": format, "file_id": uuid4(), "zone": prepared.setup.clock}
    progress.begin("storing", prepared.count)
    with transaction.atomic():
        made = sum(item.is_new for item in ready) + len(prepared.bare)
        if made:
            make_room_for_sources(made)
        batches = [
            _store_one(item, prepared, how, leave_out_refused=leave_out_refused, progress=progress, **shared)
            for item in ready
        ]
        for item in prepared.bare:
            _made(item)
            item.more.note_turns()
            item.more.set_rules()
        make_sums(prepared.understanding.content.origins, prepared.draft.home, prepared.meters)
        progress.begin("finishing")
    return batches


def _store_one(item: Item, prepared: Prepared, how: Mapping[str, object], **shared: Any) -> ImportBatch:
    """Store what is new for one meter, which is made first where it is new. `shared` is the same for the whole file."""
    source = _made(item) if item.is_new else item.source
    if source is None:
        raise ValueError("What is stored goes to a meter.")
    batch = store(
        source,
        item.series.rows,
        answers=_answers(prepared.setup, item.series),
        scale=item.scale or 0,
        mapping={
            **how,
            "series": item.series.key,
            "counts_in": item.counts_in,
            "unit": source.unit,
            "conversions": len(source.conversions or []),
        },
        judged=item.plan,
        more=item.more,
        **shared,
    )
    if item.is_new and not item.series.origin and _only_grows(source, item.plan):
        source.validators.create(non_decreasing=True)
    return batch


def _for_one(draft: ImportDraft, found: Understanding, setup: Setup, choices: Choices) -> Prepared:
    """One series for one source, whichever way its values are proposed: they are taken as the source counts."""
    source = draft.source
    if source is None:
        raise ValueError("This draft is for a home.")
    key = setup.column or str(found.suggested)
    wanted = key.partition(":")[0]
    numbers = {candidate.column: candidate for candidate in found.candidates}
    if wanted not in map(str, numbers):
        wanted = key = str(found.suggested)
    roles: list[Role] = ["none" if role in VALUES else role for role in choices.roles or found.roles]
    roles[int(wanted)] = OWN_ROLE[source.counting]
    choices = replace(choices, roles=tuple(roles))
    made = series(found, choices)
    chosen = next((each for each in made if each.key == key), made[0])
    options: list[tuple[str, str, Candidate | None]] = [
        (each.key, each.name, numbers.get(each.column)) for each in made
    ]
    options += [(str(column), each.name, each) for column, each in numbers.items() if str(column) != wanted]
    options.sort(key=lambda option: int(option[0].partition(":")[0]))
    item = Item(0, chosen, str(source.public_id), source)
    return Prepared(draft, found, setup, choices, [item], options, [source], may_make=False)


def _judge(item: Item, setup: Setup, progress: Progress) -> None:
    if item.source is None:
        return
    item.settle_unit(item.source, setup.units.get(item.series.key, ""))
    item.more = brought(item.series.origin, item.source)
    item.plan = plan(
        item.source,
        progress.watch(item.series.rows),
        clock.now(),
        _answers(setup, item.series),
        zone=setup.clock,
        scale=item.scale or 0,
        more=item.more,
    )
    if item.is_new and not item.source.unit:
        item.problem = _("Say in which unit %(name)s counts.") % {"name": item.source.name}


def _offer_other_mark(item: Item, prepared: Prepared) -> None:
    """Where the dial falls only because a mark before three digits was taken for decimals, it may be thousands."""
    style = prepared.understanding.columns[item.series.column].numbers
    if item.plan and style and not style.mark_known and not item.scale:
        mark = prepared.choices.mark or style.mark
        decisions = item.plan.decisions
        decisions.questions = [offering(question, mark) for question in decisions.questions]


def _answers(setup: Setup, each: Series) -> Mapping[str, str]:
    return setup.answers.get(each.key, {})


def _made(item: Item) -> DataSource:
    source = item.source
    if source is None:
        raise ValueError("Nothing is to be made.")
    source.full_clean(exclude=["owner", "home"])
    source.save()
    source.level = Level.OWNER
    return source


def _only_grows(source: DataSource, found: Plan | None) -> bool:
    return (
        source.counting == Counting.COUNTER
        and found is not None
        and not found.decisions.kept
        and not found.decisions.more
    )
