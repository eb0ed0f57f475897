"""The yearly sheet of a home: to be read, printed, and sent. Nothing is changed here."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone as clock
from django.views.decorators.http import require_safe

from accounts.replica import from_replica
from readings.views.picking import offered, year_of
from readings.yearly import sheets, years
from sources.access import home_for_read
from sources.models import DataSource
from sources.walking import meters


@require_safe
@from_replica
def home_year(request: HttpRequest, public_id: UUID, year: str) -> HttpResponse:
    """Each source of the home that the person may see, in a calendar year; also those put away, if read in it."""
    home = home_for_read(request.user, public_id)
    number = year_of(year)
    visible = DataSource.objects.visible_to(request.user).in_home(home)
    sources = [source for meter in meters(visible.select_related("home", "owner")) for source in meter]
    found = [sheet for sheet in sheets(sources, number) if sheet.says_something]
    known = years(sources)
    context = {
        "home": home,
        "year": number,
        "sheets": found,
        "worked_out": any(sheet.is_worked_out for sheet in found),
        "years": offered(known[0], known[-1], number) if known else [],
        "now": clock.now(),
        "section": "home",
    }
    return render(request, "readings/year.html", context)
