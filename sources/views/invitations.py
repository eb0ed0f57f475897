"""What somebody who was invited sees: who offers what, and a button that takes it, or the way to an account first."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.mailed_keys import KeyForm
from sources import invitations

GONE = {"used", "revoked", "expired"}
HELD = "invitation"
"""In the session: the hash of the key that somebody came with, while they make an account or sign in."""
MARK = 16
"""So many letters of that hash tell which invitation a page showed: nobody accepts one that they did not look at."""


@login_not_required  # whoever holds the key may know who invites to what; accepting takes an account
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Takes the key of an invitation, and leads on to what it offers."""
    refusal = _("There is no such invitation. Check that you have the whole link, or ask for another one.")
    form = KeyForm(request, lambda key: invitations.offered(invitations.hashed(key)), refusal)
    if form.is_valid():
        request.session[HELD] = invitations.hashed(form.cleaned_data["key"])
        return redirect("sources:invitation_offer")
    context = {"form": form, "section": "home"}
    return render(request, "sources/invitation.html", context, status=422 if form.is_bound else 200)


@login_not_required  # as above
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_offer(request: HttpRequest) -> HttpResponse:
    """What is offered by whom, before it is accepted; one that cannot be accepted says why."""
    held = request.session.get(HELD)
    if held is None:
        return redirect("sources:invitation")
    offer = invitations.offered(held)
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if offer is None:
        raise Http404(_("This invitation is not there any more. Ask for another one."))
    mark = held[:MARK]
    if request.POST.get("offer", mark) != mark:
        messages.warning(request, _("You opened another invitation meanwhile. This is what that one offers."))
        return redirect("sources:invitation_offer")
    state = invitations.accept(held, offer) if request.method == "POST" else offer.state
    if request.method == "POST" and state == "open":
        facts = {"place": offer.source or offer.home}
        messages.success(request, _("Welcome: %(place)s is shared with you now.") % facts)
    if state == "accepted" or (request.method == "POST" and state == "open"):
        return redirect(offer.url)
    status = 410 if state in GONE else 409 if request.method == "POST" else 200
    context = {"offer": offer, "mark": mark, "state": state, "section": "home"}
    context["signup_open"] = settings.ACCOUNT_SIGNUP_OPEN
    return render(request, "sources/invitation_offer.html", context, status=status)
