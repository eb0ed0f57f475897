"""The only door for many rows: judge them (`plan`), store them whole or not at all (`store`), take them back (`undo`).

Bytes become rows in readings/importers, those get their times in readings/placing.py, what becomes of them is said in
readings/judging.py, pages are in readings/views/importing.py, and how they get into the table is in
readings/staging.py. No signal is sent for a single row: the audit log hears `readings_imported` and
`readings_import_undone`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.current import actor
from readings.consumption import Change, Point, between
from readings.import_brought import NOTHING, Brought
from readings.import_known import known_of
from readings.import_progress import SILENT, Progress
from readings.importers import ImportRow
from readings.judging import Rules, meet_rules, meet_stored
from readings.models import ImportBatch
from readings.placing import Fate, Judged, place_in_time
from readings.queries import changes_of
from readings.questions import Decisions, NewDial, decide, key_of
from readings.signals import readings_import_undone, readings_imported
from readings.staging import write
from sources.models import Counting, DataSource, MeterChange

DELETE = """
WITH gone AS (
    DELETE FROM reading WHERE source_id = %s AND import_batch_id = %s RETURNING recorded_at, updated_at
) SELECT count(*), count(updated_at), min(recorded_at), max(recorded_at) FROM gone
"""


class CannotStore(ValueError):
    """Rows that must not be stored as they are; str() is the sentence, `plan` what was found of them."""

    def __init__(self, sentence: str, plan: "Plan") -> None:
        super().__init__(sentence)
        self.plan = plan


class AlreadyUndone(ValueError):
    """The import was undone before; str() is the sentence."""


@dataclass(frozen=True)
class Plan:
    """The rows of a file as they would be stored in `source`: in order of time, those without a time last.

    `total` is what the file says was used, in the source's unit: for a counter the sum of its steps, where a recorded
    meter change is bridged and any other step down counts as nothing; the sum of amounts; None for a level.
    """

    source: DataSource
    rows: Sequence[Judged]
    total: Decimal | None
    decisions: Decisions = field(default_factory=Decisions)

    @cached_property
    def new(self) -> list[Judged]:
        """The rows to be stored."""
        return self._of("new")

    @cached_property
    def there(self) -> list[Judged]:
        """The rows that are stored already."""
        return self._of("there")

    @cached_property
    def repeated(self) -> list[Judged]:
        """The rows that only say again what another row of the file says."""
        return self._of("repeated")

    @cached_property
    def conflicts(self) -> list[Judged]:
        """The rows at whose time another value is stored, which stays."""
        return self._of("conflict")

    @cached_property
    def refused(self) -> list[Judged]:
        """The rows that cannot be stored, in the order of the file."""
        return sorted(self._of("refused"), key=lambda row: row.line)

    @cached_property
    def blank(self) -> list[Judged]:
        """The rows without a value."""
        return self._of("blank")

    @cached_property
    def left(self) -> list[Judged]:
        """The rows that are left out by an answer."""
        return self._of("left")

    @cached_property
    def questionable(self) -> list[Judged]:
        """The rows that will be stored and marked as questionable."""
        return [row for row in self.new if row.quality == "questionable"]

    @cached_property
    def readable(self) -> list[Judged]:
        """The rows that are readings, whatever becomes of them, each instant once, in order of time."""
        return [row for row in self.rows if row.fate in ("new", "there", "conflict")]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind."""
        return {
            "rows": len(self.rows),
            "new": len(self.new),
            "there": len(self.there),
            "repeated": len(self.repeated),
            "conflicts": len(self.conflicts),
            "refused": len(self.refused),
            "questionable": len(self.questionable),
            **{name: count for name in ("blank", "left") if (count := len(self._of(name)))},
        }

    def _of(self, fate: Fate) -> list[Judged]:
        return [row for row in self.rows if row.fate == fate]


@dataclass(frozen=True)
class Undone:
    """What taking an import back came to: how many readings went, and how many of them had been corrected since."""

    deleted: int
    corrected: int


