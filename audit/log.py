"""Writes entries: who acts is taken from accounts.current, so no caller can name somebody else."""

import json
from collections.abc import Mapping
from uuid import UUID

from django.db import connection
from django.utils import timezone as clock

from accounts.current import actor
from audit.changes import Plain

# Without RETURNING: whoever is not signed in may add an entry, but not read it back.
INSERT = """
INSERT INTO audit_log
    (event_time, event_type, actor_id, actor_name, home_id, source_id, reading_id, remote_address, details)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def write(
    event_type: str,
    details: Mapping[str, Plain] | None = None,
    *,
    home_id: int | None = None,
    source_id: int | None = None,
    reading_id: UUID | None = None,
) -> None:
    """Add one entry in the transaction of what it tells about: both are kept or neither."""
    who = actor()
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                clock.now(),
                event_type,
                who.user_id,
                who.name,
                home_id,
                source_id,
                reading_id,
                who.address,
                json.dumps(dict(details or {})),
            ],
        )
