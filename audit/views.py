"""The history of a source and of a home."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.forms import HistoryForm
from audit.lines import lines
from audit.queries import Asked, Page, history_of, page_of, people_of
from sources.access import home_for_admin, source_for
from sources.models import DataSource, Home


@require_safe
def source_history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who did what with a source: everything for its administrators, for others what happened to readings."""
    source = source_for(request.user, public_id, "see_reading_history")
    people = people_of(source, request.user)
    form = HistoryForm(request.GET, people, looks=source.may("see_history"))
    return _answer(request, source, form, {"source": source})


@require_safe
def home_history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who did what in a home, for its administrators."""
    home = home_for_admin(request.user, public_id)
    sources = list(DataSource.objects.in_home(home).values_list("pk", "name").order_by("name", "pk"))
    form = HistoryForm(request.GET, people_of(home, request.user), sources)
    return _answer(request, home, form, {"home": home})


def _answer(request: HttpRequest, place: DataSource | Home, form: HistoryForm, context: dict[str, Any]) -> HttpResponse:
    asked = form.asked()
    page = _page(place, request, asked)
    query = request.GET.copy()
    query.pop("before", None)
    newest = f"?{query.urlencode()}"
    query["before"] = page.older
    context |= {
        "place": place,
        "form": form,
        "lines": lines(page.entries, request.user, place.zone, place.get_absolute_url()),
        "filtered": asked != Asked(),
        "newest": newest if request.GET.get("before") else "",
        "older": f"?{query.urlencode()}" if page.older else "",
        "section": "home" if isinstance(place, Home) else "meters",
    }
    return render(request, "audit/history.html", context, status=200 if form.is_valid() else 422)


def _page(place: DataSource | Home, request: HttpRequest, asked: Asked) -> Page:
    try:
        return page_of(history_of(place, request.user, asked), request.GET.get("before", ""))
    except ValueError as error:
        raise Http404(_("There is no such page of the history. Start at its beginning.")) from error
