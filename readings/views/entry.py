"""Writing down what a meter says: one meter, and the round from one due meter to the next."""

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.ids import uuid7
from readings.doubts import UNDERSTOOD, around, for_the_script, range_words
from readings.due import Round, days_since, due_sources, round_at
from readings.falls import answers
from readings.forms import EntryForm
from readings.models import Quality, Reading
from readings.templatetags.registers import gauge
from readings.views.undo import offer_undo
from sources.access import Person, home_for_read, source_for_write
from sources.models import DataSource, Home
from sources.numbers import MAX_LENGTH
from sources.querysets import SourceQuerySet
from sources.written import number

FOLDED = ("recorded_at", "notes")


@require_safe
def read(request: HttpRequest) -> HttpResponse:
    """Start the reading round: to the first due meter of `?home=`, or of all homes; a calm page where none is due."""
    home = _asked_home(request)
    meters = _walk(request.user)
    dues = due_sources(meters.in_home(home) if home else meters, clock.now())
    for due in dues:
        if due.due:
            return redirect("readings:entry", due.source.public_id)
    context = {"dues": dues, "home": home, "first_step": _first_step(request.user, home), "section": "read"}
    return render(request, "readings/read.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write down one reading; then on to the next due meter. A form sent twice stores one reading."""
    source = source_for_write(request.user, public_id)
    now = clock.now()
    sent = request.method == "POST"
    initial = {"value": request.GET.get("value", "")[:MAX_LENGTH]}
    data = (request.POST, request.FILES) if sent else ()
    form = EntryForm(*data, instance=Reading(source=source), now=now, initial=initial)
    valid = form.is_valid()
    walk = round_at(source, due_sources(_walk(request.user).filter(home=source.home_id), now))
    if form.stored is not None and form.says_the_same:
        return _saved(request, form.stored, walk, form)
    if valid and form.stored is None:
        return _saved(request, form.save(), walk, form)
    form.keep_photo()
    status = 200 if not sent else 422 if form.stored is None else 409
    return render(request, "readings/entry.html", _page(form, walk), status=status)


def _asked_home(request: HttpRequest) -> Home | None:
    """The home that the address names. Raises Http404."""
    asked = request.GET.get("home")
    if not asked:
        return None
    try:
        return home_for_read(request.user, UUID(asked))
    except ValueError as error:
        raise Http404(_("There is no such home, or you do not belong to it.")) from error


def _first_step(person: Person, home: Home | None) -> str:
    """Where somebody without a meter begins: with a meter for their home, or else with a home."""
    mine = Home.objects.administered_by(person)
    where = mine.filter(pk=home.pk).first() if home else mine.first()
    create = reverse("sources:source_create")
    return f"{create}?home={where.public_id}" if where else reverse("sources:home_create")


def _walk(person: Person) -> SourceQuerySet:
    """The meters that this person may read, in walking order: home by home, place by place."""
    return DataSource.objects.writable_by(person).shown().order_by("home__name", "home_id", "place_name", "name", "id")


def _saved(request: HttpRequest, reading: Reading, walk: Round, form: EntryForm) -> HttpResponse:
    """Say what was saved, with Undo, and go on: to the next due meter, else to the meter's own page."""
    source = reading.source = form.source
    value = {"value": number(reading.value), "unit": source.unit, "source": source.name}
    parts = [_("%(source)s: %(value)s %(unit)s saved.") % value]
    if form.opinion is not None and not form.opinion.question:
        parts.append(form.opinion.hint)
    if reading.quality_flag == Quality.QUESTIONABLE:
        parts.append(_("Marked as questionable until somebody confirms it."))
    undo = reverse("readings:reading_undo", args=[source.public_id, reading.public_id])
    offer_undo(request, " ".join(part for part in parts if part), undo)
    return redirect("readings:entry", walk.following.public_id) if walk.following else redirect(source)


def _page(form: EntryForm, walk: Round) -> dict[str, Any]:
    """What the entry page shows."""
    source, known = form.source, around(form.source, form.now)
    usual = known.usual(source)
    return {
        "form": form,
        "source": source,
        "walk": walk,
        # What was refused because its id is taken must come as another reading when it is sent again.
        "public_id": form.instance.public_id if form.stored is None else uuid7(),
        "last": known.previous,
        "days": days_since(known.previous.at, form.now, source) if known.previous else None,
        "range": range_words(source, usual),
        "gauge": gauge(usual, source),
        "understood": form.understood and UNDERSTOOD % {"value": form.understood},
        "script": json.dumps(for_the_script(source, known), ensure_ascii=False, separators=(",", ":")),
        "answers": answers(form),
        "more_is_open": form.is_told_more or any(form.errors.get(name) or form.data.get(name) for name in FOLDED),
        "may_change_rules": source.may("edit_source"),
        "section": "read",
    }
