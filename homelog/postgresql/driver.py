"""psycopg, but its connections give up at the deadline of the request."""

from typing import Any

import psycopg
from psycopg.abc import RV, PQGen

from accounts.deadline import seconds_left

TICK = 0.1


class Connection(psycopg.Connection[Any]):
    """A connection that is closed, with an OperationalError, where the server does not answer in time."""

    def wait(self, gen: PQGen[RV], interval: float = TICK, timeout: float | None = None) -> RV:
        """Everything that waits for the server comes through here."""
        left = seconds_left()
        if left is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, left)
        except psycopg.errors._WaitTimeout as error:
            # Whatever it would still answer must not be taken for the answer to the next question.
            self.pgconn.finish()
            raise psycopg.OperationalError("The database did not answer in time.") from error


class Driver:
    """The module psycopg as Django uses it, with our connections."""

    connect = staticmethod(Connection.connect)

    def __getattr__(self, name: str) -> Any:
        """Everything else is psycopg's."""
        return getattr(psycopg, name)
