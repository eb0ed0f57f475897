"""Writing down the registers of one meter on one page, and taking back what was just written down there."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from readings import outbox
from readings.doubts import around_now, for_the_script, range_words
from readings.due import days_since
from readings.falls import answers
from readings.models import Reading
from readings.register_forms import SHARED, RegisterForm, Registers
from readings.surroundings import Around
from readings.views.round import ROUND, and_more, asked_round, handed_on, handing_on, onward, walk_near
from readings.views.undo import offer_undo, refusal, time_of
from readings.walk import Round, common_name
from readings.wording import UNDERSTOOD
from sources.access import source_for_write
from sources.models import DataSource
from sources.numbers import MAX_LENGTH, format_number
from sources.written import number

NOTHING = gettext_lazy("Type at least one value. A register that you leave empty is left out.")


def side_by_side(
    request: HttpRequest, source: DataSource, registers: Sequence[DataSource], walk: Round
) -> HttpResponse:
    """Write down what the registers of one meter show. What is right is stored at once; what is left is asked about."""
    sent = request.method == "POST"
    named = {each: f"{each.public_id}-" for each in registers if f"{each.public_id}-value" in request.GET}
    handed = {each.pk: handed_on(request, each, prefix) for each, prefix in ({source: ""} | named).items()}
    is_offered = any(value for value, _key in handed.values())
    read_at = request.GET.get("recorded_at", "")[:MAX_LENGTH] if is_offered else ""
    now = clock.now()
    at = outbox.typed_at(request.POST, now)
    form = Registers(request.POST if sent else None, registers, at, handed, read_at)
    done = sent and form.save()
    if outbox.is_asked(request):
        return outbox.answer([(row, row.saved) for row in form.filled], str(NOTHING))
    if done:
        _say_saved(request, source, form, walk)
        return onward(request, source, walk)
    status = 200 if not sent else 409 if any(row.conflict for row in form.rows) else 422
    known = around_now(registers, form.taken)
    context = {**_page(form, source, walk, known, sent=sent), "typed_at": at if at < now else None}
    return render(request, "readings/registers.html", context, status=status)


def registers_as_they_open(
    source: DataSource, registers: Sequence[DataSource], walk: Round, known: Mapping[int, Around], now: datetime
) -> dict[str, Any]:
    """What the page shows before anything is typed; `known`: what is known of each register."""
    return _page(Registers(None, registers, now, {}), source, walk, known, sent=False)


def registers_as_typed(
    request: HttpRequest, source: DataSource, registers: Sequence[DataSource], walk: Round
) -> dict[str, Any]:
    """What the page shows with what was typed into it, none of it stored or judged yet."""
    form = Registers(request.POST, registers, clock.now(), {})
    return _page(form, source, walk, around_now(registers, form.taken), sent=False)


@require_POST
def registers_undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete what this person has just written down for the registers of a meter (`?reading=`, each named), and open
    the page again with the values at hand.
    """
    source = source_for_write(request.user, public_id)
    registers = {
        each.pk: each
        for stop in walk_near(request, source, clock.now())
        if source in stop.sources
        for each in stop.sources
    }
    for key in sorted(registers):
        registers[key].lock()
    named = [text for text in request.GET.getlist("reading") if _is_id(text)]
    readings = list(Reading.objects.filter(source__in=registers, public_id__in=named))
    for reading in readings:
        reading.source = registers[reading.source_id]
        if refused := refusal(request, reading):
            return refused
    for reading in readings:
        reading.delete()
    text = _("Undone: %(what)s is deleted.") % {"what": _told(readings)} if readings else _("This is deleted already.")
    messages.success(request, text)
    query = asked_round(request) | (time_of(readings[0]) if readings else {})
    for each in readings:
        query = handing_on(format_number(each.value), each.source.unit, f"{each.source.public_id}-") | query
    return redirect(reverse("readings:entry", args=[source.public_id], query=query))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _told(readings: Sequence[Reading]) -> str:
    facts = [(each.source.name, number(each.value), each.source.unit) for each in readings]
    return " · ".join(" ".join(each) for each in facts)


def _say_saved(request: HttpRequest, source: DataSource, form: Registers, walk: Round) -> None:
    saved = [row.saved for row in form.rows if row.saved]
    parts = [_("Saved: %(what)s.") % {"what": _told(saved)}]
    if empty := [row.source.name for row in form.rows if row.is_left_out]:
        parts.append(_("Still missing: %(names)s.") % {"names": " · ".join(empty)})
    if any(row.is_doubtful for row in form.rows):
        parts.append(_("Marked as questionable until somebody confirms it."))
    named = {"reading": [reading.public_id for reading in saved], **asked_round(request)}
    undo = reverse("readings:registers_undo", args=[source.public_id], query=named)
    offer_undo(request, and_more(" ".join(parts), walk), undo)


def _page(
    form: Registers, source: DataSource, walk: Round, known: Mapping[int, Around], *, sent: bool
) -> dict[str, Any]:
    """What the page of the registers shows."""
    sources = [row.source for row in form.rows]
    form.to_answer.fields["value"].widget.attrs["autofocus"] = True
    shared = form.shared
    return {
        "form": form,
        "shared": shared,
        "source": source,
        "name": common_name(sources),
        "rows": [_row(row, known[row.source.pk], walk, sent=sent) for row in form.rows],
        "walk": walk,
        "sent": sent,
        "nothing": sent and not form.filled,
        "some_saved": any(row.saved for row in form.rows),
        "carried": [(name, shared.data[name]) for name in sorted(SHARED) if shared.data.get(name)],
        "more_is_open": form.time_is_wrong or any(shared[name].value() for name in ("recorded_at", "notes")),
        "section": "read",
    }


def _row(form: RegisterForm, known: Around, walk: Round, *, sent: bool) -> dict[str, Any]:
    """One register: what it showed last, what is asked, what was saved."""
    source, tried = form.source, sent and not form.is_left_out
    return {
        "form": form,
        "source": source,
        "last": known.previous,
        "days": days_since(known.previous.at, form.now, source) if known.previous else None,
        "unread": known.unread(form.now),
        "hint": _hint(form, known, tried=tried),
        "script": json.dumps(for_the_script(source, known), ensure_ascii=False, separators=(",", ":")),
        "answers": answers(form, ROUND if walk.is_walked else {}) if tried and not form.saved else None,
        "errors": form.errors.get("value") if tried and not form.saved and not form.is_held else None,
        "may_change_rules": source.may("edit_source"),
    }


def _hint(form: RegisterForm, known: Around, *, tried: bool) -> str:
    if tried and form.saved:
        return form.opinion.hint if form.opinion else ""
    if tried and form.understood:
        return str(UNDERSTOOD % {"value": form.understood})
    return range_words(form.source, known.usual(form.source))
