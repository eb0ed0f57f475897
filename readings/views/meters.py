"""Where another dial began to count: the changes of a source, noted, corrected, deleted and put back."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from readings.meter_change_forms import CarriedForm, MeterChangeForm, point_of
from readings.meter_changes import other_registers, preset
from readings.models import Reading
from readings.ranges import months_from
from readings.turns import told, turn_of
from readings.views.round import asked_round, back_from
from sources.access import Person, source_for_admin, source_for_read, source_for_write
from sources.models import DataSource, MeterChange
from sources.undo import offer_undo
from sources.unit_forms import typed_otherwise

KEPT = ("public_id", "changed_at", "old_final", "new_initial", "old_number", "new_number", "reason")


@require_safe
def meter_change_list(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The changes of a source in sentences, the newest first, for everybody who may see it."""
    source = source_for_read(request.user, public_id)
    changes = [(change, told(turn_of(change), source)) for change in source.meter_changes.order_by("-changed_at")]
    context = {"source": source, "changes": changes, "section": "meters"}
    return render(request, "readings/meter_change_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def meter_change_create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note a change: what is likely, or what `?after=` (a reading) or a reading carried along says; see it; save it."""
    source = _counter_for_admin(request.user, public_id)
    now = clock.now()
    carried = _carried(request, source)
    if carried and (otherwise := typed_otherwise(source, request.GET.get("unit", ""))):
        messages.warning(request, otherwise)
        return redirect(reverse("readings:entry", args=[source.public_id], query=asked_round(request)))
    after = carried or _asked(request, source)
    start = preset(source, point_of(after) if after else None, now)
    change = MeterChange(source=source)
    registers = other_registers(source, request.user)
    data = request.POST or None
    form = MeterChangeForm(data, instance=change, now=now, preset=start, carried=carried, registers=registers)
    return _wizard(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def meter_change_update(request: HttpRequest, public_id: UUID, change_id: UUID) -> HttpResponse:
    """Correct what is noted about a change; see it; save it."""
    change = _change_for_admin(request.user, public_id, change_id)
    registers = other_registers(change.source, request.user)
    data = request.POST or None
    return _wizard(request, MeterChangeForm(data, instance=change, now=clock.now(), registers=registers))


@require_POST
def meter_change_delete(request: HttpRequest, public_id: UUID, change_id: UUID) -> HttpResponse:
    """Delete a change without asking: the message brings it back. Readings that were noted with it stay."""
    change = _change_for_admin(request.user, public_id, change_id)
    source = change.source
    note = signing.dumps({name: str(getattr(change, name)) for name in KEPT}, salt=_salt(source))
    words = told(turn_of(change), source)
    change.delete()
    way_back = reverse("readings:meter_change_restore", args=[source.public_id])
    text = _("Deleted: %(change)s Readings stay as they are.") % {"change": words}
    offer_undo(request, text, f"{way_back}?{urlencode({'change': note})}")
    return redirect("readings:meter_change_list", source.public_id)


@require_POST
def meter_change_restore(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a change back that was just deleted, as the signed note in the address (`?change=`) tells it."""
    source = _counter_for_admin(request.user, public_id)
    source.lock_unless_gone()
    source.unit = source.unit_locked
    try:
        kept: dict[str, Any] = signing.loads(request.GET.get("change", ""), salt=_salt(source))
    except signing.BadSignature as error:
        raise Http404(_("There is nothing to put back here.")) from error
    change = MeterChange(source=source, **{**kept, "changed_at": datetime.fromisoformat(kept["changed_at"])})
    try:
        change.full_clean()
    except ValidationError:
        messages.warning(request, _("It is not put back: a change at this very time is noted again."))
        return redirect("readings:meter_change_list", source.public_id)
    change.save()
    messages.success(request, _("It is back: %(change)s") % {"change": told(turn_of(change), source)})
    return redirect("readings:meter_change_list", source.public_id)


def _wizard(request: HttpRequest, form: MeterChangeForm) -> HttpResponse:
    """First what is noted, then what it does to the months, then it is stored."""
    source, sent = form.source, request.method == "POST"
    if sent and "save" in request.POST and form.is_valid() and form.stored():
        messages.success(request, _("Noted: %(change)s") % {"change": told(turn_of(form.instance), source)})
        if form.was is None:
            _ask_of_the_others(request, form)
        return back_from(request, source)
    months = form.tried() if sent and "change" not in request.POST and form.is_valid() else []
    context = {"form": form, "source": source, "carried": form.carried, "is_new": form.was is None, "section": "meters"}
    if months:
        changed = [month for month in months if month.now.use != month.before.use]
        shown = months_from(months[0].now.start.astimezone(source.zone).date(), source.zone)
        context |= {"months": months, "shown": shown, "changed": changed, "words": told(turn_of(form.instance), source)}
        return render(request, "readings/meter_change_preview.html", context)
    status = 422 if sent and form.errors else 200
    return render(request, "readings/meter_change_form.html", context, status=status)


def _ask_of_the_others(request: HttpRequest, form: MeterChangeForm) -> None:
    """A new meter is new in all its registers: lead to those for which this change is not noted yet."""
    noted = {"source__in": form.registers, "changed_at": form.instance.changed_at}
    known = {*MeterChange.objects.filter(**noted).values_list("source_id", flat=True)} if form.registers else set()
    left = [each for each in form.registers if each.counting == "counter" and each.pk not in known]
    if left and form.instance.reason == MeterChange.Reason.REPLACED:
        ways = [(reverse("readings:meter_change_create", args=[each.public_id]), each.name) for each in left]
        links = format_html_join(", ", '<a href="{}">{}</a>', ways)
        messages.info(request, format_html("{} {}", _("Note it for the other registers of this meter too:"), links))


def _carried(request: HttpRequest, source: DataSource) -> Reading | None:
    """The reading that the address carries along (`?value=&at=`). Raises Http404 for half of one, and PermissionDenied
    where the source takes no new readings.
    """
    if "value" not in request.GET:
        return None
    source_for_write(request.user, source.public_id)
    form = CarriedForm(request.GET)
    if not form.is_valid():
        raise Http404(_("This address is not complete. Start again from the page where the reading was typed."))
    return form.reading(source)


def _asked(request: HttpRequest, source: DataSource) -> Reading | None:
    """The reading to which the dial fell (`?after=`). Raises Http404."""
    if "after" not in request.GET:
        return None
    try:
        public_id = UUID(request.GET["after"])
    except ValueError as error:
        raise Http404(_("This is no address of a reading.")) from error
    reading = Reading.objects.of(source).filter(public_id=public_id).first()
    if reading is None:
        raise Http404(_("There is no such reading here. It may have been deleted."))
    return reading


def _counter_for_admin(user: Person, public_id: UUID) -> DataSource:
    """The source, if `user` may change it and it has a dial. Raises Http404 or PermissionDenied."""
    source = source_for_admin(user, public_id)
    if source.counting != "counter":
        raise Http404(_("Only a dial that grows can go on from another value."))
    return source


def _change_for_admin(user: Person, public_id: UUID, change_id: UUID) -> MeterChange:
    """The change, if `user` may change its source. Raises Http404 or PermissionDenied."""
    source = source_for_admin(user, public_id)
    change = MeterChange.objects.filter(source=source, public_id=change_id).first()
    if change is None:
        raise Http404(_("There is no such change here. It may have been deleted."))
    change.source = source
    return change


def _salt(source: DataSource) -> str:
    """Makes a signed note good for this source alone, for as long as it counts in the unit of the note."""
    return f"readings.meter_change:{source.public_id}:{source.unit}"