def plan(
    source: DataSource,
    rows: Iterable[ImportRow],
    now: datetime,
    answers: Mapping[str, str] | None = None,
    *,
    zone: ZoneInfo | None = None,
    scale: int = 0,
    more: Brought = NOTHING,
) -> Plan:
    """Judge the rows of a file, oldest first, against the clock, the rules and the readings of `source`, which may be
    one that is not stored yet.

    answers: what the person says to each fall of the dial, by the question's key; None where nobody is to be asked.
    zone: of the times without offset, else the source's own; values are multiplied by ten to the power of `scale`.
    more: what the file brings beside readings.
    A handful of statements, however many rows; time and memory grow with the rows, not with what is stored.
    """
    is_new = source.pk is None
    changes = sorted([*([] if is_new else changes_of(source)), *more.changes], key=attrgetter("at"))
    judged = place_in_time(rows, zone or source.zone, now, scale=scale)
    instants = [row.at for row in judged if row.fate == "new" and row.at]
    known = known_of(source, instants)
    judged = meet_stored(judged, known.values)
    decisions = _decided(source, judged, known.points, changes, answers)
    judged = _settled_all(judged, decisions, asked=answers is not None)
    changes = sorted([*changes, *(dial.change for dial in decisions.dials)], key=attrgetter("at"))
    rules = Rules([] if is_new else list(source.validators.all()), source.digits, [change.at for change in changes])
    judged = meet_rules(judged, known.points, rules)
    points = [row.point for row in judged if row.fate in ("new", "there", "conflict")]
    return Plan(source, judged, _total(source, points, changes), decisions)


def store(
    source: DataSource,
    rows: Iterable[ImportRow],
    file_name: str,
    format: str,
    *,
    leave_out_refused: bool = False,
    answers: Mapping[str, str] | None = None,
    zone: ZoneInfo | None = None,
    scale: int = 0,
    file_id: UUID | None = None,
    mapping: Mapping[str, object] | None = None,
    judged: Plan | None = None,
    more: Brought = NOTHING,
    progress: Progress = SILENT,
) -> ImportBatch:
    """Store the new rows of a file in one transaction, judged while the source is locked, as who acts now.

    What the answers say of the meter is noted first. file_id: shared by the imports of one file. mapping: how the file
    was read, for the next one of its shape. judged: what `plan` said of these rows in this very transaction, since the
    source was locked. Raises CannotStore where rows are refused and not to be left out, or where nothing is new;
    PermissionDenied without the right to add readings.
    """
    with transaction.atomic():
        source.lock()
        judged = judged or plan(source, rows, clock.now(), answers, zone=zone, scale=scale, more=more)
        _check(judged, leave_out_refused=leave_out_refused)
        batch = ImportBatch(source=source, file_name=file_name, format=format, created_by_id=actor().user_id)
        batch.file_id, batch.mapping = file_id or batch.public_id, dict(mapping or {})
        turns = [str(_noted(source, dial).public_id) for dial in judged.decisions.dials]
        batch.mapping["changes"] = [*turns, *more.note_turns()]
        batch.save()
        with_ids = source.may("delete_any_reading")
        batch.counts = {**judged.counts, "stored": write(batch, judged.new, progress, with_ids=with_ids)}
        batch.mapping["rules"] = more.set_rules()
        batch.save(update_fields=["counts", "mapping"])
        ends = {"first": judged.new[0].at, "last": judged.new[-1].at}
        readings_imported.send(sender=ImportBatch, batch=batch, facts={**batch.counts, **ends})
    return batch


def _check(judged: Plan, *, leave_out_refused: bool) -> None:
    """Raises CannotStore where rows are refused and not to be left out, or where nothing is new."""
    if judged.refused and not leave_out_refused:
        raise CannotStore(_some_refused(len(judged.refused)), judged)
    if not judged.new:
        raise CannotStore(_("There is nothing new in this file: no reading was stored."), judged)


