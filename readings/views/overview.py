"""To be written."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def overview(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def home(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def source(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404
