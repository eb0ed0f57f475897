"""A history as a CSV file: every entry that a person may read and asked for, written while it is being fetched.

The answer is sent after the request's transaction has ended. So each part is fetched in a transaction of its own, in
which that person acts: rights that end meanwhile end the file, and no connection is held while a slow reader takes it.
"""

import csv
from collections.abc import Iterator
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.current import Actor, acting
from audit.models import AuditLog
from audit.queries import Entries, page_of
from audit.sentences import sentence
from sources.cells import guarded
from sources.models import DataSource, Home

PART = 500
BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def rows(entries: Entries, place: DataSource | Home, who: Actor, language: str) -> Iterator[str]:
    """`entries` of `place`, newest first, as the lines of a CSV file in `language`, for `who`."""
    writer = csv.writer(_Echo())
    before = ""
    with translation.override(language):
        head = [_("When"), _("Who"), _("What"), _("In detail"), _("Kind"), _("Source"), _("Reading")]
    yield BYTE_ORDER_MARK + writer.writerow(head)
    while True:
        with acting(who), translation.override(language):
            page = page_of(entries.all(), before, PART)
            part = "".join(writer.writerow(_cells(entry, place)) for entry in page.entries)
        yield part
        before = page.older
        if not before:
            return


def _cells(entry: AuditLog, place: DataSource | Home) -> list[str]:
    told = sentence(entry, None, place.zone)
    at = entry.event_time.astimezone(place.zone).isoformat(timespec="seconds")
    details: dict[str, Any] = entry.details
    name, reading = str(details.get("source") or ""), str(entry.reading_id or "")
    told_cells = [entry.actor_name, told.text, "; ".join(told.points), entry.event_type, name]
    return [at, *(guarded(cell) for cell in told_cells), reading]
