"""The forms of the pages as programs fill them in: instants with an offset, details as they are, plain numbers."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import dateparse
from django.utils.translation import gettext_lazy as _

from accounts.api.framework import Exact
from readings.fields import WallTimeField
from readings.forms import CorrectionForm, EntryForm
from readings.localtime import FIRST_YEAR, LAST_YEAR
from readings.metadata import fault
from readings.metadata_fields import MetadataField
from readings.meter_change_forms import MeterChangeForm
from readings.models import Quality


class InstantField(WallTimeField):
    """An instant in ISO 8601 with its offset; the result is in UTC."""

    default_error_messages = {
        "invalid": _("Write the time with its offset, such as 2026-11-30T18:02:00+01:00."),
        "year": _("Choose a year from 1900 to 2200."),
    }

    def to_python(self, value: Any) -> datetime | None:
        """The instant. Raises ValidationError."""
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value
        try:
            found = dateparse.parse_datetime(str(value).strip().upper())
            at = found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
        except OverflowError as error:
            raise ValidationError(self.error_messages["year"], code="year") from error
        except ValueError:
            at = None
        if at is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValidationError(self.error_messages["year"], code="year")
        return at


class _Plain(forms.Widget):
    """What was sent, as it was sent."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """It."""
        return data.get(name)


class DetailsField(MetadataField):
    """Details as plain data; what is not sent changes none."""

    widget = _Plain  # type: ignore[assignment]  # rows of two inputs are for people

    def clean(self, value: Any) -> dict[str, Any]:
        """The details to be kept. Raises ValidationError."""
        if value is None:
            return self.stored
        found = {name: float(each) if isinstance(each, Exact) else each for name, each in value.items()}
        if sentence := fault(found):
            raise ValidationError(sentence, "details")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether something else was sent than what is stored."""
        return data is not None and data != self.stored


class _Instants:
    """For forms that settle an instant: it was sent (`at`), so no clock on the wall is asked."""

    now: datetime
    kept: datetime | None
    at: datetime | None = None

    def instant(self, typed: datetime | None, fold: str | None) -> datetime:
        """It; now, where none was sent."""
        self.at = typed or self.now
        return self.at

    def start_at(self, at: datetime) -> None:
        """What is stored, to the last digit."""
        self.kept = at
        self.initial[self.time_field] = at  # type: ignore[attr-defined]


class NewReadingForm(_Instants, EntryForm):
    """A new reading, or one that was sent before."""

    recorded_at = InstantField(required=False)
    metadata = DetailsField()

    @property
    def says_the_same(self) -> bool:
        """As above, and the quality where it was sent; one that a rule or a doubt has marked since is the same."""
        same, sent = super().says_the_same, self.data.get("quality_flag")
        return same and (not sent or self.stored is None or self.stored.quality_flag in {sent, Quality.QUESTIONABLE})


class ChangedReadingForm(_Instants, CorrectionForm):
    """A correction."""

    recorded_at = InstantField()
    metadata = DetailsField()


class ChangeForm(_Instants, MeterChangeForm):
    """A meter change."""

    changed_at = InstantField()
