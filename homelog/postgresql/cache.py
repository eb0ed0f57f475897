"""The cache in a table of the database, its values as JSON: reading one can run nothing, whoever wrote the row.

Django's own backend pickles, and what is unpickled runs as code. Of that backend only the table and the keeping to
MAX_ENTRIES are used. Each change is one statement, so that of two at once the second waits for the first and sees it.
"""

import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import OperationalError, connections, router, transaction
from django.utils import timezone as clock
from psycopg.errors import LockNotAvailable

READ = "SELECT cache_key, value FROM {} WHERE cache_key = ANY (%s) AND expires > %s"
SET = """
INSERT INTO {} AS old (cache_key, value, expires) VALUES (%s, %s, %s)
ON CONFLICT (cache_key) DO UPDATE SET value = EXCLUDED.value, expires = EXCLUDED.expires
"""
ADD = SET + " WHERE old.expires <= %s"
TOUCH = "UPDATE {} SET expires = %s WHERE cache_key = %s AND expires > %s"
# What is over goes; never what another transaction has in hand, or two that sweep would wait for each other.
SWEEP = """
DELETE FROM {0} WHERE cache_key IN (SELECT cache_key FROM {0} WHERE expires <= %s FOR UPDATE SKIP LOCKED)
"""
COUNT = "SELECT count(*) FROM {}"
SWEPT_ONCE_IN = 100


class JsonCache(DatabaseCache):
    """Keeps what JSON can say exactly: text, numbers, true, false, null, lists, and dicts whose keys are text."""

    _table: str
    _cull: Any

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """The values that are there, by key. A row that is no JSON, such as one that was pickled, counts as absent."""
        names = {self.make_and_validate_key(key, version=version): key for key in keys}
        found = self._rows(READ, list(names), clock.now()) if names else []
        read = [(names[name], _read(text)) for name, text in found]
        return {key: each[0] for key, each in read if each}

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        """Write for set, add or touch; whether there was something to do. Raises TypeError or ValueError where JSON
        would give back another value than this one.
        """
        until, now = self._end(timeout), clock.now()
        if mode == "touch":
            return self._change(TOUCH, until, key, now)
        text = _written(value)
        if random.randrange(SWEPT_ONCE_IN) == 0:  # noqa: S311 - no secret
            self._sweep(now)
        if mode == "set":
            return self._change(SET, key, text, until)
        try:
            with transaction.atomic(using=self._alias()):
                return self._change(ADD, key, text, until, now)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):  # somebody else has it in hand
                return False
            raise

    def _end(self, timeout: Any) -> datetime:
        """When a value is over that is written now."""
        seconds = self.get_backend_timeout(timeout)
        return datetime.max.replace(tzinfo=UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)

    def _sweep(self, now: datetime) -> None:
        """Throw away what is over and, where that is not enough, as much as Django's own backend would."""
        self._change(SWEEP, now)
        ((number,),) = self._rows(COUNT)
        if number > self._max_entries:
            with connections[self._alias()].cursor() as cursor:
                self._cull(self._alias(), cursor, now, number)

    def _alias(self) -> str:
        """The database that has the table."""
        return str(router.db_for_write(self.cache_model_class))

    def _change(self, sql: str, *parameters: Any) -> bool:
        """Run it; whether it changed a row."""
        with connections[self._alias()].cursor() as cursor:
            cursor.execute(sql.format(self._table), parameters)
            return bool(cursor.rowcount)

    def _rows(self, sql: str, *parameters: Any) -> list[Any]:
        """What it finds."""
        with connections[self._alias()].cursor() as cursor:
            cursor.execute(sql.format(self._table), parameters)
            return list(cursor.fetchall())


def _written(value: Any) -> str:
    """The value as JSON. Raises TypeError or ValueError where it would come back as another one."""
    text = json.dumps(value, allow_nan=False)
    if json.loads(text) != value:
        raise TypeError(f"The cache keeps what JSON can say exactly, and not {value!r}.")
    return text


def _read(text: str) -> tuple[Any] | None:
    """What a row has, in a tuple of its own as it may be null; None where it is no JSON."""
    try:
        return (json.loads(text),)
    except (ValueError, RecursionError):
        return None
