"""The line of a source as numbers, thinned to what is shown, for the drawing that can be zoomed. Nothing is changed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.replica import from_replica
from readings import queries, ranges
from readings.series import Series, series
from sources.access import source_for_read
from sources.models import DataSource

LEAST, MOST = 100, 2000
SHORTEST = timedelta(minutes=1)


@require_safe
@from_replica
def line(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """The readings from `?from=` to `?to=` (all, where nothing is said) in about `?width=` places."""
    source = source_for_read(request.user, public_id)
    ends = _stretch(request, source)
    found = series(source, *ends, most=_width(request)) if ends else Series([], [])
    return JsonResponse({"name": source.name, "unit": source.unit, **_columns(found)})


def _columns(found: Series) -> dict[str, Any]:
    """Seconds since 1970, and a column of numbers for each line."""
    if found.bands:
        parts = {_("mean"): "mean", _("lowest"): "low", _("highest"): "high"}
        columns = [
            {"label": label, "values": [float(getattr(band, name)) for band in found.bands]}
            for label, name in parts.items()
        ]
        return {"at": [band.at.timestamp() for band in found.bands], "columns": columns}
    values = [float(point.value) for point in found.points]
    return {
        "at": [point.at.timestamp() for point in found.points],
        "columns": [{"label": _("value"), "values": values}],
    }


def _stretch(request: HttpRequest, source: DataSource) -> tuple[datetime, datetime] | None:
    """What is asked for, or from the first reading to the last; None where there is none. Raises Http404."""
    if "from" not in request.GET:
        always = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
        ends = queries.ends_each([(source.pk, *always)])[source.pk]
        return (ends[0].at, max(ends[-1].at, ends[0].at + SHORTEST)) if ends else None
    try:
        start, end = (ranges.read(request.GET.get(name, ""), source.zone) for name in ("from", "to"))
    except ValueError as error:
        raise Http404(_("There is no such stretch of time.")) from error
    if end - start < SHORTEST:
        raise Http404(_("There is no such stretch of time."))
    return start, end


def _width(request: HttpRequest) -> int:
    text = request.GET.get("width", "")
    return min(max(int(text), LEAST), MOST) if text.isascii() and text.isdigit() and len(text) < 6 else MOST
