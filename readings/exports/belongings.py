"""What belongs to a source beside its readings, as plain data: what it is, its rules, meter changes and imports, and
who may do what.
"""

from decimal import Decimal
from typing import Any

from readings import sums
from readings.exports.words import instant
from readings.models import ImportBatch
from sources.models import DataSource, DataValidator, Home, HomeMember, MeterChange
from sources.numbers import format_number
from sources.sharing import rights_of

PLAIN = ("name", "source_type", "unit", "counting", "digits", "decimals", "description", "place_name", "address")


def facts_of(source: DataSource) -> dict[str, Any]:
    """What is told of a source itself. Its home and owner must be at hand, or a transaction."""
    return {
        "id": str(source.public_id),
        **{name: getattr(source, name) for name in (*PLAIN, "meter_number", "rhythm", "is_public")},
        "time_zone": source.zone.key,
        "home": source.home.name if source.home else None,
        "owner": source.owner.get_short_name(),
        "picture": source.thumbnail.name or None,
        "created_at": instant(source.created_at),
        "archived_at": instant(source.archived_at) if source.archived_at else None,
        **({"parts": _parts(source)} if source.is_sum else {}),
    }


def home_facts(home: Home) -> dict[str, Any]:
    """What is told of a home itself."""
    told = {name: getattr(home, name) for name in ("name", "address", "timezone")}
    return {"id": str(home.public_id), **told, "created_at": instant(home.created_at)}


def rules_of(source: DataSource) -> list[dict[str, Any]]:
    """The rules that its readings must pass."""
    return [_rule(rule) for rule in source.validators.all()]


def changes_of(source: DataSource) -> list[dict[str, Any]]:
    """Where another dial began to count."""
    return [_change(change) for change in source.meter_changes.all()]


def parts_of(total: DataSource) -> dict[str, Any]:
    """What a sum is worked out from, as far as it is shared with who looks; of the rest only how many there are."""
    made = sums.made([total])[total.pk]
    parts = [{"id": str(each.source.public_id), "sign": each.sign} for each in made.summands]
    return {"parts": parts, "not_shared": made.hidden, "deleted": made.gone}


def imports_of(source: DataSource) -> list[dict[str, Any]]:
    """The files that brought readings."""
    return [_import(batch) for batch in ImportBatch.objects.filter(source=source).order_by("created_at")]


def grants_on(place: DataSource | Home) -> list[dict[str, Any]]:
    """What was granted on a place itself, as far as who looks may see it: what the page about sharing shows."""
    return [_grant(right) for right in rights_of(place)]


def _parts(total: DataSource) -> list[dict[str, Any]]:
    """The sources that a sum is made of, as far as who looks may see them."""
    parts = total.parts.exclude(part=None).select_related("part")
    return [{"id": str(each.part.public_id), "name": each.part.name, "sign": each.sign} for each in parts if each.part]


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


def _grant(right: Any) -> dict[str, Any]:
    return {
        "person": right.user.get_short_name(),
        "level": right.level,
        "of": "home" if isinstance(right, HomeMember) else "source",
        "granted_at": instant(right.granted_at),
        "granted_by": right.granted_by.get_short_name() if right.granted_by else None,
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format_number(value)
