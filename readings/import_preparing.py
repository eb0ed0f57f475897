"""From a draft to what would be stored: its file is read as the person said, and every row judged."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from django.utils import timezone as clock
from django.utils.translation import gettext as _

from accounts.models import User
from readings.import_brought import brought
from readings.import_items import Item, Prepared
from readings.import_marks import Ways, against, offering, told, told_by, unknown
from readings.import_progress import SILENT, Progress
from readings.import_setup import NEW, SKIP, Setup
from readings.import_targets import proposed_for, started
from readings.importers import (
    MARKS,
    VALUES,
    Candidate,
    Choices,
    Mark,
    Role,
    Understanding,
    open_mark,
    series,
    understand,
)
from readings.imports import plan
from readings.models import ImportDraft
from sources.models import DataSource

MOST_MADE = 30

OWN_ROLE: dict[str, Role] = {"counter": "dial", "amount": "use", "level": "level"}


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
        setup.answers.get(item.series.key, {}),
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
