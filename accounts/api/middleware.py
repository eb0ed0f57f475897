"""What stands around every call of the API: no cookie comes in, no large body, no foreign origin; and who calls.

`EdgeMiddleware` stands before sessions are looked at, `CallerMiddleware` before accounts.middleware.ActingMiddleware,
which then binds the caller as it binds the person of a session.
"""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.api import callers, limits
from accounts.api.callers import Caller
from accounts.api.problems import Problem, is_api

MOST_BYTES = 1_000_000
DOOR = "/_allauth/"
"""Where apps bring id_tokens: accounts.provider_token."""
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, Location, Link"


class EdgeMiddleware:
    """Takes cookies away, refuses large bodies and odd addresses, and answers browsers of the configured origins."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        if not is_api(request):
            refused = _in_the_clear(request) if request.path.startswith(DOOR) else None
            return refused.response() if refused else self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.__dict__.pop("COOKIES", None)
        origin = request.headers.get("Origin", "")
        allowed = origin if origin in settings.API_ORIGINS else ""
        if allowed and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response = HttpResponse(status=204, headers=ALLOWED)
        else:
            refused = _refused(request)
            response = refused.response() if refused else self.get_response(request)
        patch_vary_headers(response, ["Origin"])
        if allowed:
            response.headers["Access-Control-Allow-Origin"] = allowed
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


class CallerMiddleware:
    """Says who calls, counts the call, and lets the caller take the place of the person of a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or 429."""
        if not is_api(request):
            return self.get_response(request)
        caller = callers.read(request)
        request.caller = caller  # type: ignore[attr-defined]
        count = limits.count(_allowance(request, caller), settings.API_PER_MINUTE)
        if refused := count.problem:
            return refused.response()
        if isinstance(caller, Caller):
            request.user = caller.user
        response = self.get_response(request)
        for name, value in count.headers.items():
            response.headers.setdefault(name, value)
        return response


def _allowance(request: HttpRequest, caller: Caller | Problem) -> str:
    """Whose calls are counted together: those of somebody who is not known by the address they come from."""
    if isinstance(caller, Caller):
        return caller.allowance
    return f"address:{get_adapter(request).get_client_ip(request)}"


def _in_the_clear(request: HttpRequest) -> Problem | None:
    """A program that is led from http to https would go on sending its key over http, and nobody would notice."""
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return None
    return Problem("needs_https", _("Call this site by https:// alone, and replace the key or token: it came by http."))


def _refused(request: HttpRequest) -> Problem | None:
    if in_the_clear := _in_the_clear(request):
        return in_the_clear
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MOST_BYTES:
        return Problem("too_large", _("What you sent is larger than 1 MB, and nothing was saved. Send it in parts."))
    if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
        return Problem("malformed", _("The address has a character in it that no text has."))
    return None
