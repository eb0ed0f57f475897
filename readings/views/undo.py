"""Taking back a reading that was just written down; the message that offers it is that of sources.undo.

Taking back an import is the import page's matter.
"""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readings.access import may_delete
from readings.models import Reading
from readings.views.round import asked_round, handing_on
from readings.wall_forms import MOMENT
from sources.access import source_for_write
from sources.numbers import format_number
from sources.undo import UNDO, offer_undo
from sources.written import number

__all__ = ["UNDO", "offer_undo", "reading_undo", "refusal", "time_of"]


@require_POST
def reading_undo(request: HttpRequest, source_id: UUID, public_id: UUID) -> HttpResponse:
    """Delete the reading that this person has just written down, and open its entry page with the value at hand."""
    source = source_for_write(request.user, source_id)
    source.lock()
    reading = Reading.objects.of(source).filter(public_id=public_id).first()
    entry, onward = reverse("readings:entry", args=[source.public_id]), asked_round(request)
    if reading is None:
        messages.info(request, _("This reading is deleted already."))
        return redirect(f"{entry}?{urlencode(onward)}" if onward else entry)
    reading.source = source
    if refused := refusal(request, reading):
        return refused
    reading.delete()
    messages.success(
        request,
        _("Undone: %(value)s %(unit)s for %(source)s is deleted.")
        % {"value": number(reading.value), "unit": source.unit, "source": source.name},
    )
    handed = handing_on(format_number(reading.value), source.unit) | time_of(reading)
    return redirect(f"{entry}?{urlencode({**handed, **onward})}")


def time_of(reading: Reading) -> dict[str, str]:
    """What an address says of when it was read, by the clock of its source; nothing of what was read as it was written
    down.
    """
    if reading.created_at - reading.recorded_at <= MOMENT:
        return {}
    return {"recorded_at": f"{reading.recorded_at.astimezone(reading.source.zone):%Y-%m-%dT%H:%M}"}


def refusal(request: HttpRequest, reading: Reading) -> HttpResponse | None:
    """Why this reading is not undone, where somebody corrected it since. Raises PermissionDenied for that of others."""
    if reading.created_by_id != request.user.pk or not may_delete(request.user, reading):
        raise PermissionDenied(_("You may undo what you wrote down yourself, not the readings of others."))
    if reading.updated_at is None:
        return None
    messages.warning(request, _("This reading was corrected since, so it was not undone. Delete it here instead."))
    return redirect(reading)
