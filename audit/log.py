"""Writes entries: who acts is taken from accounts.current, so no caller can name somebody else."""

import json
from collections.abc import Mapping
from uuid import UUID

from django.db import connection
from django.utils import timezone as clock

from accounts import replica
from accounts.current import actor
from audit.changes import Plain

# A look alone is worth no wait for the disk: where nothing was written before it, its transaction commits without.
# Every other entry takes that back, as all that a household writes passes here: what is written is on disk when it is
# answered. A crash of the server can so lose the notes of the last moments that somebody looked, and nothing else.
# Where a replica follows, a look waits too: what is not on the disk is not sent on, and it would lag by that.
WITHOUT_WAITING = (
    "SELECT set_config('synchronous_commit', 'off', true) WHERE pg_current_xact_id_if_assigned() IS NULL; "
)
WAITING = "SET LOCAL synchronous_commit TO DEFAULT; "

# Without RETURNING: whoever is not signed in may add an entry, but not read it back.
INSERT = """
INSERT INTO audit_log
    (event_time, event_type, actor_id, actor_name, home_id, source_id, reading_id, remote_address, details)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb || coalesce(
    (SELECT jsonb_build_object('by_key', name, 'by_key_id', id) FROM api_key WHERE id = %s), '{}'))
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
    admin is marked; what a program did for the person names the key, as it is called then, or the app.
    """
    who = actor()
    marked: dict[str, Plain] = {**(details or {}), **({"staff": True} if who.staff else {})}
    if who.app is not None:
        marked["by_app"] = who.app
    with connection.cursor() as cursor:
        cursor.execute(
            (WITHOUT_WAITING if is_look and not replica.is_configured() else WAITING) + INSERT,
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
                who.key_id,
            ],
        )
