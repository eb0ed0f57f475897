"""The backend as Django looks for it: settings name the package as ENGINE."""

from django.db.backends.postgresql import base

from homelog.postgresql.driver import Driver


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection of the site."""

    Database = Driver()
