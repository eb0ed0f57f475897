"""What all rows of a household have in common: one that was deleted is not brought to life by who still had it open."""

from typing import Any

from django.db import models


class HouseholdRow(models.Model):
    """A row that is saved anew only while it is there: Django itself would insert one again that is gone meanwhile.

    Then save() raises DatabaseError, which is answered with 409 (homelog.errors).
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row."""
        if self.pk is not None and not (self._state.adding or args or kwargs.get("force_insert")):
            kwargs["force_update"] = True
        super().save(*args, **kwargs)
