"""How old seals, shipped entries and backups are, and what waits: told by the database, which names nobody in it.

Prometheus and `manage.py doctor` are told the same (audit 0012 has the function).
"""

from dataclasses import astuple, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class State:
    """Ages and waits in seconds, numbers of the rest; None where there never was one.

    unsealed_for, unshipped_for: how long the oldest entry waits to be sealed, and the oldest seal to be carried to the
    place that is furthest behind; 0 where none waits. shipped_age: of the newest seal that every place has.
    drafts: files that were brought to be imported and are not stored; 10,000 at most are looked at.
    """

    seal_age: float | None = None
    unsealed_for: float = 0
    places: int = 0
    shipped_age: float | None = None
    unshipped_for: float | None = None
    backup_age: float | None = None
    drafts: int = 0
    imports_waiting: int = 0
    imports_running: int = 0


SQL = f"SELECT {', '.join(each.name for each in fields(State))} FROM site_figures()"  # noqa: S608 - names of our own

TOLD = {
    "homelog_audit_seal_age_seconds": "Age of the newest seal of the audit log",
    "homelog_audit_unsealed_seconds": "How long the oldest entry waits to be sealed",
    "homelog_audit_places": "Places that the audit log is carried to",
    "homelog_audit_shipped_age_seconds": "Age of the newest seal that all of them have",
    "homelog_audit_unshipped_seconds": "How long the oldest seal waits to be carried away",
    "homelog_backup_age_seconds": "Age of the newest file of manage.py backup",
    "homelog_import_drafts": "Files brought to be imported and not stored yet",
    "homelog_imports_waiting": "Imports that wait for their turn",
    "homelog_imports_running": "Imports that are read or stored now",
}
"""What each field is called for Prometheus, in the order of the fields."""


def of(row: tuple[Any, ...]) -> State:
    """The state as SQL answered it."""
    return State(*row)


def told(state: State) -> list[tuple[str, str, float]]:
    """Name, meaning and value of every figure that there is."""
    pairs = zip(TOLD.items(), astuple(state), strict=True)
    return [(name, text, float(value)) for (name, text), value in pairs if value is not None]
