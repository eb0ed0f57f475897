"""The backend as Django looks for it: settings name the package as ENGINE."""

from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base, operations

from accounts.statements import Fixed
from homelog.postgresql import instants
from homelog.postgresql.cursors import CursorDebugWrapper, CursorWrapper
from homelog.postgresql.driver import Driver
from homelog.postgresql.pool import RECONNECT, Pool

PLANNING = "SET plan_cache_mode = force_generic_plan; SET max_parallel_workers_per_gather = 0"


class DatabaseOperations(operations.DatabaseOperations):
    """Django's, which can tell what was asked by a plan that is kept, too."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """The statement with its values."""
        told: str | None = (
            self.compose_sql(sql, params)
            if isinstance(sql, Fixed)
            else super().last_executed_query(cursor, sql, params)
        )
        return told


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection of the site."""

    Database = Driver()
    ops_class = DatabaseOperations
    _connection_pools: dict[str, Pool]

    @property
    def pool(self) -> Pool | None:
        """Ours in the place of Django's own, made like that one and shared by all threads."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if not options or self.alias == NO_DB_ALIAS:
            return None
        if self.alias not in self._connection_pools:
            made = Pool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,
                configure=self._configure_connection,
                check=Pool.check_connection,
                **{"reconnect_timeout": RECONNECT, **options},
            )
            self._connection_pools.setdefault(self.alias, made)
        found: Pool = self._connection_pools[self.alias]
        return found

    def get_connection_params(self) -> dict[str, Any]:
        """Django's, with quicker instants."""
        params: dict[str, Any] = super().get_connection_params()
        return {**params, "context": instants.quick(params["context"], self.timezone)}

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        """Django's, with statements whose plan is kept."""
        return CursorWrapper(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorDebugWrapper:
        """The same, writing down what is asked."""
        return CursorDebugWrapper(cursor, self)

    def _configure_connection(self, connection: Any) -> Any:
        """Keep plans where the server itself answers. Behind PgBouncer in transaction mode the next question may go to
        another connection of its own, which knows none of them; it is told by the number of the process, which it
        makes up.

        A plan that is kept is one for all values: looking for a better one for these costs several times the answer,
        most of all among the months of the log. And none has helpers, which take longer to start than any page needs.
        """
        changed = super()._configure_connection(connection)  # type: ignore[misc]
        with connection.cursor() as cursor:
            (process,) = cursor.execute("SELECT pg_backend_pid()").fetchone()
            connection.keeps_plans = process == connection.info.backend_pid
            if connection.keeps_plans:
                cursor.execute(PLANNING)
        return changed or connection.keeps_plans
