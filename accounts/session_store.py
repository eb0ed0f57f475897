"""Sessions in the database, found by keys that it can hold: a cookie may say anything, a NUL included."""

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import OperationalError


class SessionStore(DatabaseStore):
    """Django's store; a key that it cannot have made is taken for none, without asking the database."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) == 32 and key.isascii() and key.isalnum()

    def save(self, must_create: bool = False) -> None:
        """Save. Raises OperationalError, which is answered with 503, where the database is gone; Django would answer as
        if the session had been deleted, with 400.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from error
            raise
