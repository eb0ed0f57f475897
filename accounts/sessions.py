"""How long a session lives: 30 days after the last visit, and 12 hours after the sign-in for staff."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User

DAY = "day"


def begin(request: HttpRequest, person: User) -> None:
    """Give the session of somebody who just signed in its length (settings SESSION_COOKIE_AGE, STAFF_SESSION_AGE)."""
    request.session[DAY] = _today()
    request.session.set_expiry(settings.STAFF_SESSION_AGE if person.is_staff else settings.SESSION_COOKIE_AGE)


class ProlongMiddleware:
    """On the first visit of a day lets the 30 days begin anew: saving each time would cost every page a write."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; staff get no more time than their sign-in gave them."""
        person = request.user
        if person.is_authenticated and not person.is_staff and request.session.get(DAY) != _today():
            request.session[DAY] = _today()
        return self.get_response(request)


def _today() -> int:
    return timezone.now().toordinal()
