"""What a form of a source asks before another unit is taken (sources.conversion): on pages, API and Django admin."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sources.conversion import ASKED, CONVERT, MISFIT, RENAME
from sources.models import DataSource
from sources.units import spelled

LONGEST = 20
"""Characters of a unit: what an address says beyond them is no unit, and not repeated."""


def check_unit(source: DataSource, seen: str) -> None:
    """Refuse a number that was typed beside another unit than the one in which `source` counts by now, which is locked;
    `seen` is "" where nobody says. Raises ValidationError.
    """
    source.unit = source.unit_locked
    if text := typed_otherwise(source, seen):
        raise ValidationError(text, "unit")


def typed_otherwise(source: DataSource, seen: str) -> str:
    """That a number was typed beside another unit than that of `source`, and what to do; "" where it was not, or nobody
    says.
    """
    if not seen or spelled(seen) == source.unit:
        return ""
    text = gettext("This meter counts in %(now)s now, and you typed this in %(seen)s. Write it down in %(now)s.")
    return text % {"now": source.unit, "seen": seen[:LONGEST]}


class UnitForm(forms.ModelForm):
    """A source that is there already: what becomes of its numbers where its unit is changed (sources.conversion). Who
    filled it in saw `unit_seen`, and answers in `unit_way`, which is no field of this form: no page repeats it unasked.
    """

    unit_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_before = self.initial["unit_seen"] = self.instance.unit

    def clean(self) -> dict[str, Any]:
        """Let the source know what was seen and answered: it judges by that."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.unit_seen = spelled(cleaned.get("unit_seen") or self.unit_before)
        self.instance.unit_way = self.data.get("unit_way", "")
        return cleaned

    @property
    def asks_about_unit(self) -> bool:
        """Whether nothing else stands in the way than the question what becomes of the numbers that are there."""
        codes = [error.code for errors in self.errors.as_data().values() for error in errors]
        return codes == [ASKED] or codes == [MISFIT]


class StaffNumbersForm(forms.ModelForm):
    """A row in Django admin with numbers in the unit of its source: those typed beside another one are not taken."""

    unit = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["unit"] = self.instance.source.unit

    def clean(self) -> dict[str, Any]:
        """With the source locked from here on."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            source = self.instance.source
            source.lock_unless_gone()
            try:
                check_unit(source, cleaned.get("unit", ""))
            except ValidationError as error:
                self.add_error(None, error)
                # The page that comes back asks for numbers in the unit of today.
                data: Any = self.data.copy()  # type: ignore[attr-defined]
                data["unit"] = source.unit
                self.data = data
        return cleaned


class StaffSourceForm(UnitForm):
    """A source in Django admin: here too another unit is not taken unasked."""

    unit_way = forms.ChoiceField(
        label=_("where the unit is changed"),
        choices=[
            ("", "---------"),
            (CONVERT, _("convert all its numbers")),
            (RENAME, _("only the unit was written down wrong")),
        ],
        required=False,
    )
