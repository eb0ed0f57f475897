"""allauth's pages of the recovery codes, which the log hears of when they show codes."""

from typing import Any

from allauth.mfa.recovery_codes import views
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.sign_in_signals import recovery_codes_shown


@require_http_methods(["GET", "HEAD"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes that were not used yet, to be printed."""
    return _told(request, views.view_recovery_codes(request))


@require_http_methods(["GET", "HEAD"])
def download_recovery_codes(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    return _told(request, views.download_recovery_codes(request))


def _told(request: HttpRequest, answer: Any) -> HttpResponse:
    if answer.status_code == 200:
        recovery_codes_shown.send(sender=type(request.user), user=request.user)
    shown: HttpResponse = answer
    return shown
