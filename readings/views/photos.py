"""The photo of a reading, for those who may see the reading itself; visitors of a public source may not."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from readings.access import reading_for_read
from readings.models import Reading
from sources.serving import picture


@require_safe
def photo(request: HttpRequest, source_id: UUID, public_id: UUID) -> HttpResponseBase:
    """The photo as it is kept."""
    found = reading_for_read(request.user, source_id, public_id)
    return picture(request, found.photo.name, _title(found))


@require_safe
def photo_small(request: HttpRequest, source_id: UUID, public_id: UUID) -> HttpResponseBase:
    """The small photo of the reading's page."""
    found = reading_for_read(request.user, source_id, public_id)
    return picture(request, found.photo.name, _title(found), small=True)


def _title(reading: Reading) -> str:
    return f"{reading.source.name} {reading.recorded_at.astimezone(reading.source.zone):%Y-%m-%d %H.%M}"
