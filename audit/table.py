"""A history as a CSV file, for a household and for staff: all that somebody may read and asked for.

The answer is sent after the request's transaction has ended. So each part is fetched in a transaction of its own, in
which that person acts: rights that end meanwhile end the file, and no connection is held while a slow reader takes it.
"""

import csv
import json
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.current import Actor, acting
from audit.models import AuditLog
from audit.queries import Entries, page_of
from audit.sentences import sentence
from sources.cells import guarded

PART = 500
BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def head() -> list[str]:
    """The first line of a household's file."""
    return [_("When"), _("Who"), _("What"), _("In detail"), _("Kind"), _("Source"), _("Reading")]


def cells(entry: AuditLog, zone: ZoneInfo) -> list[str]:
    """An entry as a household reads it, on the clock of `zone`."""
    told = sentence(entry, None, zone)
    details: dict[str, Any] = entry.details
    name = str(details.get("source") or "")
    told_cells = [entry.actor_name, told.text, "; ".join(told.points)]
    return [when(entry, zone), *told_cells, entry.event_type, name, reading(entry)]


def head_for_staff() -> list[str]:
    """The first line of a file of Django admin."""
    keys = [_("Person's number"), _("Home's number"), _("Source's number"), _("Reading"), _("Address"), _("Details")]
    return [_("When"), _("Kind"), _("Who"), _("What"), *keys]


def cells_for_staff(entry: AuditLog, zone: ZoneInfo) -> list[str]:
    """An entry with all it holds."""
    keys = [str(key) if key else "" for key in (entry.actor_id, entry.home_id, entry.source_id)]
    told = [when(entry, zone), entry.event_type, entry.actor_name, sentence(entry, None, zone).text]
    return [*told, *keys, reading(entry), entry.remote_address or "", json.dumps(entry.details, ensure_ascii=False)]


def when(entry: AuditLog, zone: ZoneInfo) -> str:
    """Its time, to the second."""
    return entry.event_time.astimezone(zone).isoformat(timespec="seconds")


def reading(entry: AuditLog) -> str:
    """The public id of the reading it is about, if any."""
    return str(entry.reading_id or "")


HOUSEHOLD, STAFF = (head, cells), (head_for_staff, cells_for_staff)


def rows(
    entries: Entries,
    zone: ZoneInfo,
    who: Actor,
    language: str,
    form: tuple[Callable[[], list[str]], Callable[[AuditLog, ZoneInfo], list[str]]] = HOUSEHOLD,
    most: int | None = None,
) -> Iterator[str]:
    """`entries`, newest first, as the lines of a CSV file in `language`, for `who`; no more than `most` of them."""
    writer = csv.writer(_Echo())
    before, left = "", most
    with translation.override(language):
        yield BYTE_ORDER_MARK + writer.writerow(form[0]())
    while left is None or left > 0:
        with acting(who), translation.override(language):
            page = page_of(entries.all(), before, PART if left is None else min(PART, left))
            lines = ([guarded(cell) for cell in form[1](entry, zone)] for entry in page.entries)
            part = "".join(map(writer.writerow, lines))
        yield part
        before = page.older
        if not before:
            return
        left = None if left is None else left - len(page.entries)
