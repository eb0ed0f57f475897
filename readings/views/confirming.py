"""Saying with one tap that a questionable reading is right: from the home page and from the page of the reading."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readings.access import reading_for_write
from readings.models import Quality
from sources.written import number


@require_POST
def reading_confirm(request: HttpRequest, source_id: UUID, public_id: UUID) -> HttpResponse:
    """Mark a reading as good, as it was seen (`seen`, its version); then back to where the button was."""
    found = reading_for_write(request.user, source_id, public_id, locked=True)
    if found.version != request.POST.get("seen", ""):
        messages.warning(request, _("This reading was corrected in the meantime. Look at it as it is now."))
        return redirect(found)
    if found.quality_flag == Quality.QUESTIONABLE:
        found.quality_flag = Quality.GOOD
        try:
            found.save()
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("readings:reading_update", found.source.public_id, found.public_id)
    said = {"source": found.source.name, "value": number(found.value), "unit": found.source.unit}
    messages.success(request, _("Confirmed: %(source)s, %(value)s %(unit)s is right.") % said)
    return redirect("home") if request.POST.get("then") == "home" else redirect(found)
