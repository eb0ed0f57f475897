"""To be written."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def source_list(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def source_create(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def source_update(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def source_archive(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def rule_list(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def rule_delete(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def home_create(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404


def home_update(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be written."""
    raise Http404
