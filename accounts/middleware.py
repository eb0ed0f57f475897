"""Opens the transaction of a request and says who acts in it; sets the person's language and time zone. Gives a
refused form of allauth the status that refused forms have everywhere else, and has it do only what was sent last.
"""

import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.context import request_context
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone, translation

from accounts import limits
from accounts.api.callers import Caller
from accounts.current import acting, actor_of
from accounts.models import User

OF_ALLAUTH = ("account_", "socialaccount_", "mfa_")
"""How the names of allauth's addresses begin."""


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
        # What allauth does once the transaction is over (mail about a second factor) asks for the request as well.
        actor, caller = actor_of(user, address, staff=staff), getattr(request, "caller", None)
        actor = caller.narrowed(actor) if isinstance(caller, Caller) else actor
        with request_context(request), acting(actor), _in_own_words(user):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class RefusedFormMiddleware:
    """Answers a form that allauth refuses with 422, or 429 after too many attempts, where allauth itself says 200."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """The page, before it is drawn: by now its form has been looked at."""
        form = (response.context_data or {}).get("form")
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if request.method != "POST" or response.status_code != 200 or not name.startswith(OF_ALLAUTH):
            return response
        if isinstance(form, BaseForm) and form.is_bound and not form.is_valid():
            response.status_code = 422
            if limits.is_limited(form):
                response.status_code = 429
                response.headers["Retry-After"] = limits.retry_after(request)
        return response


class LastAskedMiddleware:
    """Before somebody is asked who they are, forgets what was sent before an earlier question that they left open.

    allauth would carry it out after the next question on that page, though only the page was asked for this time: an
    account that somebody thought better of deleting. Stands behind allauth's, so that it is the first to hear of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """allauth keeps what is sent now."""
        if isinstance(exception, ReauthenticationRequired):
            request.session.pop(STATE_SESSION_KEY, None)


@contextmanager
def _in_own_words(user: User | AnonymousUser) -> Iterator[None]:
    """The person's own language and time zone for the length of the request."""
    if user.is_authenticated:
        if user.language:
            translation.activate(user.language)
        timezone.activate(zoneinfo.ZoneInfo(user.timezone))
    try:
        yield
    finally:
        timezone.deactivate()
