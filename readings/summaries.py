"""What the database keeps of readings so that no page has to read them all: where a dial fell, and a line per day.

Both are written by the triggers of migration 0014 alone, whatever road a reading takes; the site may only read them.
They hold nothing that the readings do not say, so they have no public id, no history and no page of their own.
"""

from django.db import models

from sources.fields import MeasuredField
from sources.models import DataSource


class Fall(models.Model):
    """At `at` a counter showed less than at `before_at`, the reading before; whatever explains it."""

    pk = models.CompositePrimaryKey("source", "at")
    source = models.ForeignKey(DataSource, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    at = models.DateTimeField()
    before_at = models.DateTimeField()

    class Meta:
        db_table = "reading_fall"

    def __str__(self) -> str:
        return f"fall of {self.source_id} at {self.at}"


class Day(models.Model):
    """What the readings of a day come to, for a source of levels or amounts; days are those of the source's zone.

    A day without a reading that counts has no row.
    """

    pk = models.CompositePrimaryKey("source", "day")
    source = models.ForeignKey(DataSource, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    day = models.DateField()
    count = models.IntegerField()
    total = MeasuredField()
    low = MeasuredField()
    high = MeasuredField()
    estimated = models.BooleanField()
    doubtful = models.BooleanField()

    class Meta:
        db_table = "reading_day"

    def __str__(self) -> str:
        return f"{self.count} readings of {self.source_id} on {self.day}"
