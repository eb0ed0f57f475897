"""To be written."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def import_upload(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def import_preview(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def import_undo(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404
