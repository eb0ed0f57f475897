"""Make a home and change it. What its meters say is shown by readings."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from sources.access import home_for_admin
from sources.forms import HomeForm, NewHomeForm
from sources.models import Grant, Home


@require_http_methods(["GET", "HEAD", "POST"])
def home_create(request: HttpRequest) -> HttpResponse:
    """A new home: who makes it may change everything in it, and goes on to its first meter. Sent twice it is one."""
    person = cast(User, request.user)
    form = NewHomeForm(request.POST or None, instance=Home(created_by=person, timezone=person.timezone))
    home, is_new = form.save_once(person) if form.is_valid() else (None, False)
    if home is not None:
        if is_new:
            home.members.create(user=person, level=Grant.ADMIN, granted_by=person)
        messages.success(request, _("%(home)s is there. Now add its first meter.") % {"home": home.name})
        return redirect(reverse("sources:source_create", query={"home": home.public_id}))
    context = {"form": form, "section": "home"}
    return render(request, "sources/home_form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def home_update(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Name, address and time zone of a home, and who belongs to it."""
    home = home_for_admin(request.user, public_id)
    name = home.name
    form = HomeForm(request.POST or None, instance=home)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(home)
    members = home.members.select_related("user").order_by("granted_at", "pk")
    context = {"form": form, "home": home, "name": name, "members": members, "section": "home"}
    return render(request, "sources/home_form.html", context, status=422 if request.method == "POST" else 200)
