"""Which readings the table shows: the filter above it."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readings.localtime import day_start
from readings.models import Quality
from readings.querysets import ReadingQuerySet
from sources.models import DataSource


class ReadingFilter(forms.Form):
    """Which readings the table shows: whole days of the source's zone, both included, and a quality."""

    use_required_attribute = False
    limits = (
        MinValueValidator(date(1900, 1, 1), gettext_lazy("Choose a year from 1900 to 2199.")),
        MaxValueValidator(date(2199, 12, 31), gettext_lazy("Choose a year from 1900 to 2199.")),
    )

    since = forms.DateField(
        label=gettext_lazy("From"), required=False, validators=limits, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, validators=limits, widget=forms.DateInput(attrs={"type": "date"})
    )
    quality = forms.ChoiceField(
        label=gettext_lazy("Quality"), required=False, choices=[("", gettext_lazy("Any")), *Quality.choices]
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it starts."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one."))
        return cleaned

    def applied_to(self, readings: ReadingQuerySet, source: DataSource) -> ReadingQuerySet:
        """Those of `readings` that were asked for. Call it on a valid filter."""
        asked = self.cleaned_data
        if asked["since"]:
            readings = readings.filter(recorded_at__gte=day_start(asked["since"], source.zone))
        if asked["until"]:
            readings = readings.filter(recorded_at__lt=day_start(asked["until"] + timedelta(days=1), source.zone))
        return readings.filter(quality_flag=asked["quality"]) if asked["quality"] else readings
