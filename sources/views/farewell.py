"""Deleting one's own account: what happens is told first, and the person proves twice that they mean it."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.deadline import takes_long
from accounts.models import User
from sources.estate import estate_of
from sources.farewell import leave, lock_all, refuse_last_superuser
from sources.farewell_forms import FarewellForm


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
@takes_long
def account_delete(request: HttpRequest) -> HttpResponse:
    """Tell what becomes of everything, ask for the name, then delete the account and sign out everywhere."""
    person, sent = cast(User, request.user), request.method == "POST"
    refuse_last_superuser(person)
    if sent:
        person = lock_all(person)
    estate = estate_of(person)
    form = FarewellForm(request.POST if sent else None, estate, person)
    if form.is_valid():
        leave(person, estate, form.heirs())
        request.session.flush()
        request.user = AnonymousUser()
        return redirect(reverse("accounts:goodbye") + ("?handed=yes" if estate.handed else ""))
    status = 200 if not sent else 409 if form.is_outdated else 422
    return render(
        request, "sources/account_delete.html", {"form": form, "estate": estate, "section": "account"}, status=status
    )
