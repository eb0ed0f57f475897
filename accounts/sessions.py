"""How long a session lives: 30 days after the last visit and 180 after the sign-in, and 12 hours after the sign-in for
staff. And when it was last used, for the list of devices.
"""

from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User

DAY = "day"
BEGAN = "began"
NOTED = "noted"
NOTED_EVERY = 10 * 60
"""Seconds between two notes of a session's use: noting each request would cost every page two writes."""


def begin(request: HttpRequest, person: User) -> None:
    """Give the session of somebody who just signed in its length (settings SESSION_COOKIE_AGE, STAFF_SESSION_AGE).

    That of staff is an instant, so that no later save of the session gives them more time.
    """
    request.session[DAY], request.session[NOTED] = _today(), _seconds()
    request.session[BEGAN] = _seconds()
    if person.is_staff:
        request.session.set_expiry(timezone.now() + timedelta(seconds=settings.STAFF_SESSION_AGE))
    else:
        request.session.set_expiry(settings.SESSION_COOKIE_AGE)


class ProlongMiddleware:
    """On the first visit of a day lets the 30 days begin anew, and every ten minutes notes that the session is used.
    Who signed in SESSION_MOST_AGE ago is signed out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; staff get no more time than their sign-in gave them."""
        if request.user.is_authenticated and _is_over(request):
            logout(request)
        if request.user.is_authenticated:
            if not request.user.is_staff and request.session.get(DAY) != _today():
                request.session[DAY] = _today()
                request.session.setdefault(BEGAN, _seconds())  # begun before this was noted
            if not 0 <= _seconds() - request.session.get(NOTED, 0) < NOTED_EVERY:
                request.session[NOTED] = _seconds()
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


def _is_over(request: HttpRequest) -> bool:
    return bool(_seconds() - request.session.get(BEGAN, _seconds()) >= settings.SESSION_MOST_AGE)


def _today() -> int:
    return timezone.now().toordinal()


def _seconds() -> int:
    return int(timezone.now().timestamp())
