"""The pages on which the key of a mail opens the way to a new password, or confirms an address."""

from typing import Any

from allauth.account import views
from allauth.account.forms import UserTokenForm
from allauth.account.models import get_emailconfirmation_model
from allauth.account.utils import user_pk_to_url_str
from allauth.core.ratelimit import consume_or_429
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.mailed_keys import KeyForm
from accounts.models import User

NO_LONGER = _("This key does not work. It was used before, it is too old, or a part of it is missing.")
RESETTING = "_password_reset_key"
"""In the session, where allauth's page of the new password looks for the key."""
CONFIRMING = "confirm_key"
"""In the session: the key of the address that is to be confirmed."""


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def reset_key(request: HttpRequest) -> HttpResponse:
    """Takes the key of a new password; allauth's page asks for the password then, with the key in the session."""
    if refused := consume_or_429(request, action="reset_password_from_key"):
        return refused  # type: ignore[no-any-return]  # allauth ships no types
    form = KeyForm(request, _whose, str(NO_LONGER))
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "account/password_reset_key.html", {"form": form}, status=status)
    request.session[RESETTING] = form.cleaned_data["key"].partition("-")[2]
    page = views.PasswordResetFromKeyView.reset_url_key
    return redirect("account_reset_password_from_key", uidb36=user_pk_to_url_str(form.opened), key=page)


def _whose(key: str) -> User | None:
    uid, _dash, token = key.partition("-")
    form = UserTokenForm({"uidb36": uid, "key": token})
    return form.reset_user if form.is_valid() else None


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_key(request: HttpRequest) -> HttpResponse:
    """Takes the key of an address; allauth's page asks then whether it is one's own."""
    form = KeyForm(request, get_emailconfirmation_model().from_key, str(NO_LONGER))
    if not form.is_valid():
        return render(request, "account/email_key.html", {"form": form}, status=422 if form.is_bound else 200)
    request.session[CONFIRMING] = form.cleaned_data["key"]
    return redirect("accounts:confirm_email")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest) -> HttpResponse:
    """allauth's page for the key in the session, which outlives that allauth signs somebody else out first. Who says
    that an address is theirs confirms that one alone, and is shown another one whose key came since.
    """
    key: Any = request.session.get(CONFIRMING, "")
    found = get_emailconfirmation_model().from_key(key) if "email" in request.POST else None
    if found and found.email_address.email != request.POST["email"]:
        return redirect("accounts:confirm_email")
    answer: HttpResponse = views.confirm_email(request, key=key)
    if request.method != "POST" and key:
        request.session[CONFIRMING] = key
    return answer
