"""Data sources; the shares of them stand in sources.models.shares."""

import json
import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models, transaction
from django.http import Http404
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from accounts.addresses import address
from accounts.current import moment
from accounts.ids import uuid7
from sources import conversion
from sources.fields import UnitField
from sources.levels import OF_READINGS, Level, may
from sources.models.homes import Home
from sources.models.rows import HouseholdRow
from sources.querysets import SourceQuerySet
from sources.units import KINDS, Kind, places_in, spelled

LOCK = "SELECT lock_source(%s); SELECT unit, conversions::text FROM data_source WHERE id = %s"


class Counting(models.TextChoices):
    """How the values of a source are to be understood."""

    COUNTER = "counter", _("A dial that only grows")
    LEVEL = "level", _("A value as it is")
    AMOUNT = "amount", _("Use since the last entry")
    SUM = "sum", _("Worked out from other sources")


class Rhythm(models.TextChoices):
    """How often a source is to be read; when that is due, readings.plausibility says."""

    AUTO = "auto", _("As you have read it so far")
    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")
    QUARTER = "quarter", _("Every three months")
    YEAR = "year", _("Every year")
    NEVER = "never", _("Never ask for it")


class DataSource(HouseholdRow):
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
    unit = UnitField(_("unit"), max_length=20)
    counting = models.CharField(_("how it counts"), max_length=7, choices=Counting.choices, default=Counting.COUNTER)
    place_name = models.CharField(_("place"), max_length=200, blank=True)
    address = models.TextField(_("address"), blank=True, max_length=500)
    meter_number = models.CharField(_("meter number"), max_length=100, blank=True)
    thumbnail = models.FileField(_("picture"), blank=True, editable=False, upload_to="thumbnails")
    digits = models.PositiveSmallIntegerField(_("digits before the point"), null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(_("digits after the point"), default=0)
    rhythm = models.CharField(_("how often it is read"), max_length=7, choices=Rhythm.choices, default=Rhythm.AUTO)
    position = models.PositiveIntegerField(_("place in the walking order"), null=True, blank=True, editable=False)
    is_public = models.BooleanField(_("public"), default=False, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    conversions = models.JSONField(null=True, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects: ClassVar[SourceQuerySet] = SourceQuerySet.as_manager()  # type: ignore[assignment]

    level: int = Level.NONE
    _locked_at: object | None = None

    unit_way: str = ""
    """What becomes of the numbers that are there when it is saved with another unit (sources.conversion.WAYS)."""

    unit_seen: str = ""
    """The unit that whoever changes its settings saw; "" where nobody says."""

    unit_locked: str = ""
    """From `lock` on the unit that is stored: somebody may have changed it since the source was fetched. Then
    `conversions` are those that are stored, too."""

    converted: Mapping[str, int] | None = None
    """What its last save converted, by kind. Not a column: a floor above keeps it in its log."""

    class Meta:
        db_table = "data_source"
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(counting__in=Counting.values), name="data_source_counting_known"),
            models.CheckConstraint(condition=models.Q(rhythm__in=Rhythm.values), name="data_source_rhythm_known"),
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
            models.CheckConstraint(
                condition=~models.Q(is_public=True, counting="sum"),
                name="data_source_sum_not_public",
                violation_error_message=_("A sum cannot be public: it is worked out from what visitors do not see."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The source's page."""
        return address("readings:source", self.public_id)

    def clean(self) -> None:
        """What is read stays so, what is worked out too; the database holds it as well (migration 0016). Another unit
        needs an answer to what becomes of the numbers that are there (`unit_way`); the source is locked from here on.
        Raises Http404 where it was deleted since it was fetched.
        """
        if self._state.adding:
            return
        if not self.is_sum:
            self.lock_unless_gone()
        before = type(self)._base_manager.filter(pk=self.pk).values_list("counting", "unit").first()
        counting, unit = before or (self.counting, self.unit)
        if (counting == Counting.SUM) != self.is_sum:
            sentence = _("What is read cannot become a sum, nor a sum what is read. Make another source instead.")
            raise ValidationError({"counting": ValidationError(sentence, "sum")})
        if not self.is_sum:
            conversion.check(self, unit)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it, with everything that is told in its unit, where that is to be converted (`clean` looked at it).

        Raises ValidationError for another unit without an answer to what becomes of the numbers that are there.
        """
        fields = kwargs.get("update_fields")
        if (fields is None or "unit" in fields) and not self._state.adding and not self.is_sum:
            conversion.hold(self)
        if self.unit_way == conversion.CONVERT:
            with transaction.atomic():
                conversion.bring_along(self)
                super().save(*args, **kwargs)
        else:
            super().save(*args, **kwargs)
        self.unit_way = ""

    def convert_to(self, unit: str) -> None:
        """Count in `unit` from now on, with every number that is written down converted. Raises ValidationError."""
        self._count_in(unit, conversion.CONVERT)

    def rename_unit(self, unit: str) -> None:
        """Call the unit `unit`, as it was written down wrong; no number changes. Raises ValidationError."""
        self._count_in(unit, conversion.RENAME)

    def _count_in(self, unit: str, way: str) -> None:
        with transaction.atomic():
            self.unit, self.unit_way = spelled(unit), way
            self.full_clean()
            self.save()

    def converted_since(self, since: datetime, known: int | None = None) -> list[conversion.Conversion]:
        """The conversions of its unit after `since`, the first of them first. `known`: how many there had been then,
        where that was written down: it counts, as the clocks of two web servers differ.
        """
        every = [conversion.Conversion.of(each) for each in self.conversions or []]
        return [each for each in every if each.at > since] if known is None else every[known:]

    def in_todays_unit(self, value: Decimal, since: datetime, known: int | None = None) -> Decimal:
        """A number of this source as it was written down at `since`, or when it had been converted `known` times,
        brought to the unit of today.
        """
        power = sum(each.power for each in self.converted_since(since, known))
        return conversion.fitting(value.scaleb(power))

    @property
    def is_sum(self) -> bool:
        """Whether it is worked out from other sources (sources.models.parts) and has no readings of its own."""
        return self.counting == Counting.SUM

    @property
    def places(self) -> int:
        """Places after the point of what is worked out from its readings; a reading is told as it was written down."""
        return places_in(self.unit, self.decimals)

    @property
    def kind(self) -> Kind:
        """What the kind of this source brings: hue, icon, usual unit."""
        return KINDS[self.source_type]

    @property
    def kind_name(self) -> str:
        """What its kind is called. Django's own way goes through all kinds to find it."""
        return str(_(self.kind.label))

    @property
    def number_shown(self) -> str:
        """The number that stands on the meter; nothing for what we name a cuff, to read its values together."""
        is_made_up = self.kind.is_personal and self.meter_number.startswith(f"{_('Cuff')} ")
        return "" if is_made_up else self.meter_number

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone in which this source's days and months are: the home's, else the owner's."""
        return self.home.zone if self.home else zoneinfo.ZoneInfo(self.owner.timezone)

    @property
    def is_archived(self) -> bool:
        """Whether it is put away: still readable, no longer asked for."""
        return self.archived_at is not None

    def lock(self) -> None:
        """Lock this source until the transaction ends and read the acting person's level on it anew; once is enough.

        Where nobody is bound (the shell, as the owner of the tables) it only locks. Raises PermissionDenied when the
        person may no longer add readings, and for a sum, which has none.
        """
        if self.is_sum:
            raise PermissionDenied(_("This source is worked out from others, so nothing is written down for it."))
        now = moment()
        if now is not None and self._locked_at == now:
            return
        with connection.cursor() as cursor:
            # Two statements, so that the second sees what was done by who held the lock before.
            cursor.execute(LOCK, [self.pk, self.pk])
            (level,) = cursor.fetchone()
            cursor.nextset()
            stored = cursor.fetchone()
        if level is not None and not may(level, "add_reading"):
            raise PermissionDenied(_("You may not add readings to this source any more. Ask its owner."))
        self._locked_at, self.unit_locked = now, self.unit
        if stored:
            # Whoever saves what was fetched before would else forget what was converted since.
            self.unit_locked, self.conversions = spelled(stored[0]), json.loads(stored[1] or "null")

    def lock_unless_gone(self) -> None:
        """As `lock`, but raises Http404 where it was deleted since it was fetched."""
        try:
            self.lock()
        except PermissionDenied:
            if type(self)._base_manager.filter(pk=self.pk).exists():
                raise
            raise Http404(_("There is no such source any more.")) from None

    def may(self, what: str) -> bool:
        """Whether the person whom sources.access fetched this for may do `what` (sources.levels)."""
        return may(self.level, what) and not (self.is_sum and what in OF_READINGS)
