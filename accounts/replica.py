"""A second server that follows the first one and only reads (REPLICA_URL): which pages are read there, and when.

A page says `from_replica` of itself. It is read there only once that server has all that was on the first one's disk
when the page was asked for, under the same policies with the same actor: so nobody is shown less than what they, or
anybody else, had been told was saved, nor anything by a right that had been taken away. Where the replica is behind,
stopped or hung, the first server answers. What a page writes, such as that somebody looked, goes to the first one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from time import monotonic, sleep
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections, transaction
from django.db.models import Model
from django.http import HttpRequest
from psycopg_pool import PoolTimeout

from accounts import current, deadline
from accounts.signals import replica_asked

REPLICA = "replica"
APPS = {"accounts", "sources", "readings", "audit"}
"""Of these models what is read may come from there; sessions, counts and the cache are always the first server's."""

PATIENCE = 1.0
"""So many seconds the replica has to say how far it is. To answer a page it has half of what the request has."""
CATCH_UP = 0.05
"""So many seconds it is waited for, where it does not have everything yet."""
BEHIND, AWAY = 0.2, 10.0
"""So many seconds this process does not ask again after it had not caught up, or did not answer."""

WRITTEN = "SELECT pg_current_wal_flush_lsn()"
# One that was promoted follows nobody any more, however far it is.
HAS_IT = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s"

UNANSWERED = (OperationalError, InterfaceError, PoolTimeout)

View = TypeVar("View", bound=Callable[..., Any])

_alias: ContextVar[str] = ContextVar("homelog_read_from", default=DEFAULT_DB_ALIAS)
_rests_until = 0.0


class Router:
    """Where rows are read from within a page of the replica; everything is written to the first server."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """The replica, for household rows within such a page."""
        return _alias.get() if model._meta.app_label in APPS else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """Never the replica."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Both servers hold the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """What is made on the first server comes to the replica by itself."""
        return db == DEFAULT_DB_ALIAS


def cursor() -> Any:
    """For what a page reads with SQL of its own."""
    return connections[_alias.get()].cursor()


def from_replica(view: View) -> View:
    """Let a view that only reads be answered by the replica, if there is one. It may be called once more, for the first
    server to answer; what it wrote until then is taken back.
    """

    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if is_there() and request.method in ("GET", "HEAD") and not current.actor().staff:
            mark = transaction.savepoint()
            try:
                _catch_up()
                with reading():
                    answer = view(request, *args, **kwargs)
            except _Behind:
                _rest("behind", BEHIND)
            except UNANSWERED:
                _rest("away", AWAY)
                transaction.savepoint_rollback(mark)
            else:
                replica_asked.send(sender=None, word="read")
                return answer
        return view(request, *args, **kwargs)

    return read  # type: ignore[return-value]


def is_configured() -> bool:
    """Whether the site has a replica."""
    return REPLICA in connections.settings


def is_there() -> bool:
    """Whether there is a replica that may be asked just now."""
    return is_configured() and monotonic() >= _rests_until


@contextmanager
def reading() -> Iterator[None]:
    """A transaction of the replica, in which who acts looks: what is read within it is read there."""
    before = _alias.get()
    with deadline.deadline((deadline.seconds_left() or deadline.LONG) / 2), transaction.atomic(using=REPLICA):
        current.tell(current.actor(), REPLICA)
        _alias.set(REPLICA)
        try:
            yield
        finally:
            _alias.set(before)


class _Behind(Exception):
    """The replica does not have everything yet."""


def _catch_up() -> None:
    """Raises _Behind, or what UNANSWERED names, where the replica lacks what the first server has on its disk."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(WRITTEN)
        (written,) = cursor.fetchone()
    with deadline.deadline(min(PATIENCE, deadline.seconds_left() or PATIENCE)):
        until = monotonic() + CATCH_UP
        while not _has(written):
            if monotonic() > until:
                raise _Behind
            sleep(0.005)


def _has(written: str) -> bool:
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(HAS_IT, [written])
        return bool(cursor.fetchone()[0])


def _rest(word: str, seconds: float) -> None:
    global _rests_until  # of this process, as its pool is
    _rests_until = monotonic() + seconds
    replica_asked.send(sender=None, word=word)
