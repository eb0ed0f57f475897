"""What somebody sent, kept for a button that sends it once more: where the database is away on the page itself, where
their session had ended in the session until they are signed in again. Nothing of a form that asks for a secret.
"""

import re
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone as clock
from django.utils.dateparse import parse_datetime

from sources.written import moment

FORMS = {
    *("readings:entry", "readings:reading_update", "readings:meter_change_create", "readings:meter_change_update"),
    *("sources:home_create", "sources:home_update", "sources:source_create", "sources:source_update"),
    *("sources:sum_create", "sources:source_parts", "sources:rule_list", "sources:rule_update"),
}
"""Of what is sent signed out these alone are kept, where something is typed. Nobody deletes, shares or hands over by a
button that only says that it saves.
"""
SECRET = re.compile("password|code|credential|secret|pin", re.IGNORECASE)
VALUE = re.compile("(.{36}-)?value")
TOKEN, WRITER, LEAVE = "csrfmiddlewaretoken", "writer", "unsent"

KEY = "unsent"
"""In the session: {path, back, typed, at, files} of the form that was sent last without being signed in."""
MOST = 8_000
"""Characters that are kept at most; of more, nothing."""
TAKEN = {200, 302, 409, 422}
"""Answers to a form after which nothing waits: it was done, or came back with what was typed."""
DAY = 24 * 3600
"""Seconds for which the session of somebody who is not signed in keeps it."""


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields that were sent, by name and value; none of a form that asks for a secret."""
    if request.method != "POST":
        return []
    found = [(name, value) for name, values in request.POST.lists() for value in values]
    return [] if any(SECRET.search(name) for name, _value in found) else found


class SignInMiddleware(LoginRequiredMiddleware):
    """Asks whoever is not signed in to do so, and leads back. What they had sent is shown to them then, before the page
    that they sent it from, with a button that sends it: once, and to nobody else. Every form says who had it open
    (homelog.whose); of one that does not, or that is none of FORMS, nothing is kept.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The page with the button, where something waits for this address and this person may open it."""
        kept = request.session.get(KEY) if request.user.is_authenticated else None
        if kept is None or kept["path"] != request.path:
            return response
        fields = _fields(kept)
        is_mine = dict(fields).get(WRITER) == str(getattr(request.user, "public_id", ""))
        is_open = request.method == "GET" and response.status_code == 200
        if is_open and is_mine and LEAVE not in request.GET:
            return _page(request, kept, fields)
        if is_open or (request.method == "POST" and response.status_code in TAKEN):
            del request.session[KEY]
        return redirect(kept["back"]) if is_open and LEAVE in request.GET else response

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """To the page of signing in. A device that sends what waited keeps it itself (readings.outbox)."""
        fields = [(name, value) for name, value in typed(request) if name != TOKEN]
        match = request.resolver_match
        is_typed = match is not None and match.view_name in FORMS and WRITER in dict(fields) and len(fields) > 1
        if is_typed and request.headers.get("Accept") != "application/json":
            _keep(request, fields)
        answer: HttpResponseRedirect = super().handle_no_permission(request, view_func)
        return answer


def _keep(request: HttpRequest, fields: list[tuple[str, str]]) -> None:
    now = clock.now().isoformat()
    # A reading that was typed without a time is one of now, and not of when it is sent again.
    if "typed_at" not in request.POST:
        fields = [*fields, ("typed_at", now)]
    data = QueryDict(mutable=True)
    for name, value in fields:
        data.appendlist(name, value)
    text = data.urlencode()
    if len(text) > MOST:
        return
    back, files = request.get_full_path(), bool(request.FILES)
    request.session[KEY] = {"path": request.path, "back": back, "typed": text, "at": now, "files": files}
    request.session.set_expiry(DAY)


def _fields(kept: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in QueryDict(kept["typed"]).lists() for value in values]


def _page(request: HttpRequest, kept: dict[str, Any], fields: list[tuple[str, str]]) -> HttpResponse:
    values = " · ".join(value for name, value in fields if value and VALUE.fullmatch(name))
    at, named = parse_datetime(kept["at"]), dict(fields)
    about = {
        "address": kept["back"],
        "again": fields,
        "what": values and f"{values} {named.get('unit', '')}".strip(),
        "at": at and moment(at, clock.get_current_timezone()),
        "read_then": bool(values) and "typed_at" in named and not named.get("recorded_at"),
        "files": kept["files"],
        "leave": f"{request.path}?{LEAVE}=1",
    }
    return render(request, "unsent.html", about)
