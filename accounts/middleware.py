"""Opens the transaction of a request and says who acts in it; sets the person's language and time zone."""

import zoneinfo
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.current import acting, actor_of


class ActingMiddleware:
    """One request, one transaction, one person. Stands after authentication; an answer of 500 and above rolls back.

    ATOMIC_REQUESTS would open its transaction only around the view, too late for what a middleware binds to live.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request inside its transaction."""
        user = request.user
        staff = user.is_authenticated and user.is_staff and request.path.startswith(f"/{settings.ADMIN_PATH}")
        address = get_adapter(request).get_client_ip(request)
        with acting(actor_of(user, address, staff=staff)), _spoken_and_timed(user):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class _spoken_and_timed:
    """The person's own language and time zone for the length of the request."""

    def __init__(self, user: object) -> None:
        self.language = getattr(user, "language", "")
        self.zone = getattr(user, "timezone", "UTC")

    def __enter__(self) -> None:
        if self.language:
            translation.activate(self.language)
        timezone.activate(zoneinfo.ZoneInfo(self.zone))

    def __exit__(self, *_: object) -> None:
        timezone.deactivate()
