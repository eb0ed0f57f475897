"""Deleting a source or a home: what goes is told first, its name is typed, and the file is offered before."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.confirming import TypedForm
from accounts.deadline import takes_long
from accounts.models import User
from sources.access import home_for_admin, source_for
from sources.deleting import delete_home, delete_source, what_goes, what_stays
from sources.models import Home
from sources.sums import resting_on


@require_http_methods(["GET", "HEAD", "POST"])
@takes_long
def source_delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask for the name of a source, then delete it with its readings. Only its owner may."""
    source = source_for(request.user, public_id, "delete_source")
    form = TypedForm(request.POST if request.method == "POST" else None, [source.name], _("Its name"))
    going = what_goes(source)
    if form.is_valid():
        delete_source(source)
        text = ngettext(
            "%(source)s is deleted, and its %(count)d reading with it.",
            "%(source)s is deleted, and its %(count)d readings with it.",
            going.readings,
        )
        text = _("%(source)s is deleted. Its parts stay.") if source.is_sum else text
        messages.success(request, text % {"source": source.name, "count": going.readings})
        home = Home.objects.visible_to(request.user).filter(pk__in=[source.home_id]).first()
        return redirect(home or "sources:source_list")
    sums = resting_on(request.user, source)
    context = {"form": form, "source": source, "going": going, "sums": sums, "section": "meters"}
    return render(request, "sources/source_delete.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@takes_long
def home_delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask for the name of a home, then delete it; its sources stay with their owners. Its administrators may."""
    home = home_for_admin(request.user, public_id)
    form = TypedForm(request.POST if request.method == "POST" else None, [home.name], _("Its name"))
    if form.is_valid():
        delete_home(home)
        messages.success(request, _("The home %(home)s is deleted. Its meters stay.") % {"home": home.name})
        return redirect("home")
    context = {
        "form": form,
        "home": home,
        "staying": what_stays(home, cast(User, request.user)),
        "section": "home",
    }
    return render(request, "sources/home_delete.html", context, status=422 if form.is_bound else 200)
