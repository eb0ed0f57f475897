"""What is laid down about the values of a source: rules that they must pass, and where another dial began to count.

What they mean for a reading stands in readings, a floor above.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from sources.fields import MeasuredField
from sources.models.rows import HouseholdRow
from sources.models.sources import DataSource


class DataValidator(HouseholdRow):
    """A rule that readings of a source must pass: several may stand side by side."""

    class OnViolation(models.TextChoices):
        """What happens to a reading that breaks the rule."""

        REJECT = "reject", _("Refuse the reading")
        FLAG = "flag", _("Keep it, marked as questionable")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(DataSource, models.DO_NOTHING, db_constraint=False, related_name="validators")
    min_value = MeasuredField(_("least value"), null=True, blank=True)
    max_value = MeasuredField(_("greatest value"), null=True, blank=True)
    non_decreasing = models.BooleanField(_("may not fall"), default=False)
    max_per_day = MeasuredField(_("largest change in a day"), null=True, blank=True)
    on_violation = models.CharField(
        _("what happens"), max_length=6, choices=OnViolation.choices, default=OnViolation.REJECT
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "data_validator"
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(min_value__lte=models.F("max_value")),
                name="data_validator_min_max",
                violation_error_message=_("The least value is above the greatest one."),
            ),
            models.CheckConstraint(
                condition=models.Q(min_value__isnull=False)
                | models.Q(max_value__isnull=False)
                | models.Q(max_per_day__isnull=False)
                | models.Q(non_decreasing=True),
                name="data_validator_says_something",
                violation_error_message=_("Say at least one thing that this rule forbids."),
            ),
            models.CheckConstraint(
                condition=models.Q(max_per_day__isnull=True) | models.Q(max_per_day__gt=0),
                name="data_validator_max_per_day_positive",
                violation_error_message=_("The largest change in a day must be above 0."),
            ),
            models.CheckConstraint(
                condition=models.Q(on_violation__in=["reject", "flag"]), name="data_validator_on_violation_known"
            ),
        ]

    def __str__(self) -> str:
        return f"rule {self.pk} of {self.source_id}"


class MeterChange(HouseholdRow):
    """From `changed_at` on another dial counts: it began at `new_initial` when the old one stood at `old_final`."""

    class Reason(models.TextChoices):
        """Why the dial does not go on from where it was."""

        REPLACED = "replaced", _("The meter was replaced")
        ROLLOVER = "rollover", _("The dial rolled over")
        RESET = "reset", _("The dial was reset")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(DataSource, models.DO_NOTHING, db_constraint=False, related_name="meter_changes")
    changed_at = models.DateTimeField(_("changed at"))
    old_final = MeasuredField(_("last value of the old dial"))
    new_initial = MeasuredField(_("first value of the new dial"))
    old_number = models.CharField(_("old meter number"), max_length=100, blank=True)
    new_number = models.CharField(_("new meter number"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=8, choices=Reason.choices, default=Reason.REPLACED)

    class Meta:
        db_table = "meter_change"
        verbose_name = _("meter change")
        verbose_name_plural = _("meter changes")
        ordering = ["changed_at"]
        constraints = [
            models.UniqueConstraint(fields=["source", "changed_at"], name="meter_change_once"),
            models.CheckConstraint(
                condition=models.Q(reason__in=["replaced", "rollover", "reset"]), name="meter_change_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.changed_at:%Y-%m-%d}"

    def clean(self) -> None:
        """Years outside 1900 to 2200 are mistakes."""
        if self.changed_at and not 1900 <= self.changed_at.year <= 2200:
            raise ValidationError({"changed_at": _("Choose a year from 1900 to 2200.")})
