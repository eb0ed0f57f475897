"""Homes, data sources and who has which rights on them. What a source measures lives in readings, above.

Foreign keys of household tables carry their ON DELETE in the database (migration 0002), because row-level security
hides rows from a cascade in Python; hence `db_constraint=False` and DO_NOTHING here.
"""

import zoneinfo
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.models import valid_timezone
from sources.fields import MeasuredField
from sources.levels import Level, may
from sources.querysets import HomeQuerySet, SourceQuerySet
from sources.units import KINDS, Kind


class Counting(models.TextChoices):
    """How the values of a source are to be understood."""

    COUNTER = "counter", _("A dial that only grows")
    LEVEL = "level", _("A value as it is")
    AMOUNT = "amount", _("Use since the last entry")


class Grant(models.TextChoices):
    """The levels that can be granted; the owner's is not one of them."""

    READ = "read", _("May see")
    WRITE = "write", _("May add readings")
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


class Home(models.Model):
    """A household: a place with a time zone, and people who belong to it."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    address = models.TextField(_("address"), blank=True, max_length=500)
    timezone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[valid_timezone])
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = person_key(_("made by"))

    objects: ClassVar[HomeQuerySet] = HomeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table = "home"
        verbose_name = _("home")
        verbose_name_plural = _("homes")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The home's page."""
        return reverse("readings:home", args=[self.public_id])

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The home's time zone."""
        return zoneinfo.ZoneInfo(self.timezone)


class HomeMember(models.Model):
    """A person of a household: the level holds for every source of the home, now and later."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    home = models.ForeignKey(Home, models.DO_NOTHING, db_constraint=False, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="memberships"
    )
    level = models.CharField(_("level"), max_length=5, choices=Grant.choices, default=Grant.READ)
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    granted_by = person_key(_("granted by"))

    class Meta:
        db_table = "home_member"
        verbose_name = _("household member")
        verbose_name_plural = _("household members")
        constraints = [
            models.UniqueConstraint(fields=["home", "user"], name="home_member_once"),
            models.CheckConstraint(condition=models.Q(level__in=Grant.values), name="home_member_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_level_display()})"


class DataSource(models.Model):
    """A meter or another series of readings. `level` is set by sources.access: what the asking person may do here."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="sources",
        verbose_name=_("owner"),
    )
    home = models.ForeignKey(
        Home,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="sources",
        verbose_name=_("home"),
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True, max_length=1000)
    source_type = models.CharField(
        _("kind"), max_length=50, choices=[(kind.key, _(kind.label)) for kind in KINDS.values()]
    )
    unit = models.CharField(_("unit"), max_length=20)
    counting = models.CharField(_("how it counts"), max_length=7, choices=Counting.choices, default=Counting.COUNTER)
    place_name = models.CharField(_("place"), max_length=200, blank=True)
    address = models.TextField(_("address"), blank=True, max_length=500)
    meter_number = models.CharField(_("meter number"), max_length=100, blank=True)
    thumbnail = models.FileField(_("picture"), blank=True, editable=False, upload_to="thumbnails")
    digits = models.PositiveSmallIntegerField(_("digits before the point"), null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(_("digits after the point"), default=0)
    is_public = models.BooleanField(_("public"), default=False, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects: ClassVar[SourceQuerySet] = SourceQuerySet.as_manager()  # type: ignore[assignment]

    level: int = Level.NONE

    class Meta:
        db_table = "data_source"
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(counting__in=Counting.values), name="data_source_counting_known"),
            models.CheckConstraint(
                condition=models.Q(digits__isnull=True) | models.Q(digits__gte=1, digits__lte=12),
                name="data_source_digits_range",
                violation_error_message=_("A dial has 1 to 12 digits before the point."),
            ),
            models.CheckConstraint(
                condition=models.Q(decimals__gte=0, decimals__lte=6),
                name="data_source_decimals_range",
                violation_error_message=_("A dial has 0 to 6 digits after the point."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The source's page."""
        return reverse("readings:source", args=[self.public_id])

    @property
    def kind(self) -> Kind:
        """What the kind of this source brings: hue, icon, usual unit."""
        return KINDS[self.source_type]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone in which this source's days and months are: the home's, else the owner's."""
        return self.home.zone if self.home else zoneinfo.ZoneInfo(self.owner.timezone)

    @property
    def is_archived(self) -> bool:
        """Whether it is put away: still readable, no longer asked for."""
        return self.archived_at is not None

    def lock(self) -> None:
        """Lock this source until the transaction ends and read the acting person's level on it anew.

        Where nobody is bound (the shell, as the owner of the tables) it only locks. Raises PermissionDenied when the
        person may no longer add readings.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT lock_source(%s)", [self.pk])
            (level,) = cursor.fetchone()
        if level is not None and not may(level, "add_reading"):
            raise PermissionDenied(_("You may not add readings to this source any more. Ask its owner."))

    def may(self, what: str) -> bool:
        """Whether the person whom sources.access fetched this for may do `what` (sources.levels)."""
        return may(self.level, what)


class SourceAccess(models.Model):
    """One person's share of one source."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(DataSource, models.DO_NOTHING, db_constraint=False, related_name="shares")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="shares")
    level = models.CharField(_("level"), max_length=5, choices=Grant.choices, default=Grant.READ)
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    granted_by = person_key(_("granted by"))

    class Meta:
        db_table = "source_access"
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints = [
            models.UniqueConstraint(fields=["user", "source"], name="source_access_once"),
            models.CheckConstraint(condition=models.Q(level__in=Grant.values), name="source_access_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_level_display()})"


class DataValidator(models.Model):
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


class MeterChange(models.Model):
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
