"""`manage.py migrate`, connected as homelog_owner: the site's own role may not change the schema.

The site works on meanwhile. Who changes a table needs it alone for a moment, and while that is waited for, everybody
else waits behind: so it is waited for LOCKED at most, then everybody is let through, and it is tried again.
"""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from homelog.roles import as_owner

LOCKED = "1s"
PAUSE = 1.0
TRIES = 60


class Command(migrate.Command):
    """Django's migrate with the owner's connection; it also makes the table of the cache."""

    def get_check_kwargs(self, options: Any) -> Any:
        """No look at the database before: that it is behind is what this command is for."""
        return {**super().get_check_kwargs(options), "databases": None}

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate as the owner, then judge as the site itself what became of it."""
        for left in reversed(range(TRIES)):
            try:
                with as_owner(lock_timeout=LOCKED):
                    call_command("createcachetable", verbosity=0)
                    super().handle(*args, **options)
                break
            except OperationalError as error:
                if not left or not isinstance(error.__cause__, LockNotAvailable):
                    raise
            self.stderr.write("A table is in use for longer than a second. What was under way was undone; once more.")
            time.sleep(PAUSE)
        if not options["skip_checks"]:
            self.check(databases=[options["database"]])
