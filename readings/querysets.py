"""Sets of readings, named once; and the roads that would go past validators and audit, closed with a sentence."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.db import models

from sources.levels import Level

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from readings.models import Reading  # noqa: F401 (named in the base class)
    from sources.models import DataSource


class DoorClosed(RuntimeError):
    """Somebody tried to write many readings past the rules and the audit log."""


def _closed(name: str) -> NoReturn:
    raise DoorClosed(
        f"Reading.objects.{name}() would go past the rules and the audit log. Save readings one by one, "
        "or use readings.imports, the only door for many."
    )


class ReadingQuerySet(models.QuerySet["Reading"]):
    """Readings by who may see them and by time. Bulk writes are refused."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The readings of the sources that this person may see."""
        from sources.models import DataSource

        return self.filter(source__in=DataSource.objects.at_level(user, Level.READ).values("pk"))

    def of(self, source: "DataSource") -> Self:
        """The readings of one source."""
        return self.filter(source_id=source.pk)

    def between(self, start: datetime, end: datetime) -> Self:
        """From `start` (included) to `end` (not included)."""
        return self.filter(recorded_at__gte=start, recorded_at__lt=end)

    def counted(self) -> Self:
        """Those that take part in sums: all but the bad ones."""
        return self.exclude(quality_flag="bad")

    def sure(self) -> Self:
        """Those that other readings are compared with: neither bad nor questionable."""
        return self.exclude(quality_flag__in=("bad", "questionable"))

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused. Raises DoorClosed."""
        _closed("bulk_create")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused. Raises DoorClosed."""
        _closed("bulk_update")

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused. Raises DoorClosed."""
        _closed("update")
