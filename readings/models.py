"""Readings, and the imports that brought many. The primary key in the database is (source_id, id): migration 0002."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from accounts.addresses import address
from accounts.ids import uuid7
from accounts.prepared import insert
from readings import validators
from readings.consumption import Point
from readings.metadata import fault
from readings.querysets import ReadingQuerySet
from readings.summaries import Day as Day
from readings.summaries import Fall as Fall
from readings.surroundings import Surroundings, surroundings
from readings.wording import TAKEN
from sources.fields import MeasuredField
from sources.models import DataSource, Home, person_key
from sources.models.rows import HouseholdRow


class Quality(models.TextChoices):
    """How far a reading can be trusted; bad ones take no part in any sum."""

    GOOD = "good", _("Good")
    QUESTIONABLE = "questionable", _("Questionable")
    BAD = "bad", _("Bad, left out")
    ESTIMATED = "estimated", _("Estimated")


class ImportBatch(models.Model):
    """One import of a file into one source: what came of it, and that it can be undone whole.

    `file_id` is shared by the imports that one file brought into several sources. `mapping` says how the file was read,
    so that the next one of the same shape needs no question, and which meter changes it noted.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(DataSource, models.DO_NOTHING, db_constraint=False, related_name="imports")
    file_name = models.CharField(_("file"), max_length=200)
    format = models.CharField(_("format"), max_length=50)
    counts = models.JSONField(_("counts"), default=dict)
    file_id = models.UUIDField(default=uuid7, editable=False)
    mapping = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = person_key(_("imported by"))
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)

    class Meta:
        db_table = "import_batch"
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name


