"""Gives every request its number, notes how it was answered, and tells Prometheus."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST

from accounts import request_ids
from accounts.api.callers import Caller
from homelog.health import ADDRESSES
from homelog.watching import figures

logger = logging.getLogger("homelog.requests")

GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
HEADER = "X-Request-ID"
REFUSED = {400, 401, 403, 404, 405, 409, 413, 422, 429}
"""What somebody may not, cannot, or does too often: said of which person, whatever the form of the log."""


class WatchMiddleware:
    """Stands first. /metrics comes before sessions and host names, as the addresses of homelog.health do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, with its number in a header."""
        if request.path == "/metrics" and settings.METRICS_TOKEN:
            return _metrics(request)
        begun = time.perf_counter()
        number = _number(request)
        request_ids.bind(number)  # until the next request of this thread: Django tells of a refusal when all is over
        response = self.get_response(request)
        if request.path not in ADDRESSES:
            _note(request, response.status_code, time.perf_counter() - begun)
        response.headers[HEADER] = number
        response.headers["X-Content-Type-Options"] = "nosniff"  # of health, too, which comes before the other headers
        return response


def _number(request: HttpRequest) -> str:
    """The one that a trusted proxy gave, else a new one."""
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    return given if GIVEN.fullmatch(given) else secrets.token_hex(8)


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    view = request.resolver_match.view_name if request.resolver_match else ""
    if settings.METRICS_TOKEN:
        figures.note(view, request.method or "", status, seconds)
        figures.note_pool()
    # The name of the view, never the address: that can hold the key of a new password.
    about = {"method": request.method, "view": view, "status": status, "ms": round(seconds * 1000, 1)}
    if view and status in REFUSED:
        about["user"] = who = _who(request)
        logger.warning("%s %s %s by %s", request.method, view, status, who or "nobody", extra=about)
    else:
        logger.info("%s %s %s", request.method, view or figures.NO_VIEW, status, extra=about)


def _who(request: HttpRequest) -> str:
    """The public id of who was known by then, by a session, token or key; "" for nobody. Asks the database nothing."""
    caller = getattr(request, "caller", None)
    person = caller.user if isinstance(caller, Caller) else getattr(request, "_cached_user", None)
    return str(getattr(person, "public_id", ""))


def _metrics(request: HttpRequest) -> HttpResponse:
    kind, _blank, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not constant_time_compare(token.strip(), settings.METRICS_TOKEN):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"})
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    return HttpResponse(figures.told(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
