"""A question over a connection of its own: one of the pool would be waited for while people use them all."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from accounts.deadline import deadline
from homelog.postgresql.driver import Connection

PATIENCE = 1.5


def asked(sql: str, params: list[Any] | None = None, alias: str = DEFAULT_DB_ALIAS) -> tuple[Any, ...] | None:
    """The first row of the answer. Raises Django's database errors within PATIENCE seconds, and two for connecting."""
    wrapper = connections[alias]
    address = {**wrapper.get_connection_params(), "connect_timeout": 2}
    with deadline(PATIENCE), wrapper.wrap_database_errors, Connection.connect(**address) as connection:
        return connection.execute(sql, params).fetchone()
