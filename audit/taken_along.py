"""The history of a source or a home as it goes into a file that somebody takes along: what their page of it tells, and
what was written while the clock was ahead.
"""

from collections.abc import Iterator
from typing import Any

from accounts.current import actor
from accounts.models import User
from audit.models import AuditLog
from audit.queries import EVER, Entries, history_of, page_of
from audit.sentences import sentence
from readings.exports.words import instant
from sources.models import DataSource, Home

PART = 500


def entries(place: DataSource | Home) -> Iterator[dict[str, Any]]:
    """The entries for who acts now, newest first, in the active language; of a home those of no source of its own,
    which have theirs, and only for its administrators.
    """
    person = User.objects.filter(pk=actor().user_id or 0).first()
    if person is None or (isinstance(place, Home) and not place.may("edit_source")):
        return
    found: Entries = history_of(place, person, until=EVER)
    found = found.filter(source_id=None) if isinstance(place, Home) else found
    before = ""
    while True:
        page = page_of(found, before, PART)
        for entry in page.entries:
            yield _told(entry, place)
        before = page.older
        if not before:
            return


def _told(entry: AuditLog, place: DataSource | Home) -> dict[str, Any]:
    told = sentence(entry, None, place.zone)
    return {
        "at": instant(entry.event_time),
        "who": entry.actor_name,
        "what": told.text,
        "in_detail": list(map(str, told.points)),
        "kind": entry.event_type,
        "reading": str(entry.reading_id) if entry.reading_id else None,
    }
