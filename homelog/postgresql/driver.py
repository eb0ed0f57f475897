"""psycopg, but its connections give up at the deadline of the request."""

import logging
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen

from accounts.deadline import seconds_left

TICK = 0.1
FAREWELL = 1.0
"""So many seconds a server that hangs is asked to end what it is at."""

_log = logging.getLogger("homelog.postgresql")


class Connection(psycopg.Connection[Any]):
    """A connection that is closed, with an OperationalError, where the server does not answer in time.

    keeps_plans: whether the server itself answers, so that it can be told to keep plans (homelog.postgresql.base).
    """

    keeps_plans = False

    def wait(self, gen: PQGen[RV], interval: float = TICK, timeout: float | None = None) -> RV:
        """Everything that waits for the server comes through here."""
        left = seconds_left()
        if left is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, left)
        except psycopg.errors._WaitTimeout as error:
            self._give_up()
            raise psycopg.OperationalError("The database did not answer in time.") from error

    def _give_up(self) -> None:
        """End what the server may still be at, or it would hold its locks on; and the connection: whatever it would
        answer yet must not be taken for the answer to the next question.
        """
        if psycopg.capabilities.has_cancel_safe():
            try:
                self.cancel_safe(timeout=FAREWELL)
            except psycopg.Error:
                _log.warning("The database did not take back a question that nobody waits for any more.")
        self.pgconn.finish()


class Driver:
    """The module psycopg as Django uses it, with our connections."""

    connect = staticmethod(Connection.connect)

    def __getattr__(self, name: str) -> Any:
        """Everything else is psycopg's."""
        return getattr(psycopg, name)
