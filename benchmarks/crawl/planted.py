"""The site's addresses, and one with faults put there on purpose: a tool that does not find these has not looked."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from benchmarks.crawl import PLANTED
from homelog import urls

handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler429, handler500 = urls.handler429, urls.handler500


@login_not_required
def planted(request: HttpRequest) -> HttpResponse:
    """SQL made of what was sent, markup made of it, and a redirect to wherever it says."""
    if "to" in request.GET:
        return HttpResponseRedirect(request.GET["to"])
    name = request.GET.get("name", "")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM home WHERE name = '{name}'")  # noqa: S608 - the fault
        return HttpResponse(f"<p>{name}: {len(cursor.fetchall())}</p>")


urlpatterns: list[Any] = [path(PLANTED, planted, name="planted"), *urls.urlpatterns]
