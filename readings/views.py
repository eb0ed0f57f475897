"""Pages."""

from django.http import HttpRequest, HttpResponse


def overview(request: HttpRequest) -> HttpResponse:
    """Home."""
    return HttpResponse("")
