"""The keys of a person's gadgets and programs: listed, made, taken back. What one allows says sources.api.keys."""

from typing import cast
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from sources.api.keys import make, take_back
from sources.key_example import example
from sources.key_forms import KeyForm
from sources.models import ApiKey

NEW = "new_api_key"


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def key_list(request: HttpRequest) -> HttpResponse:
    """The keys that count, and a form to make one; a new one is shown once."""
    person = cast(User, request.user)
    form = KeyForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        request.session[NEW] = make(person, form.instance)
        return redirect("sources:key_list")
    keys = ApiKey.objects.filter(user=person, revoked_at=None).select_related("source")
    new = request.session.pop(NEW, "") if request.method == "GET" else ""
    shown = example(request, person, keys, new)
    context = {"form": form, "keys": keys, "new": new, "example": shown, "section": "account"}
    return render(request, "sources/key_list.html", context, status=422 if form.is_bound else 200)


@require_POST
def key_end(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Take a key back: what uses it is refused from now on."""
    key = ApiKey.objects.filter(user=request.user.pk, public_id=key_id, revoked_at=None).first()
    if key is None:
        raise Http404(_("There is no such key of yours. It may have been taken back already."))
    take_back(key)
    messages.success(
        request, _("The key %(key)s is taken back: nothing comes in with it any more.") % {"key": key.name}
    )
    return redirect("sources:key_list")
