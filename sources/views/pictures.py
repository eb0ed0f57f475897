"""The picture of a source: shown to those who may see the source, set and removed by those who may change it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sources.access import source_for_admin, source_for_read
from sources.picture_forms import SourcePictureForm
from sources.serving import picture


@require_safe
def source_picture(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The picture as it is kept."""
    source = source_for_read(request.user, public_id)
    return picture(request, source.thumbnail.name, source.name)


@require_safe
def source_picture_small(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The square one of the lists."""
    source = source_for_read(request.user, public_id)
    return picture(request, source.thumbnail.name, source.name, small=True)


@require_http_methods(["GET", "HEAD", "POST"])
def source_picture_update(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Set, replace or (`remove`) take away the picture of a source."""
    source = source_for_admin(request.user, public_id)
    sent = request.method == "POST"
    if sent and "remove" in request.POST:
        source.thumbnail = ""
        source.save(update_fields=["thumbnail"])
        messages.success(request, _("%(source)s has no picture any more.") % {"source": source.name})
        return redirect("sources:source_update", source.public_id)
    form = SourcePictureForm(*((request.POST, request.FILES) if sent else ()))
    if form.is_valid():
        form.keep(source)
        messages.success(request, _("This is the picture of %(source)s now.") % {"source": source.name})
        return redirect(source)
    context = {"form": form, "source": source, "section": "meters"}
    return render(request, "sources/source_picture.html", context, status=422 if sent else 200)
