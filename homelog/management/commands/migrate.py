"""`manage.py migrate`, connected as homelog_owner: the site's own role may not change the schema."""

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate

from homelog.roles import as_owner


class Command(migrate.Command):
    """Django's migrate with the owner's connection; it also makes the table of the cache."""

    def get_check_kwargs(self, options: Any) -> Any:
        """No look at the database before: that it is behind is what this command is for."""
        return {**super().get_check_kwargs(options), "databases": None}

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate as the owner, then judge as the site itself what became of it."""
        with as_owner():
            call_command("createcachetable", verbosity=0)
            super().handle(*args, **options)
        if not options["skip_checks"]:
            self.check(databases=[options["database"]])
