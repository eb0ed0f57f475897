"""A text that is encrypted in the database and clear in Python."""

from typing import Any

from django.db import models

from accounts import encryption


class EncryptedTextField(models.TextField):
    """Cannot be searched: the same text is stored differently each time."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """The text. Raises accounts.encryption.InvalidToken where no key fits."""
        return encryption.decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        """What is stored."""
        return encryption.encrypt(value) if value else value
