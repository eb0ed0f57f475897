"""The backend as Django looks for it: settings name the package as ENGINE."""

from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from homelog.postgresql.driver import Driver
from homelog.postgresql.pool import RECONNECT, Pool


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection of the site."""

    Database = Driver()
    _connection_pools: dict[str, Pool]
    _configure_connection: Any

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
