"""Writes entries: who acts is taken from accounts.current, so no caller can name somebody else."""

from collections.abc import Mapping
from uuid import UUID

from accounts.current import actor
from audit.changes import Plain
from audit.models import AuditLog


def write(
    event_type: str,
    details: Mapping[str, Plain] | None = None,
    *,
    home_id: int | None = None,
    source_id: int | None = None,
    reading_id: UUID | None = None,
) -> AuditLog:
    """Add one entry in the transaction of what it tells about: both are kept or neither."""
    who = actor()
    return AuditLog.objects.create(
        event_type=event_type,
        actor_id=who.user_id,
        actor_name=who.name,
        remote_address=who.address,
        home_id=home_id,
        source_id=source_id,
        reading_id=reading_id,
        details=dict(details or {}),
    )
