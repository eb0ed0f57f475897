"""A source as one JSON document: what it is, its rules, meter changes and imports, and every reading it has."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from accounts.current import Actor, acting
from readings.exports.rows import Exported, parts
from readings.exports.tables import as_json, instant
from readings.models import ImportBatch
from sources.models import DataSource, DataValidator, MeterChange
from sources.numbers import format_number

FORMAT = "homelog/source"
VERSION = 1


def json_parts(source: DataSource, who: Actor) -> Iterator[str]:
    """The document, part by part, for `who`: numbers as text, so that no reader rounds them; instants in UTC."""
    with acting(who):
        head: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "source": facts_of(source),
            "rules": [_rule(rule) for rule in source.validators.all()],
            "meter_changes": [_change(change) for change in source.meter_changes.all()],
            "imports": [_import(batch) for batch in ImportBatch.objects.filter(source=source).order_by("created_at")],
        }
    yield as_json(head).removesuffix("}") + ',"readings":['
    before = "\n"
    for part in parts(source, who):
        yield before + ",\n".join(as_json(_reading(reading)) for reading in part)
        before = ",\n"
    yield "\n]}\n"


def facts_of(source: DataSource) -> dict[str, Any]:
    """What is told of a source itself. Its home and owner must be at hand, or a transaction."""
    plain = ("name", "source_type", "unit", "counting", "digits", "decimals", "description", "place_name", "address")
    return {
        "id": str(source.public_id),
        **{name: getattr(source, name) for name in (*plain, "meter_number", "rhythm", "is_public")},
        "time_zone": source.zone.key,
        "home": source.home.name if source.home else None,
        "owner": source.owner.get_short_name(),
        "picture": source.thumbnail.name or None,
        "created_at": instant(source.created_at),
        "archived_at": instant(source.archived_at) if source.archived_at else None,
    }


def _rule(rule: DataValidator) -> dict[str, Any]:
    return {
        "id": str(rule.public_id),
        **{name: _number(getattr(rule, name)) for name in ("min_value", "max_value", "max_per_day")},
        "non_decreasing": rule.non_decreasing,
        "on_violation": rule.on_violation,
        "created_at": instant(rule.created_at),
    }


def _change(change: MeterChange) -> dict[str, Any]:
    return {
        "id": str(change.public_id),
        "changed_at": instant(change.changed_at),
        "old_final": _number(change.old_final),
        "new_initial": _number(change.new_initial),
        **{name: getattr(change, name) for name in ("old_number", "new_number", "reason")},
    }


def _import(batch: ImportBatch) -> dict[str, Any]:
    return {
        "id": str(batch.public_id),
        "file": batch.file_name,
        "format": batch.format,
        "counts": batch.counts,
        "created_at": instant(batch.created_at),
        "undone_at": instant(batch.undone_at) if batch.undone_at else None,
    }


def _reading(reading: Exported) -> dict[str, Any]:
    return {
        "id": str(reading.public_id),
        "recorded_at": instant(reading.recorded_at),
        "value": format_number(reading.value),
        "quality": reading.quality,
        "note": reading.notes,
        "metadata": reading.metadata,
        "photo": reading.photo or None,
        "written_by": reading.created_by,
        "written_at": instant(reading.created_at),
        "corrected_by": reading.updated_by,
        "corrected_at": instant(reading.updated_at) if reading.updated_at else None,
        "import_id": str(reading.import_id) if reading.import_id else None,
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format_number(value)
