"""The life of one reading: its entries, and what it said after each of them. Bringing a state back: audit.putting_back.

A state is plain data as the log keeps it (audit.changes), its value in the unit of today: what was said before the
source was converted (sources.conversion) is brought to it. A photo is part of it for as long as its file is kept after
it was taken away (sources.picture_files); a state whose photo is gone has the one of the state after it, or none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from audit.changes import Plain, plain
from audit.models import AuditLog
from audit.queries import of_import, of_reading
from audit.watched import WATCHED
from readings.models import ImportBatch, Reading
from sources.models import DataSource
from sources.picture_files import is_there

LONGEST = 200
"""How many of the newest entries of a reading are looked at."""
STATED = ("value", "recorded_at", "quality_flag", "notes", "metadata", "photo")

State = Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a life and what the reading said after it; None after its deletion."""

    entry: AuditLog
    after: State | None


@dataclass(frozen=True, slots=True)
class Life:
    """The steps of a reading, newest first, and the state in which it is stored; None where it is deleted."""

    source: DataSource
    steps: Sequence[Step]
    now: State | None

    @property
    def last(self) -> State | None:
        """What a deleted reading said in the end, whole; None for one that is there, or that went with its import."""
        newest = self.steps[0].entry if self.steps else None
        deleted = newest is not None and newest.event_type == "delete_reading"
        return _told(newest, self.source) if deleted and newest else None

    @property
    def lost_photo(self) -> bool:
        """Whether the deleted reading had a photo that is gone for good."""
        return self.last is not None and bool(_old(self.steps[0].entry).get("photo")) and "photo" not in self.last

    def differs(self, step: Step) -> bool:
        """Whether the reading said something else after `step` than it says now."""
        return step.after is not None and self.now is not None and step.after != self.now


def life_of(source: DataSource, public_id: UUID, reading: Reading | None) -> Life:
    """The life of a reading; `source` was fetched by sources.access, `reading` is None for one that is gone."""
    # As they were written, whatever the clock said then.
    entries = sorted(of_reading(source, public_id)[:LONGEST], key=attrgetter("pk"), reverse=True)
    now = stated(WATCHED[Reading].given(reading)) if reading else None
    batch = _batch_of(source, entries, reading)
    if batch is not None:
        batch.source = source
        entries += list(of_import(batch)[:1])
    return Life(source, list(_steps(source, entries, now)), now)


def _batch_of(source: DataSource, entries: Sequence[AuditLog], reading: Reading | None) -> ImportBatch | None:
    if reading is not None:
        return reading.import_batch
    brought = next((entry.details["old"].get("import") for entry in entries if "import" in _old(entry)), None)
    return ImportBatch.objects.filter(source=source, public_id=brought).first() if brought else None


def _old(entry: AuditLog) -> dict[str, Any]:
    return entry.details.get("old") or {}


def _told(entry: AuditLog, source: DataSource) -> dict[str, Any]:
    """The old values of an entry, without a photo whose file is gone or about to go; the value in the unit of today."""
    old = _old(entry)
    lost = bool(old.get("photo")) and not is_there(old["photo"], entry.event_time)
    told = {name: value for name, value in old.items() if name != "photo" or not lost}
    if "value" in told and source.conversions:
        known = entry.details.get("conversions")
        told["value"] = plain(source.in_todays_unit(Decimal(told["value"]), entry.event_time, known))
    return told


def stated(state: State) -> State:
    return {name: state[name] for name in STATED if name in state}


def _steps(source: DataSource, entries: Sequence[AuditLog], now: State | None) -> Iterator[Step]:
    """Backward from what is stored: an entry's old values, laid over what came after, are what came before."""
    state = now
    for entry in entries:
        yield Step(entry, state)
        if entry.event_type == "update_reading":
            state = None if state is None else {**state, **stated(_told(entry, source))}
        else:
            state = stated(_told(entry, source)) or None


def values(state: State) -> dict[str, Any]:
    """A state as the fields' own types."""
    return {name: of_field(name, value) for name, value in stated(state).items()}


def of_field(name: str, value: Plain) -> Any:
    """A plain value as the type of a reading's field."""
    field: Any = Reading._meta.get_field(name)
    return field.to_python(value)
