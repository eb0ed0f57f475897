"""The sections of a source's and of a reading's page that tell its history, and the page of a deleted reading."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from audit.lines import Line, lines, lines_of_life
from audit.lives import life_of, values
from audit.putting_back import may_put_back
from audit.queries import newest_of
from readings.access import NoReading
from readings.models import Reading
from sources.models import DataSource

LATEST = 8


def of_source(request: HttpRequest, source: DataSource) -> SafeString:
    """The latest changes of a source with the way to all of them; "" for whom nothing is to be seen."""
    entries = newest_of(source, request.user, LATEST)
    return _panel(request, source, lines(entries, request.user, source.zone, source))


def of_one_reading(request: HttpRequest, reading: Reading) -> SafeString:
    """The whole life of one reading; who may correct it can put it back to each earlier state."""
    source = reading.source
    life = life_of(source, reading.public_id, reading)
    told = lines_of_life(life, request.user, source.zone, source.may("correct_reading"))
    return _panel(request, source, told, reading=reading)


def of_gone(request: HttpRequest, missing: NoReading) -> SafeString:
    """What a deleted reading said, its life, and the way to put it back; "" where the log knows nothing of it."""
    source = missing.source
    life = life_of(source, missing.public_id, None)
    last = Reading(source=source, **values(life.last)) if life.last else None
    context = {
        "last": last,
        "public_id": missing.public_id,
        "may_put_back": life.last is not None and may_put_back(source, life.last, request.user),
    }
    return _panel(request, source, lines_of_life(life, request.user, source.zone, False), **context)


def _panel(request: HttpRequest, source: DataSource, told: list[Line], **context: Any) -> SafeString:
    if not told:
        return SafeString("")
    template = "audit/gone.html" if "last" in context else "audit/panel.html"
    return render_to_string(template, {"source": source, "lines": told, **context}, request)
