"""The pool of connections, but a server that is away is noticed at once rather than when the patience is over."""

from time import monotonic
from typing import Any

from psycopg_pool import ConnectionPool, PoolTimeout

from accounts.deadline import LONG, deadline, seconds_left

GLANCE = 0.4
"""So many seconds a connection is waited for before the server itself is asked whether it is there."""
PROBE = 2
"""So many seconds the server has for an answer to that."""
RECONNECT = 1.0
"""A connection that cannot be made again within so many seconds is given up; the next request tries anew. psycopg's own
five minutes, in ever longer steps, would keep people out long after the server is back.
"""


class Pool(ConnectionPool[Any]):
    """A busy pool is waited for; a server that refuses connections raises OperationalError within a moment."""

    def getconn(self, timeout: float | None = None) -> Any:
        """A connection. Raises PoolTimeout where all of them are in use for too long, OperationalError as above."""
        until = monotonic() + min(self.timeout if timeout is None else timeout, seconds_left() or LONG)
        with deadline(until - monotonic()):
            if until - monotonic() < GLANCE + PROBE:
                return super().getconn(until - monotonic())
            try:
                return super().getconn(GLANCE)
            except PoolTimeout:
                # One that hangs takes longer than a glance when a connection that was kept is looked at.
                if until - monotonic() < PROBE:
                    raise
            address: Any = self.kwargs
            self.connection_class.connect(self.conninfo, **{**address, "connect_timeout": PROBE}).close()
            return super().getconn(until - monotonic())
