"""The NinjaAPI of HomeLog: JSON that loses no digit, problem details for every error, what an operation needs, and the
OpenAPI document that says all of it.
"""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as NotMeant
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer
from psycopg.errors import ForeignKeyViolation
from pydantic import BaseModel, BeforeValidator, ConfigDict

from accounts.api import callers
from accounts.api.callers import READ, WRITE, Caller
from accounts.api.problems import CODES, KIND, Problem, forbidden, invalid, not_found

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
DEEPEST = 50
WRITTEN_OUT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_out(day: Any) -> Any:
    """A day as ISO 8601 has it. Raises ValueError for anything else: a number would be taken for seconds since 1970."""
    if isinstance(day, str) and not WRITTEN_OUT.fullmatch(day):
        raise ValueError(_("Send a day as 2026-11-27."))
    return day


Day = Annotated[date, BeforeValidator(_written_out)]
"""A day, in an address."""


class Exact(str):
    """A number of a JSON text, digit by digit: no float stands between what was sent and what is stored."""

    __slots__ = ()


class Sent(BaseModel):
    """What clients send: a name that is not known is told, not passed over."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """What clients are told, read off plain data or off objects."""

    model_config = ConfigDict(from_attributes=True)


class Bearer(HttpBearer):
    """What an operation needs: scopes, and where `in_person`, a sign-in instead of a gadget's key."""

    def __init__(self, *scopes: str, in_person: bool = False) -> None:
        super().__init__()
        self.scopes, self.in_person = scopes, in_person

    def __call__(self, request: HttpRequest) -> Caller:
        """Who calls. Raises Problem."""
        caller = callers.of(request)
        lacking = " ".join(scope for scope in self.scopes if scope not in caller.scopes)
        if lacking:
            raise Problem(
                "scope", _("This needs the scope %(scope)s. Make a token or key with it.") % {"scope": lacking}
            )
        if self.in_person and caller.sign_in is None:
            raise Problem("needs_sign_in", _("A key may not do that. Sign in with the app, or use the pages."))
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Not used: see above."""
        return callers.of(request)


MAY_READ, MAY_WRITE = Bearer(READ), Bearer(WRITE)
MAY_CORRECT = Bearer(READ, WRITE)
"""For what shows or undoes what is there: who may only add sees nothing of it and changes nothing."""
MAY_MANAGE = Bearer(WRITE, in_person=True)


class ExactParser(Parser):
    """Reads JSON. Raises ValueError for what no text can hold, for NaN, and for what is nested without end."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain data."""
        found = json.loads(request.body, parse_float=Exact, parse_constant=_no_number)
        _look_through(found)
        return found


class Renderer(BaseRenderer):
    """Writes JSON in any script."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        """The text."""
        return json.dumps(data, ensure_ascii=False, default=str)


class Api(NinjaAPI):
    """NinjaAPI with our document and our errors."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The document, with the errors that each operation may answer with."""
        document = super().get_openapi_schema(**kwargs)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = PROBLEM
        for path, methods in document["paths"].items():
            for operation in methods.values():
                _complete(operation, has_key="{" in path)
        return document

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """The answer to an error; what is none of the caller's doing goes on to Django, and its page of 500 or 503."""
        problem = as_problem(exc)
        if problem is None:
            raise exc
        if isinstance(exc, DatabaseError):
            transaction.set_rollback(True)
        return problem.response()


def opened(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The addresses, without the sign-in page before them: what each needs is said by its operation."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = login_not_required(_with_problems(pattern.callback))
    return patterns


def as_problem(error: Exception) -> Problem | None:
    """An exception as the problem that it is for the caller; None for a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404):
        return not_found(str(error))
    if isinstance(error, PermissionDenied):
        return forbidden(str(error))
    if isinstance(error, ValidationError):
        return invalid(error)
    if isinstance(error, NotMeant):
        return _not_meant(error)
    if isinstance(error, RequestDataTooBig):
        return Problem("too_large", _("What you sent is larger than 1 MB, and nothing was saved. Send it in parts."))
    if isinstance(error, HttpError) and error.status_code == 400:
        return Problem("malformed", _("The body is no JSON, or has a character in it that no text has."))
    if (type(error) is DatabaseError and error.__cause__ is None) or isinstance(error.__cause__, ForeignKeyViolation):
        return Problem("gone", _("What you wanted to change was deleted a moment ago, so nothing was saved."))
    return None


def _not_meant(error: NotMeant) -> Problem:
    errors = []
    for found in error.errors:
        where, *names = found["loc"]
        # The body is one argument of its operation, whose name nobody outside knows.
        field = ".".join(map(str, names[1:] if where == "body" else names))
        sentence = str(found["msg"]).removeprefix("Value error, ").rstrip(".") + "."
        errors.append({"field": field, "code": str(found["type"]), "detail": sentence})
    told = " ".join(f"{each['field'] or 'body'}: {each['detail']}" for each in errors)
    return Problem("invalid", told, errors=errors)


def _with_problems(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return not_found().response()
        if response.status_code != 405:
            return response
        allowed = response.headers.get("Allow", "")
        return Problem("method", _("Use one of: %(allowed)s.") % {"allowed": allowed}, {"Allow": allowed}).response()

    answer.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie signs anybody in here
    return answer


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _look_through(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise ValueError("a character that no text has")
    if isinstance(value, dict):
        for name, each in value.items():
            _look_through(name, depth + 1)
            _look_through(each, depth + 1)
    if isinstance(value, list):
        for each in value:
            _look_through(each, depth + 1)


PROBLEM = {
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence that says what to do."},
        "code": {"type": "string", "enum": [*CODES]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}
NAMES_A_THING = {"ingest", "source_create"}
"""Where the body, not the address, names something that may not be there."""
WORDS = {
    400: "Cannot be read.",
    401: "Not signed in.",
    403: "Not allowed.",
    404: "Not there, or not yours to see.",
    405: "Another method is meant.",
    409: "Something else is there.",
    413: "Too large.",
    422: "Cannot be meant, or a rule refuses it.",
    429: "Too many requests.",
    503: "The database cannot be reached; nothing was saved.",
}


def _complete(operation: dict[str, Any], *, has_key: bool) -> None:
    """Add the errors to an operation."""
    names_a_thing = has_key or operation["operationId"] in NAMES_A_THING
    statuses = {400, 422, 429, 503, 404} if names_a_thing else {400, 422, 429, 503}
    if "security" in operation or "auth" in operation.get("tags", ()):
        statuses |= {401, 403}
    if "requestBody" in operation:
        statuses |= {409, 413}
    if operation["operationId"].endswith(("_delete", "_put_back", "_undo", "_end")):
        statuses.add(409)
    content = {KIND: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted(statuses):
        operation["responses"].setdefault(status, {"description": WORDS[status], "content": content})
