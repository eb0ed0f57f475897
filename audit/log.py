"""Writes entries: who acts is taken from accounts.current, so no caller can name somebody else."""

import json
from collections.abc import Mapping
from uuid import UUID

from django.db import connection
from django.utils import timezone as clock

from accounts.current import actor
from audit.changes import Plain

# A look alone is worth no wait for the disk: where nothing was written before it, its transaction commits without.
# Every other entry takes that back, as all that a household writes passes here: what is written is on disk when it is
# answered. A crash of the server can so lose the notes of the last moments that somebody looked, and nothing else.
WITHOUT_WAITING = (
    "SELECT set_config('synchronous_commit', 'off', true) WHERE pg_current_xact_id_if_assigned() IS NULL; "
)
WAITING = "SET LOCAL synchronous_commit TO DEFAULT; "

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
    is_look: bool = False,
) -> None:
    """Add one entry in the transaction of what it tells about: both are kept or neither.

    `is_look` says that nothing was changed, so that the answer need not wait for the disk. What staff do in Django
    admin is marked.
    """
    who = actor()
    marked = {**(details or {}), "staff": True} if who.staff else dict(details or {})
    with connection.cursor() as cursor:
        cursor.execute(
            (WITHOUT_WAITING if is_look else WAITING) + INSERT,
            [
                clock.now(),
                event_type,
                who.user_id,
                who.name,
                home_id,
                source_id,
                reading_id,
                who.address,
                json.dumps(marked),
            ],
        )
