"""Entries of the log as the lines of a page: a sentence, its time, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.addresses import address
from audit.facts import Dial
from audit.lives import Life
from audit.models import AuditLog
from audit.queries import mark_of
from audit.sentences import Sentence, sentence
from sources.access import Person
from sources.models import DataSource, Home
from sources.written import moment

NOBODY: tuple[UUID | None, Dial | None] = None, None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for the template; `url` is "" where what it tells about is gone or is the page itself.

    `when` is "" where the sentence says it. `back` names the state after it, where a reading can be put back to that.
    """

    at: datetime
    when: str
    sentence: Sentence
    url: str = ""
    back: str = ""


def lines(
    entries: Sequence[AuditLog], viewer: Person, zone: ZoneInfo, here: DataSource | Home | None = None
) -> list[Line]:
    """`entries` for `viewer` on the clock of `zone`, with no link to `here`, the place that they tell of; one look-up
    however many they are, and none for those of one source.

    A reading has a page for as long as its source has one: that of a deleted one tells its history.
    """
    sources = {here.pk: _known(here)} if isinstance(here, DataSource) else _sources(entries)
    page = here.get_absolute_url() if here else ""

    def leads_to(entry: AuditLog) -> str:
        source, _dial = sources.get(entry.source_id or 0, NOBODY)
        if source is None:
            return ""
        if entry.reading_id is None:
            return address("readings:source", source)
        return address("readings:reading", source, entry.reading_id)

    return [
        Line(
            entry.event_time,
            moment(entry.event_time, zone),
            sentence(entry, viewer.pk, zone, dial=sources.get(entry.source_id or 0, NOBODY)[1]),
            url if url != page else "",
        )
        for entry, url in ((entry, leads_to(entry)) for entry in entries)
    ]


def lines_of_life(life: Life, viewer: Person, zone: ZoneInfo, may_correct: bool) -> list[Line]:
    """The life of a reading as its own page tells it; each earlier state can be put back by who may correct it."""
    return [
        Line(
            step.entry.event_time,
            "",
            sentence(step.entry, viewer.pk, zone, of_itself=True, dial=_known(life.source)[1]),
            back=mark_of(step.entry) if may_correct and life.differs(step) else "",
        )
        for step in life.steps
    ]


def _known(source: DataSource) -> tuple[UUID, Dial]:
    return source.public_id, Dial(source.unit, source.decimals)


def _sources(entries: Sequence[AuditLog]) -> dict[int, tuple[UUID, Dial]]:
    """The public ids and the dials of the sources that are still there."""
    keys = {entry.source_id for entry in entries if entry.source_id}
    return {each.pk: _known(each) for each in DataSource.objects.filter(pk__in=keys).only("public_id", *Dial._fields)}
