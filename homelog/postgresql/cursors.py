"""Cursors that let the server keep the plans of statements whose text never changes."""

from typing import Any

import psycopg
from django.db import DatabaseError, NotSupportedError, OperationalError, ProgrammingError
from django.db.backends import utils
from django.db.backends.postgresql import base
from psycopg.errors import DuplicatePreparedStatement, InvalidSqlStatementName

from accounts.statements import Fixed

ASKED_BEFORE = 1
"""So often a statement is asked over a connection before the server is told to keep its plan."""
OUTDATED = "RevalidateCachedQuery"
"""Where PostgreSQL refuses a plan whose columns are of another type by now, be it only a longer text."""
NOT_THERE = (InvalidSqlStatementName, DuplicatePreparedStatement)
"""Somebody else's plans are on this connection: DISCARD ALL, or a pooler that cannot be told from the server."""


class _Keeping:
    """Ask a Fixed statement with its values beside it, as a plan that is kept needs; any other as Django does."""

    cursor: Any
    db: Any

    def _execute(self, sql: Any, params: Any, *context: Any) -> Any:
        connection = self.db.connection
        is_kept = isinstance(sql, Fixed) and connection is not None and connection.keeps_plans
        if is_kept is not (type(self.cursor) is psycopg.Cursor):
            self.cursor.close()
            self.cursor = psycopg.Cursor(connection) if is_kept else self.db.create_cursor()
        ask = self._kept if is_kept else super()._execute  # type: ignore[misc]
        return ask(sql, params, *context)

    def _kept(self, sql: Fixed, params: Any, *context: Any) -> Any:
        """psycopg counts for this statement alone: of any other it would hold the whole text, with a file in it."""
        connection = self.db.connection
        connection.prepare_threshold = ASKED_BEFORE
        try:
            return super()._execute(sql, params, *context)  # type: ignore[misc]
        except (NotSupportedError, ProgrammingError) as error:
            if not _is_outdated(error):
                raise
            connection.keeps_plans = False
            if self.db.pool:
                self.db.pool.drain()
            raise OperationalError("A plan that was kept does not hold any more.") from error
        finally:
            connection.prepare_threshold = None


def _is_outdated(error: DatabaseError) -> bool:
    """Whether the plan is to blame: then this connection keeps none any more, and the pool makes others for all."""
    cause = error.__cause__
    return isinstance(cause, psycopg.Error) and (cause.diag.source_function == OUTDATED or isinstance(cause, NOT_THERE))


class CursorWrapper(_Keeping, utils.CursorWrapper):
    """Django's cursor."""


class CursorDebugWrapper(_Keeping, base.CursorDebugWrapper):
    """Django's cursor that writes down what is asked."""
