"""What changed between two states of a row, as plain data for the log. Pure: no Django, no clock, no I/O."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


def plain(value: object) -> Plain:
    """A value as JSON can hold it without losing anything: numbers as text, instants as ISO 8601 in UTC.

    Raises TypeError for a kind of value that is not known here, ValueError for a time without its offset.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        # A number within an object came from JSON, so that JSON holds it as it is; a measured value is never a float.
        return {str(key): item if isinstance(item, float) else plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be written to the log")


def _instant(value: datetime) -> str:
    # In UTC, so that the same instant in another zone is no change.
    if value.tzinfo is None:
        raise ValueError("a time without its offset cannot be written to the log")
    return value.astimezone(UTC).isoformat()


def state(values: Mapping[str, object]) -> dict[str, Plain]:
    """A row's fields as plain data."""
    return {name: plain(value) for name, value in values.items()}


def changed(old: Mapping[str, Plain], new: Mapping[str, Plain]) -> tuple[dict[str, Plain], dict[str, Plain]]:
    """The fields that differ, as (old values, new values). A row that was not there before has no old values."""
    names = [name for name in new if name not in old or old[name] != new[name]]
    return {name: old[name] for name in names if name in old}, {name: new[name] for name in names}
