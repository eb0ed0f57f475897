"""To be written."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def source_history(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def home_history(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404
