"""Cursors that let the server keep the plans of statements whose text never changes."""

from typing import Any

import psycopg
from django.db.backends import utils
from django.db.backends.postgresql import base

from accounts.statements import Fixed


class _Keeping:
    """Ask a Fixed statement with its values beside it, as a plan that is kept needs; any other as Django does."""

    cursor: Any
    db: Any

    def _execute(self, sql: Any, params: Any, *context: Any) -> Any:
        connection = self.db.connection
        is_kept = isinstance(sql, Fixed) and connection is not None and connection.prepare_threshold is not None
        if is_kept is not (type(self.cursor) is psycopg.Cursor):
            self.cursor.close()
            self.cursor = psycopg.Cursor(connection) if is_kept else self.db.create_cursor()
        return super()._execute(sql, params, *context)  # type: ignore[misc]


class CursorWrapper(_Keeping, utils.CursorWrapper):
    """Django's cursor."""


class CursorDebugWrapper(_Keeping, base.CursorDebugWrapper):
    """Django's cursor that writes down what is asked."""
