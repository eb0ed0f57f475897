"""What is said of a value while somebody types it for another time than now: what stood around that time is here alone.

Of now the page itself can tell (readings.doubts.for_the_script). Nothing is locked here and nothing stored: what is
right is decided when the form is sent.
"""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone as clock
from django.views.decorators.http import require_safe

from readings.consumption import Point
from readings.doubts import Opinion, opinion
from readings.fields import WallTimeField
from readings.localtime import resolve
from readings.models import Reading
from readings.plausibility import is_doubtful
from readings.surroundings import surroundings
from readings.validators import possible
from readings.wording import TAKEN
from sources.access import source_for_write
from sources.fields import MeasuredFormField
from sources.models import DataSource
from sources.units import spelled


@require_safe
def hint(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """What is to be said of `?value=` at `?recorded_at=` (and `fold`), typed beside `unit`, as {text, state}; no text
    where that is no number or no time, or the source counts in another unit by now.
    """
    source = source_for_write(request.user, public_id)
    try:
        value = MeasuredFormField().clean(request.GET.get("value", ""))
        at = _instant(source, request.GET.get("recorded_at", ""), request.GET.get("fold", ""))
    except (ValidationError, ValueError):
        return JsonResponse({"text": "", "state": ""})
    if spelled(request.GET.get("unit", "")) != source.unit:
        return JsonResponse({"text": "", "state": ""})
    reading = Reading(source=source, value=value, recorded_at=at)
    text, state = _said(reading)
    return JsonResponse({"text": text, "state": state})


def _instant(source: DataSource, typed: str, fold: str) -> datetime:
    """What the clock of the source's zone showed. Raises ValidationError, or ValueError for a time that is none."""
    local = WallTimeField().clean(typed)
    return resolve(local, source.zone, int(fold) if fold else None)


def _said(reading: Reading) -> tuple[str, str]:
    """In the order in which the form refuses and asks: what no source holds, what is taken, the rules, the doubts."""
    source = reading.source
    impossible = [violation.message for _field, violation in possible(reading.value, reading.recorded_at, clock.now())]
    if impossible:
        return impossible[0], "low"
    reading.known = known = surroundings(source, reading.recorded_at, reading.public_id)
    if known.is_taken:
        return str(TAKEN), "low"
    refused = [violation.message for violation in reading.broken_rules() if violation.rejects]
    if refused:
        return " ".join(dict.fromkeys(refused)), "low"
    found: Opinion = opinion(source, Point(reading.recorded_at, reading.value), known)
    if not found.question:
        return found.hint, found.verdict.state
    return found.question, found.verdict.state if is_doubtful(found.verdict) else "high"
