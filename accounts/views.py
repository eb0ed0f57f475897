"""The account pages that allauth does not have."""

from typing import cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.utils import get_next_redirect_url, perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import devices, first_run, limits, reauthentication, sessions
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.providers.addresses import NAMES


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """The person's own page: name, language, time zone, and the ways to e-mail, password and sign-out."""
    person = User.objects.get(username=request.user.get_username())
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=person)
    if form.is_valid() and _saved(form):
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    return render(
        request, "accounts/profile.html", {"form": form, "section": "account"}, status=422 if form.is_bound else 200
    )


def _saved(form: ProfileForm) -> bool:
    """Save what is valid; where somebody took the user name since it was looked at, say so beside it."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        form.add_error("username", _("This user name is taken. Choose another one."))
        return False
    return True


@login_not_required
@require_safe
def goodbye(request: HttpRequest) -> HttpResponse:
    """What somebody sees whose account is deleted; who is signed in has one, and goes to their pages."""
    if request.user.is_authenticated:
        return redirect("home")
    return render(request, "accounts/goodbye.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The first administrator, who is signed in at once; once there is one, there is no such page."""
    if first_run.is_over():
        raise Http404(_("HomeLog is set up already."))
    form = first_run.FirstForm(request.POST or None, request=request)
    if form.is_valid():
        person = first_run.make_administrator(request, form)
        if person is None:
            return redirect("account_login")
        answer: HttpResponse = perform_login(request, person, redirect_url="/", signup=True)
        sessions.begin(request, person)
        return answer
    page = render(request, "accounts/set_up.html", {"form": form}, status=422 if request.method == "POST" else 200)
    if limits.is_limited(form):
        page.status_code = 429
        page.headers["Retry-After"] = limits.retry_after(request)
    return page


@require_http_methods(["GET"])
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """Asks who came with LINE or Google alone to sign in there once more; once they did, goes on where they were."""
    if reauthentication.is_recent(request):
        went_on: HttpResponse | None = resume_request(request)
        return went_on or redirect("accounts:profile")
    goes_to = get_next_redirect_url(request)
    known = get_adapter().get_reauthentication_methods(request.user)
    ways = {way["id"]: {**way, "url": reauthentication.with_next(way["url"], goes_to)} for way in known}
    if ways.pop(reauthentication.BY_PROVIDER, None) is None:
        return redirect(next(iter(ways.values()))["url"])
    providers = [{"id": each, "name": NAMES[each]} for each in reauthentication.connected(request.user)]
    context = {"providers": providers, "reauthentication_alternatives": ways.values(), "next": goes_to or ""}
    return render(request, "accounts/reauthenticate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def device_list(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in; `device` ends one of the others, or all of them ("others")."""
    person = cast(User, request.user)
    known = devices.devices_here(request)
    others = [device for device in known if not device.is_this]
    if request.method == "POST":
        asked = request.POST.get("device", "")
        chosen = others if asked == "others" else [device for device in others if device.mark == asked]
        if not chosen and asked != "others":
            raise Http404(_("You are not signed in there any more."))
        count = devices.end(person, chosen, everywhere_else=asked == "others")
        messages.success(request, _ended(count))
        return redirect("accounts:device_list")
    context = {"devices": known, "several": others, "section": "account"}
    return render(request, "accounts/devices.html", context)


def _ended(count: int) -> str:
    text = ngettext("Signed out on %(count)d other device.", "Signed out on %(count)d other devices.", count)
    return text % {"count": count} if count else _("You are signed in nowhere else.")
