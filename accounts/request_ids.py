"""The number of the request being answered: on error pages, in the answer's headers, in every line of the log."""

from contextvars import ContextVar

_id: ContextVar[str] = ContextVar("homelog_request_id", default="")


def current() -> str:
    """The number; "" outside of requests."""
    return _id.get()


def bind(number: str) -> None:
    """For the rest of this thread or task: what goes on in it belongs to that request."""
    _id.set(number)
