"""What somebody who was invited sees: who offers what, and a button that takes it, or the way to an account first."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sources import invitations

GONE = {"used", "revoked", "expired"}


@login_not_required  # whoever holds the link may know who invites to what; accepting takes an account
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What is offered by whom, before it is accepted; one that cannot be accepted says why."""
    offer = invitations.offered(token)
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if offer is None:
        raise Http404(_("There is no such invitation. Check that you have the whole link, or ask for another one."))
    state = invitations.accept(token, offer) if request.method == "POST" else offer.state
    if request.method == "POST" and state == "open":
        facts = {"place": offer.source or offer.home}
        messages.success(request, _("Welcome: %(place)s is shared with you now.") % facts)
    if state == "accepted" or (request.method == "POST" and state == "open"):
        return redirect(offer.url)
    status = 410 if state in GONE else 409 if request.method == "POST" else 200
    context = {"offer": offer, "state": state, "section": "home", "signup_open": settings.ACCOUNT_SIGNUP_OPEN}
    return render(request, "sources/invitation.html", context, status=status)
