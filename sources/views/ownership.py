"""What only those decide who answer for a source: whose it is, and whether everybody may look at it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sources import sharing
from sources.access import source_for
from sources.models import DataSource
from sources.ownership import hand_over
from sources.quotas import Full
from sources.sharing_forms import HandOverForm
from sources.sums import resting_on


@require_http_methods(["GET", "HEAD", "POST"])
def source_hand_over(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask who is to own a source, then hand it over."""
    source = source_for(request.user, public_id, "hand_over")
    heirs = sharing.heirs_of(source)
    form = HandOverForm(request.POST if request.method == "POST" else None, heirs)
    if form.is_valid() and _handed_over(source, form):
        facts = {"source": source, "person": form.cleaned_data["heir"]}
        messages.success(request, _("%(source)s belongs to %(person)s now. You may go on changing everything.") % facts)
        return redirect(sharing.url("sharing", source))
    sums = resting_on(request.user, source)
    context = {"form": form, "source": source, "heirs": heirs, "sums": sums, "section": "meters"}
    return render(request, "sources/hand_over.html", context, status=422 if form.is_bound else 200)


def _handed_over(source: DataSource, form: HandOverForm) -> bool:
    """Hand it over; False, with the sentence in the form, where the heir owns as many as one person may."""
    try:
        hand_over(source, form.cleaned_data["heir"])
    except Full as full:
        form.add_error("heir", full)
        return False
    return True


@require_POST
def source_public(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make the page of a source public (`public` is "yes"), or end that."""
    source = source_for(request.user, public_id, "publish")
    if source.is_sum:
        raise PermissionDenied(_("A sum cannot be public: it is worked out from what visitors do not see."))
    source.is_public = request.POST.get("public") == "yes"
    source.save(update_fields=["is_public"])
    if source.is_public:
        messages.success(request, _("Everybody who has the address can look at %(source)s now.") % {"source": source})
    else:
        messages.success(request, _("%(source)s is not public any more.") % {"source": source})
    return redirect(sharing.url("sharing", source))
