"""What a source that is worked out from others consists of: the sources it adds and those it takes away."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from sources.models.rows import HouseholdRow
from sources.models.sources import Counting, DataSource

COUNTS = (Counting.COUNTER, Counting.AMOUNT)
"""How a source counts that can be a part: only what is used adds up. A sum is never a part, so there are no circles."""


class SourcePart(HouseholdRow):
    """`source`, a sum, adds `part` (sign 1) or takes it away (-1).

    Where the part was deleted the row stays, without it: so the sum knows that something is missing, and never shows
    the rest as if it were all (migration 0016).
    """

    class Sign(models.IntegerChoices):
        """What becomes of a part's use."""

        PLUS = 1, _("is added")
        MINUS = -1, _("is taken away")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(
        DataSource, models.DO_NOTHING, db_constraint=False, related_name="parts", verbose_name=_("sum")
    )
    part = models.ForeignKey(
        DataSource,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="part_of",
        verbose_name=_("part"),
    )
    sign = models.SmallIntegerField(_("what becomes of it"), choices=Sign.choices, default=Sign.PLUS)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "source_part"
        verbose_name = _("part of a sum")
        verbose_name_plural = _("parts of sums")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "part"],
                name="source_part_once",
                violation_error_message=_("This source is a part of the sum already."),
            ),
            models.CheckConstraint(condition=models.Q(sign__in=[1, -1]), name="source_part_sign_known"),
        ]

    def __str__(self) -> str:
        return f"part {self.pk} of {self.source_id}"

    def clean(self) -> None:
        """A sum has parts, and they are sources that are read."""
        if self.source_id and not self.source.is_sum:
            raise ValidationError({"source": _("Only a source that is worked out from others has parts.")})
        if self.part_id and self.part is not None and self.part.counting not in COUNTS:
            raise ValidationError({"part": _("Only a source whose use adds up can be a part: a dial, or amounts.")})
