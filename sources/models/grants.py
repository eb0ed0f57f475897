"""What homes and sources have in common: the levels that can be granted, and the key to who did something."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Grant(models.TextChoices):
    """The levels that can be granted; the owner's is not one of them."""

    READ = "read", _("May see")
    WRITE = "write", _("May add and correct readings")
    ADMIN = "admin", _("May change everything")


def person_key(verbose_name: Any, related_name: str = "+") -> Any:
    """A key to the person who did something; the row outlives the person."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        editable=False,
        related_name=related_name,
        verbose_name=verbose_name,
    )
