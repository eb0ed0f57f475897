"""What people see when something is refused or breaks: a page with a sentence and a way on, nothing of the inside."""

import errno
import logging
import secrets
import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404
from django.utils.translation import gettext as _
from psycopg.errors import DiskFull, ForeignKeyViolation
from psycopg_pool import PoolTimeout

from accounts import limits, request_ids
from accounts.api import problems
from accounts.api.problems import Problem, is_api
from homelog.resending import typed

logger = logging.getLogger("homelog.errors")

MOST_BYTES = 21_000_000
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout)
RETRY_AFTER = "5"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 where the request was too large."""
    status = 413 if isinstance(exception, TOO_MUCH) else 400
    if is_api(request):
        return Problem("too_large" if status == 413 else "malformed", _("The request cannot be read.")).response()
    name = "400_host" if isinstance(exception, DisallowedHost) else str(status)
    return render(request, f"{name}.html", status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with the sentence that the refusal carries."""
    if is_api(request):
        return problems.forbidden(str(exception or "")).response()
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, with the sentence that the refusal carries; an address that leads nowhere has none."""
    reason = "" if isinstance(exception, Resolver404) else str(exception or "")
    if is_api(request):
        return problems.not_found(reason).response()
    return render(request, "404.html", {"reason": reason}, status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    """429 for who tries too often, and when to try again."""
    page = render(request, "429.html", status=429)
    page.headers["Retry-After"] = limits.retry_after(request)
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with a number that stands in the log too; 503 where the database is stopped, hung or out of connections, and
    where the server has no room left.
    """
    fault = sys.exc_info()[1]
    full = is_full(fault)
    if full:
        logger.error("No room left on the disk at %s %s: %s", request.method, request.path, fault)
    if full or isinstance(fault, UNREACHABLE):
        if is_api(request):
            text = no_room() if full else _("The database cannot be reached just now, and nothing was saved.")
            again = _("Try again in a moment.")
            return Problem("unreachable", f"{text} {again}", {"Retry-After": RETRY_AFTER}).response()
        about = {
            "again": typed(request),
            "sent": request.method not in ("GET", "HEAD"),
            "address": request.get_full_path(),
            "full": full and no_room(),
        }
        return HttpResponse(render_to_string("503.html", about), status=503, headers={"Retry-After": RETRY_AFTER})
    error_id = request_ids.current() or secrets.token_hex(8)
    logger.error("Error %s at %s %s", error_id, request.method, request.path)
    if is_api(request):
        text = _("Something broke on our side, and nothing was saved. Its number is %(number)s.")
        return Problem("broken", text % {"number": error_id}, error_id=error_id).response()
    return HttpResponse(render_to_string("500.html", {"error_id": error_id}), status=500)


class ErrorPagesMiddleware:
    """Refuses bodies that are too large before they are read, gives an answer of 405 its page, and says so where
    something was deleted in the very instant in which somebody added to it.

    What a view refuses is answered here, too: Django would add a traceback to its line in the log, and with DEBUG on
    show a list of the addresses instead of our page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > MOST_BYTES:
            return HttpResponse(render_to_string("413.html", {"reason": too_large()}), status=413)
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            page = render(request, "405.html", status=405)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        if settings.DEBUG and response.status_code == 404 and request.resolver_match is None:
            return not_found(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of what a view refuses; 409 where what is changed, or what a new row belongs to, is gone by now.

        Of such a request nothing is kept.
        """
        if isinstance(exception, Http404):
            return not_found(request, exception)
        if isinstance(exception, PermissionDenied):
            return forbidden(request, exception)
        if not is_gone(exception):
            return None
        logger.warning("Gone meanwhile at %s %s: %s", request.method, request.path, exception)
        transaction.set_rollback(True)
        if is_api(request):
            return Problem("gone", gone()).response()
        return HttpResponse(render_to_string("409.html", {"reason": gone()}), status=409)


def is_gone(exception: Exception) -> bool:
    """Whether a row could not be stored because it, or what it belongs to, was deleted meanwhile.

    Of the first Django says so itself, with a bare DatabaseError that no fault of the database caused.
    """
    is_ours = type(exception) is DatabaseError and exception.__cause__ is None
    return is_ours or isinstance(exception.__cause__, ForeignKeyViolation)


def is_full(exception: BaseException | None) -> bool:
    """Whether something could not be written because the disk of the database, or of the pictures, is full."""
    if isinstance(exception, OSError):
        return exception.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(exception, DatabaseError) and isinstance(exception.__cause__, DiskFull)


def no_room() -> str:
    """The sentence for a disk that is full."""
    return _("The server has no room left, so nothing was saved. Whoever runs it has to make some.")


def gone() -> str:
    """The sentence for what was deleted under somebody's hands."""
    return _("What you wanted to change was deleted a moment ago, so nothing was saved.")


def too_large() -> str:
    """The sentence for a body above the limit."""
    return _("What you sent is larger than 20 MB, and nothing was saved. Send it in smaller parts.")
