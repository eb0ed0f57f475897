"""The page on which who administers a home puts its meters into the order in which they are walked to."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sources.access import home_for_admin
from sources.models import DataSource
from sources.walking import moved, store, walking_order


@require_http_methods(["GET", "HEAD", "POST"])
def home_order(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The walking order. A button moves a meter one place (`up`, `down`), the script before any other (`move`,
    `before`, empty for the end); saved at once. A meter that is gone meanwhile moves nothing.
    """
    home = home_for_admin(request.user, public_id)
    order = walking_order(home)
    if request.method == "POST":
        which = _named(order, request.POST.get("up") or request.POST.get("down") or request.POST.get("move"))
        if which is None and "move" in request.POST:
            return HttpResponse(status=404)
        if which is None:
            messages.warning(request, _("This meter is not here any more, so nothing was moved."))
            return redirect("sources:home_order", home.public_id)
        order = moved(order, which, _before(request, order, which))
        store(order)
        if "move" in request.POST:
            return HttpResponse(status=204)
        place = {"source": which.name, "place": order.index(which) + 1, "count": len(order)}
        messages.success(request, _("%(source)s is now number %(place)s of %(count)s.") % place)
        return redirect(f"{reverse('sources:home_order', args=[home.public_id])}#m-{which.public_id}")
    return render(request, "sources/home_order.html", {"home": home, "order": order, "section": "home"})


def _before(request: HttpRequest, order: Sequence[DataSource], which: DataSource) -> DataSource | None:
    """Before which one it is to stand; None for the end."""
    place = order.index(which)
    if "up" in request.POST:
        return next(iter(order[place - 1 : place] or order[1:2]), None)
    if "down" in request.POST:
        return next(iter(order[place + 2 : place + 3]), None)
    return _named(order, request.POST.get("before"))


def _named(order: Sequence[DataSource], public_id: str | None) -> DataSource | None:
    return next((source for source in order if str(source.public_id) == public_id), None)
