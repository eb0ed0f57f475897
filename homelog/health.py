"""For whoever watches the site: /healthz says that the process answers, /readyz that it can do its work.

Both come before sessions, host names and the redirect to HTTPS, because they are asked from inside, by address. They
say what is wrong in a word and nothing else.
"""

from collections.abc import Callable
from functools import cache

from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse

from homelog.errors import UNREACHABLE
from homelog.postgresql import aside

ADDRESSES = ("/healthz", "/readyz")
RETRY_AFTER = "5"
APPLIED = (
    "SELECT count(*) FROM django_migrations JOIN unnest(%s::text[], %s::text[]) AS due (app, name) USING (app, name)"
)


class HealthMiddleware:
    """Answers the two addresses; stands before all that knows people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or pass the request on."""
        if request.path not in ADDRESSES:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        answer = JsonResponse({"process": "ok"}) if request.path == "/healthz" else ready()
        answer.headers["Cache-Control"] = "no-store"
        return answer


def ready() -> JsonResponse:
    """200 where the database answers and has every migration of this code; else 503 with what is amiss."""
    state = {"database": "ok", "migrations": "ok"}
    try:
        if not _is_migrated():
            state["migrations"] = "missing"
    except UNREACHABLE:
        state = {"database": "unreachable", "migrations": "unknown"}
    is_ready = set(state.values()) == {"ok"}
    return JsonResponse(
        state, status=200 if is_ready else 503, headers={} if is_ready else {"Retry-After": RETRY_AFTER}
    )


def _is_migrated() -> bool:
    due = _leaves()
    return aside.asked(APPLIED, [[app for app, _name in due], [name for _app, name in due]]) == (len(due),)


@cache
def _leaves() -> tuple[tuple[str, str], ...]:
    """The last migration of each app of this code: where it is applied, those before it are."""
    return tuple(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())
