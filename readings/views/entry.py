"""To be written."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def read(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def entry(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def reading_undo(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404
