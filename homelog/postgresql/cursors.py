"""Cursors that let the server keep the plans of statements whose text never changes."""

from typing import Any

import psycopg
from django.db.backends import utils
from django.db.backends.postgresql import base

from accounts.statements import Fixed


class _Keeping:
    """Before a Fixed statement, change to a cursor that sends values beside it, as a plan that is kept needs."""

    cursor: Any
    db: Any

    def _execute(self, sql: Any, params: Any, *context: Any) -> Any:
        connection = self.db.connection
        if isinstance(sql, Fixed) and connection is not None and connection.prepare_threshold is not None:
            self.cursor.close()
            self.cursor = psycopg.Cursor(connection)
        return super()._execute(sql, params, *context)  # type: ignore[misc]


class CursorWrapper(_Keeping, utils.CursorWrapper):
    """Django's cursor."""


class CursorDebugWrapper(_Keeping, base.CursorDebugWrapper):
    """Django's cursor that writes down what is asked."""
