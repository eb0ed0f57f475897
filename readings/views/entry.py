"""Writing down what a meter says; then back to it, or on in the round. Several registers are registers' matter.

What a device kept while there was no network comes here too, and is answered by readings.outbox.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.ids import uuid7
from readings import begun, outbox
from readings.doubts import for_the_script, range_words
from readings.due import days_since
from readings.falls import answers
from readings.forms import EntryForm
from readings.models import Quality, Reading
from readings.surroundings import Around, surroundings
from readings.templatetags.registers import gauge
from readings.views.registers import registers_as_they_open, registers_as_typed, side_by_side
from readings.views.round import ROUND, and_more, asked_round, handed_on, onward, walk_near
from readings.views.undo import offer_undo
from readings.walk import Round, Stop, round_at
from readings.wording import UNDERSTOOD
from sources.access import source_for_write
from sources.models import DataSource
from sources.numbers import MAX_LENGTH
from sources.written import number

FOLDED = ("recorded_at", "notes")


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write down one reading; then back to its meter, or on in the round. A form sent twice stores one reading."""
    source = source_for_write(request.user, public_id)
    outbox.check_writer(request.user, request.POST)
    now = clock.now()
    stops = walk_near(request, source, now)
    of_round = begun.go_on(request.session, stops, source, now) if asked_round(request) else None
    walk = round_at(source, stops, of_round or (), is_walked=of_round is not None)
    registers = next((stop.sources for stop in stops if source in stop.sources), [source])
    if len(registers) > 1:
        return side_by_side(request, source, registers, walk)
    sent = request.method == "POST"
    value, key = handed_on(request, source)
    initial = {"value": value, "recorded_at": value and request.GET.get("recorded_at", "")[:MAX_LENGTH]}
    data = (request.POST, request.FILES) if sent else ()
    at = outbox.typed_at(request.POST, now)
    form = EntryForm(*data, instance=Reading(source=source, public_id=key), now=at, initial=initial)
    reading = form.save_unless_stored()
    if outbox.is_asked(request):
        return outbox.answer([(form, reading)])
    if reading is not None:
        return _saved(request, reading, walk, form)
    form.keep_photo()
    status = 200 if not sent else 422 if form.stored is None else 409
    context = {**_page(form, walk, surroundings(source, at)), "typed_at": at if at < now else None}
    return render(request, "readings/entry.html", context, status=status)


def as_typed(
    request: HttpRequest, source: DataSource, sources: Sequence[DataSource], walk: Round, leaves: str
) -> HttpResponse:
    """The entry page of a meter with what was typed into it, none of it stored or judged, and the question whether to
    skip it without `leaves`, the values typed. sources: its registers.
    """
    now = clock.now()
    if len(sources) > 1:
        page = registers_as_typed(request, source, sources, walk)
        return render(request, "readings/registers.html", {**page, "leaves": leaves}, status=422)
    form = EntryForm(request.POST, request.FILES, instance=Reading(source=source), now=now)
    form.is_valid()
    form.keep_photo()
    # Nobody sent it to be saved, so nothing is said of it, but of a photo that cannot be kept.
    for name in form.errors.keys() - {"photo"}:
        del form.errors[name]
    form.question = ""
    page = _page(form, walk, surroundings(source, now))
    return render(request, "readings/entry.html", {**page, "leaves": leaves}, status=422)


def as_it_opens(
    stop: Stop, walk: Round, known: Mapping[int, Around], now: datetime, about: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The entry page of a stop before anything is typed: its template and its context, with `about` in it."""
    source = stop.source
    if len(stop.sources) > 1:
        return "readings/registers.html", {**registers_as_they_open(source, stop.sources, walk, known, now), **about}
    form = EntryForm(instance=Reading(source=source), now=now)
    return "readings/entry.html", {**_page(form, walk, known[source.pk]), **about}


def _saved(request: HttpRequest, reading: Reading, walk: Round, form: EntryForm) -> HttpResponse:
    """Say what was saved, with Undo, and go on."""
    source = reading.source = form.source
    value = {"value": number(reading.value), "unit": source.unit, "source": source.name}
    parts = [_("%(source)s: %(value)s %(unit)s saved.") % value]
    if form.opinion is not None and not form.opinion.question:
        parts.append(form.opinion.hint)
    if reading.quality_flag == Quality.QUESTIONABLE:
        parts.append(_("Marked as questionable until somebody confirms it."))
    undo = reverse("readings:reading_undo", args=[source.public_id, reading.public_id], query=asked_round(request))
    offer_undo(request, and_more(" ".join(part for part in parts if part), walk), undo)
    return onward(request, source, walk)


def _page(form: EntryForm, walk: Round, known: Around) -> dict[str, Any]:
    """What the entry page shows; `known`: the readings around the time it is for."""
    source = form.source
    usual = known.usual(source)
    return {
        "form": form,
        "source": source,
        "walk": walk,
        # What was refused because its id is taken must come as another reading when it is sent again.
        "public_id": form.instance.public_id if form.stored is None else uuid7(),
        "last": known.previous,
        "doubtful": known.doubtful,
        "unread": known.unread(form.now),
        "days": days_since(known.previous.at, form.now, source) if known.previous else None,
        "range": range_words(source, usual),
        "gauge": gauge(usual, source),
        "understood": form.understood and UNDERSTOOD % {"value": form.understood},
        "script": json.dumps(for_the_script(source, known), ensure_ascii=False, separators=(",", ":")),
        "answers": answers(form, ROUND if walk.is_walked else {}),
        "more_is_open": form.is_told_more or any(form.errors.get(name) or form[name].value() for name in FOLDED),
        "may_change_rules": source.may("edit_source"),
        "section": "read",
    }