def undo(batch: ImportBatch) -> Undone:
    """Delete every reading of an import, also those corrected since, in one statement.

    The person's right is the caller's matter; row-level security spares what they may not delete. Raises AlreadyUndone,
    and PermissionDenied without the right to add readings.
    """
    with transaction.atomic():
        batch.source.lock()
        batch.refresh_from_db(fields=["undone_at"])
        if batch.undone_at is not None:
            raise AlreadyUndone(_("This import was undone already."))
        with connection.cursor() as cursor:
            cursor.execute(DELETE, [batch.source_id, batch.pk])
            deleted, corrected, first, last = cursor.fetchone()
        for change in batch.source.meter_changes.filter(public_id__in=batch.mapping.get("changes", ())):
            change.delete()
        for rule in batch.source.validators.filter(public_id__in=batch.mapping.get("rules", ())):
            rule.delete()
        batch.undone_at = clock.now()
        batch.save(update_fields=["undone_at"])
        facts = {"deleted": deleted, "corrected": corrected, "first": first, "last": last}
        readings_import_undone.send(sender=ImportBatch, batch=batch, facts=facts)
    return Undone(deleted, corrected)


def undo_file(batches: Sequence[ImportBatch]) -> Undone:
    """Take every import of one file back, all or none; those undone before stay so. Raises as `undo`."""
    with transaction.atomic():
        # By source, as store_all locks them: nobody waits for somebody who waits for them.
        open_ones = [batch for batch in batches if batch.undone_at is None]
        done = [undo(batch) for batch in sorted(open_ones, key=lambda batch: batch.source_id)]
    if not done:
        raise AlreadyUndone(_("This import was undone already."))
    return Undone(sum(each.deleted for each in done), sum(each.corrected for each in done))


def _decided(
    source: DataSource,
    judged: Sequence[Judged],
    stored: Sequence[Point],
    changes: Sequence[Change],
    answers: Mapping[str, str] | None,
) -> Decisions:
    rows = [row for row in judged if row.fate in ("new", "other")]
    if answers is None or source.counting != Counting.COUNTER or not rows:
        return Decisions()
    may_change = source.pk is None or source.may("edit_source")
    return decide(rows, stored, changes, source.digits, answers, may_change=may_change)


def _settled_all(judged: Sequence[Judged], decisions: Decisions, *, asked: bool) -> list[Judged]:
    """The rows as the answers leave them; where nothing was asked, only a second value for a time is at stake."""
    open_fates = ("new", "other") if decisions.questions or decisions.left else ("other",)
    return [_settled(row, decisions, asked=asked) if row.fate in open_fates else row for row in judged]


def _settled(row: Judged, decisions: Decisions, *, asked: bool) -> Judged:
    """A row as the answers leave it."""
    if row.fate == "other" and key_of(row) in decisions.taken:
        return row._replace(fate="new", reason="")
    if row.fate == "other" and not (asked and key_of(row) in decisions.left):
        return row._replace(fate="refused")
    if row.fate in ("new", "other") and key_of(row) in decisions.left:
        return row._replace(fate="left", reason="")
    if row.fate == "new" and key_of(row) in decisions.kept and row.quality == "good":
        return row._replace(quality="questionable", reason=_("It is lower than the one before it."))
    return row


def _noted(source: DataSource, dial: NewDial) -> MeterChange:
    return source.meter_changes.create(
        changed_at=dial.at, old_final=dial.old_final, new_initial=dial.new_initial, reason=dial.reason
    )


def _total(source: DataSource, points: Sequence[Point], changes: Sequence[Change]) -> Decimal | None:
    if source.counting == Counting.LEVEL or not points:
        return None
    if source.counting == Counting.AMOUNT:
        return sum((point.value for point in points), Decimal(0))
    return between(points, changes, points[0].at, points[-1].at)


def _some_refused(count: int) -> str:
    return ngettext(
        "%(count)s row cannot be stored, so none was. Correct the file, or say that this row is to be left out.",
        "%(count)s rows cannot be stored, so none was. Correct the file, or say that these rows are to be left out.",
        count,
    ) % {"count": count}
