"""What somebody says of the file they want: the page asks it, and the address of a file says it again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readings.exports import Wanted
from readings.filters import ReadingFilter
from readings.localtime import day_start
from sources.models import DataSource, Home

FORMATS = [
    ("csv", gettext_lazy("CSV, a table for any program")),
    ("xlsx", gettext_lazy("XLSX, a workbook for Excel, LibreOffice, Numbers")),
    ("json", gettext_lazy("JSON, everything, for safekeeping and for programs")),
]

NO_READINGS = gettext_lazy(
    "This meter is worked out from others and has no readings of its own. Download theirs, or the whole home. "
    "JSON says which they are."
)


class ExportForm(forms.Form):
    """Format, range (whole days of the zone of the place, both included), and what comes along."""

    use_required_attribute = False

    format = forms.ChoiceField(
        label=gettext_lazy("Which file"), choices=FORMATS, initial="csv", widget=forms.RadioSelect
    )
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        validators=ReadingFilter.limits,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        validators=ReadingFilter.limits,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    belongings = forms.BooleanField(
        label=gettext_lazy("Meter changes, rules, and how each meter counts"),
        help_text=gettext_lazy("In a CSV file as lines before the readings. Always in XLSX and JSON."),
        required=False,
        initial=True,
    )
    rights = forms.BooleanField(
        label=gettext_lazy("Who may do what"),
        help_text=gettext_lazy("Only in JSON, as far as you can see it. It is not imported again."),
        required=False,
    )
    history = forms.BooleanField(
        label=gettext_lazy("Who did what"),
        help_text=gettext_lazy("Only in JSON, as far as you can see it. It is not imported again."),
        required=False,
    )
    no_mark = forms.BooleanField(
        label=gettext_lazy("CSV for another program than Excel, without the mark at its beginning that Excel needs"),
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None, place: DataSource | Home) -> None:
        super().__init__(data)
        self._is_sum = isinstance(place, DataSource) and place.is_sum
        if isinstance(place, Home):
            del self.fields["belongings"]

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it starts, and a table of what has no readings."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one."))
        if self._is_sum and cleaned.get("format") in ("csv", "xlsx"):
            self.add_error("format", NO_READINGS)
        return cleaned

    def query(self) -> str:
        """What the address of the file says. Call it on a valid form."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "format" and value}
        asked = urlencode({name: "on" if value is True else value for name, value in said.items()})
        return f"?{asked}" if asked else ""

    def wanted(self, zone: ZoneInfo) -> Wanted:
        """What the file shall hold. Call it on a valid form."""
        said = self.cleaned_data
        since, until = said["since"], said["until"]
        first: datetime | None = day_start(since, zone) if since else None
        end: datetime | None = day_start(until + timedelta(days=1), zone) if until else None
        return Wanted(
            since=first,
            until=end,
            belongings=said.get("belongings", True),
            bom=not said["no_mark"],
            rights=said["rights"],
            history=said["history"],
        )
