"""The sources of a home together: what they used, kind by kind, and their levels. Nothing is changed here."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone as clock
from django.views.decorators.http import require_safe

from accounts.replica import from_replica
from readings import months, ranges, sums
from readings.overlaying import overlays
from readings.stacking import by_kind, stacked
from readings.views.picking import asked, offered
from readings.yearly import years
from sources.access import home_for_read
from sources.models import DataSource


@require_safe
@from_replica
def home_use(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Sources of one kind stacked, levels of one unit over each other, in twelve months or in a year (`?year=`)."""
    home = home_for_read(request.user, public_id)
    today = clock.now().astimezone(home.zone).date()
    _by, start = asked(request, home.zone)
    shown = ranges.months_from(start or months.months_before(today, months.MONTHS - 1), home.zone)
    visible = DataSource.objects.visible_to(request.user).in_home(home)
    sources = list(visible.select_related("home", "owner"))
    known, made = years(sources), sums.made([source for source in sources if source.is_sum])
    context = {
        "home": home,
        "shown": shown,
        "by": "month",
        "year": start.year if start else None,
        "years": offered(known[0], known[-1], start.year if start else None) if known else [],
        "groups": stacked(by_kind(sources, made), shown, made),
        "overlays": overlays(sources, shown),
        "section": "home",
    }
    return render(request, "readings/home_use.html", context)
