"""Which pictures lie on the disk, and whose they are: so that one person cannot fill it."""

from django.conf import settings
from django.db import models
from django.utils import timezone as clock


class KeptPicture(models.Model):
    """A picture that somebody sent, as long as its two files are there (sources.picture_files), shown or not."""

    name = models.CharField(max_length=100, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="+")
    size = models.IntegerField()
    kept_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "kept_picture"

    def __str__(self) -> str:
        return self.name
