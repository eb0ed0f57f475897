"""To be written."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def reading_list(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def reading(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def reading_update(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def reading_delete(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404