class ImportDraft(models.Model):
    """A file that was uploaded and looked at, but not yet imported: it belongs to the person who brought it.

    It is for one source, or for a home, whose sources take its columns. `choices` is what the person said of it so far.
    Of a long one, `run` is how far it is read or stored, `found` what its preview shows (readings/import_runs.py).
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(DataSource, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    home = models.ForeignKey(Home, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    size = models.IntegerField(default=0)
    choices = models.JSONField(default=dict)
    run = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = person_key(_("brought by"))

    class Meta:
        db_table = "import_draft"

    def __str__(self) -> str:
        return self.file_name


class Reading(HouseholdRow):
    """What a source showed at an instant. Always reached through its source; its rules are in readings.validators."""

    public_id = models.UUIDField(default=uuid7, editable=False)
    source = models.ForeignKey(
        DataSource, models.DO_NOTHING, db_constraint=False, related_name="readings", db_index=False
    )
    value = MeasuredField(_("reading"))
    recorded_at = models.DateTimeField(_("read at"))
    quality_flag = models.CharField(_("quality"), max_length=12, choices=Quality.choices, default=Quality.GOOD)
    notes = models.TextField(_("note"), blank=True, max_length=1000)
    metadata = models.JSONField(_("details"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    photo = models.FileField(_("photo"), blank=True, editable=False, upload_to="photos")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = person_key(_("written down by"))
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = person_key(_("corrected by"))
    import_batch = models.ForeignKey(
        ImportBatch, models.DO_NOTHING, db_constraint=False, null=True, editable=False, related_name="readings"
    )

    objects: ClassVar[ReadingQuerySet] = ReadingQuerySet.as_manager()  # type: ignore[assignment]

    change_reason: str = ""
    """Why it is about to be changed, in the words of who does it. Not a column: a floor above keeps it in its log."""

    known: Surroundings | None = None
    """What its form has looked up, with the source locked."""

    class Meta:
        db_table = "reading"
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-recorded_at"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "recorded_at"],
                name="reading_source_recorded_at",
                violation_error_message=TAKEN,
            ),
            models.UniqueConstraint(fields=["source", "public_id"], name="reading_source_public_id"),
            models.CheckConstraint(
                condition=models.Q(quality_flag__in=Quality.values), name="reading_quality_flag_known"
            ),
        ]
        indexes = [
            models.Index(
                models.F("source"),
                models.F("recorded_at").desc(),
                include=["value", "quality_flag"],
                name="reading_latest",
            ),
            models.Index(
                models.F("source"),
                models.F("recorded_at").desc(),
                condition=models.Q(quality_flag=Quality.QUESTIONABLE),
                name="reading_doubtful",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value:f} {self.recorded_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """The reading's page."""
        return address("readings:reading", self.source.public_id, self.public_id)

    @property
    def version(self) -> str:
        """What tells this state of the reading from every later one; "" before the first correction."""
        return self.updated_at.isoformat() if self.updated_at else ""

    def clean(self) -> None:
        """Hold the reading against the rules of its source, so that a form shows what is wrong beside the field."""
        if self.source_id is not None and self.value is not None and self.recorded_at is not None:
            self.enforce()

    def enforce(self) -> None:
        """Hold the reading against every rule, with its source locked until the transaction ends, so that two writers
        at once cannot break a rule together. A rule that flags marks the reading as questionable,
        unless value and time are as stored: who then calls it good has confirmed it. Who leaves both and does not call
        it good is not refused: it is compared with nothing any more, and so holds no other reading up.

        Raises ValidationError (keyed by field) for a broken rule that rejects, PermissionDenied without the right.
        """
        if self.source.is_sum:
            raise ValidationError({"value": ValidationError(validators.OF_A_SUM, "sum")})
        impossible = list(validators.possible(self.value, self.recorded_at, clock.now()))
        if impossible:
            raise ValidationError({field: ValidationError(found.message, found.code) for field, found in impossible})
        if sentence := fault(self.metadata):
            raise ValidationError({"metadata": ValidationError(sentence, "details")})
        self.source.lock()
        found = self.broken_rules()
        unchanged = bool(found) and self._is_as_stored()
        doubted = self.quality_flag in (Quality.QUESTIONABLE, Quality.BAD)
        if any(violation.rejects for violation in found) and not (unchanged and doubted):
            raise ValidationError(
                {"value": [ValidationError(each.message, each.code) for each in found if each.rejects]}
            )
        if found and self.quality_flag == Quality.GOOD and not unchanged:
            self.quality_flag = Quality.QUESTIONABLE

    def broken_rules(self) -> list[validators.Violation]:
        """The rules of its source that this reading breaks as it stands; empty where it breaks none."""
        known = self.surroundings()
        place = validators.Place(
            known.previous, known.following, self.source.digits, [change.at for change in known.changes]
        )
        return validators.violations(known.rules, Point(self.recorded_at, self.value), place)

    def surroundings(self) -> Surroundings:
        """What it is judged by: what its form has looked up, where that still holds, or looked up now."""
        place = self.source, self.recorded_at, self.public_id
        return self.known if self.known and self.known.hold_for(*place) else surroundings(*place)

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        """Those that it is held against before it is stored: not the quality, which its choices know. Django would ask
        the database whether one of four words is one of four words.
        """
        return [
            (model, [each for each in found if not isinstance(each, models.CheckConstraint)])
            for model, found in super().get_constraints()
        ]

    def _is_as_stored(self) -> bool:
        """Whether value and time are as stored: then somebody says anew how far the reading can be trusted."""
        if self._state.adding:
            return False
        stored = Reading.objects.of(self.source).filter(pk=self.pk)
        return stored.filter(value=self.value, recorded_at=self.recorded_at).exists()

    def _do_insert(self, manager: Any, using: str, fields: Any, returning_fields: Any, raw: bool) -> Any:
        """As Django does; its SQL is made once, and its plan kept."""
        return insert(self, using, fields, returning_fields)

    def _do_update(self, base_qs: Any, *args: Any) -> Any:
        """Name the source in each UPDATE: it leads every key of the table."""
        return super()._do_update(base_qs.filter(source_id=self.source_id), *args)
