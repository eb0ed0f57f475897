"""The site's addresses, and one with faults put there on purpose: a tool that does not find these has not looked."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path

from benchmarks.crawl import PLANTED
from homelog import urls
from sources import invitations

invitations.PER_DAY = 100_000  # limits of tries are off here: settings.py
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler429, handler500 = urls.handler429, urls.handler500


@login_not_required
def planted(request: HttpRequest) -> HttpResponse:
    """SQL made of what was sent, in the address or by a form, markup made of it, and a redirect to wherever it says."""
    if "to" in request.GET:
        return HttpResponseRedirect(request.GET["to"])
    name = request.POST.get("name", request.GET.get("name", ""))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM home WHERE name = '{name}'")  # noqa: S608 - the fault
        found = f"<p>{name}: {len(cursor.fetchall())}</p>"
    field = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}"><input name="name">'
    return HttpResponse(f'{found}<form method="post">{field}</form>')


urlpatterns: list[Any] = [path(PLANTED, planted, name="planted"), *urls.urlpatterns]
