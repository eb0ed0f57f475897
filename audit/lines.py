"""Entries of the log as the lines of a page: a sentence, its time, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from audit.models import AuditLog
from audit.sentences import Sentence, sentence
from readings.models import Reading
from sources.access import Person
from sources.models import DataSource
from sources.written import moment


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for the template; `url` is "" where what it tells about is gone or is the page itself."""

    at: datetime
    when: str
    sentence: Sentence
    url: str


def lines(entries: Sequence[AuditLog], viewer: Person, zone: ZoneInfo, here: str = "") -> list[Line]:
    """`entries` for `viewer` on the clock of `zone`, with no link to `here`; two look-ups, however many they are."""
    sources = _sources(entries)
    readings = _readings(entries)

    def leads_to(entry: AuditLog) -> str:
        source = sources.get(entry.source_id or 0)
        if source is None:
            return ""
        if entry.reading_id is None:
            return reverse("readings:source", args=[source])
        there = (entry.source_id, entry.reading_id) in readings
        return reverse("readings:reading", args=[source, entry.reading_id]) if there else ""

    return [
        Line(
            entry.event_time,
            moment(entry.event_time, zone),
            sentence(entry, viewer.pk, zone),
            url if url != here else "",
        )
        for entry, url in ((entry, leads_to(entry)) for entry in entries)
    ]


def _sources(entries: Sequence[AuditLog]) -> dict[int, UUID]:
    """The public ids of the sources that are still there."""
    keys = {entry.source_id for entry in entries if entry.source_id}
    return dict(DataSource.objects.filter(pk__in=keys).values_list("pk", "public_id"))


def _readings(entries: Sequence[AuditLog]) -> set[tuple[int | None, UUID | None]]:
    """Which of the readings are still there."""
    told = [entry for entry in entries if entry.reading_id]
    sources, readings = {entry.source_id for entry in told}, {entry.reading_id for entry in told}
    found = Reading.objects.filter(source_id__in=sources, public_id__in=readings)
    return set(found.values_list("source_id", "public_id"))
