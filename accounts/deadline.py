"""How long who asks waits for the database. PostgreSQL's own time-outs end what is slow; they do not help where the
server hangs (stopped processes, a disk or a network that answers no more), because then nobody is there to count.

A request has until a moment: what is not answered by then raises OperationalError, and the person reads what that means
for what they sent. A view that takes long by its nature (an import, deleting a home) says so with `takes_long`. Outside
of requests nothing is limited. homelog.postgresql holds the connections to it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

SECONDS = 8.0
LONG = 600.0
LEAST = 0.5
"""What is asked late gets so long all the same: rolling back and giving the connection back."""

_until: ContextVar[float | None] = ContextVar("homelog_deadline", default=None)


def seconds_left() -> float | None:
    """For how long an answer may be waited for, at least LEAST; None without a limit."""
    until = _until.get()
    return None if until is None else max(LEAST, until - monotonic())


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Within it the database has so many seconds in all."""
    before = _until.set(monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(before)


View = TypeVar("View", bound=Callable[..., Any])


def takes_long(view: View) -> View:
    """Give a view LONG instead of SECONDS. Stands below decorators that copy what they wrap, as Django's do."""
    view.takes_long = True  # type: ignore[attr-defined]
    return view


def give_time() -> None:
    """What is under way turns out to take long: from here on its request has LONG. Nothing where nothing is limited."""
    if _until.get() is not None:
        _until.set(monotonic() + LONG)


class DeadlineMiddleware:
    """Gives each request its time. Stands before whatever asks the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; what a streamed answer asks for later has no limit."""
        with deadline(SECONDS):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """More time for what takes long, and for Django admin, whose views say nothing of themselves."""
        match = request.resolver_match
        if getattr(view, "takes_long", False) or (match is not None and match.app_name == "admin"):
            _until.set(monotonic() + LONG)
