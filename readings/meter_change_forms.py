"""The form of a meter change, and the reading that its page carries along from the entry page.

What fits between the readings around it, and what is stored, is the matter of readings.meter_changes.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readings.consumption import Point
from readings.fields import WallTimeField
from readings.meter_changes import Plan, Preset, at_these, both_ends, effect, misfits, sides
from readings.models import Quality, Reading
from readings.usage import Month
from readings.validators import AHEAD
from readings.wall_forms import WallForm
from sources.fields import MeasuredFormField
from sources.models import DataSource, MeterChange
from sources.numbers import format_number
from sources.unit_forms import check_unit


class CarriedForm(forms.Form):
    """A reading that could not be stored yet, as the entry page puts it into an address."""

    value = MeasuredFormField()
    unit = forms.CharField(max_length=50, required=False)
    at = forms.DateTimeField()
    notes = forms.CharField(max_length=1000, required=False)
    estimated = forms.BooleanField(required=False)

    def reading(self, source: DataSource) -> Reading:
        """The reading, not stored. Call it on a valid form."""
        told = self.cleaned_data
        quality = Quality.ESTIMATED if told["estimated"] else Quality.GOOD
        return Reading(
            source=source, value=told["value"], recorded_at=told["at"], notes=told["notes"], quality_flag=quality
        )

    @staticmethod
    def query(reading: Reading) -> dict[str, str]:
        """The same the other way round: what the address has to say."""
        asked = {"value": f"{reading.value:f}", "unit": reading.source.unit, "at": reading.recorded_at.isoformat()}
        asked["notes"] = reading.notes
        return asked | ({"estimated": "on"} if reading.quality_flag == Quality.ESTIMATED else {})


class MeterChangeForm(WallForm):
    """A new meter, a rollover or a reset. Needs an instance whose source was fetched by sources.access.

    `from_last` is the value that the last reading gave for the old meter, where nobody typed one.
    `carried` is a reading that is to be stored with it; `preset` what a new change starts with; `registers` are the
    other ones of the same meter. `unit` is the one that the values were typed in.
    """

    time_field = "changed_at"

    changed_at = WallTimeField(label=gettext_lazy("When"))
    old_final = MeasuredFormField(
        label=gettext_lazy("Last value of the old meter"),
        required=False,
        help_text=gettext_lazy("Not known? Leave it empty: the last reading counts."),
    )
    new_initial = MeasuredFormField(label=gettext_lazy("First value of the new one"))
    unit = forms.CharField(required=False, widget=forms.HiddenInput)
    take_number = forms.BooleanField(
        label=gettext_lazy("From now on the new number is the number of this meter"), required=False
    )
    write_down = forms.BooleanField(label=gettext_lazy("Also write both values down as readings"), required=False)

    from_last: Decimal | None = None

    class Meta:
        model = MeterChange
        fields = ("reason", "changed_at", "old_final", "new_initial", "old_number", "new_number")

    def __init__(
        self,
        *args: Any,
        now: datetime,
        preset: Preset | None = None,
        carried: Reading | None = None,
        registers: Sequence[DataSource] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.carried, self.registers = now, carried, registers
        self.source: DataSource = self.instance.source
        self.was: datetime | None = self.instance.changed_at
        if preset is not None:
            self.initial.update(old_final=preset.old_final, new_initial=preset.new_initial)
            self.initial.update(old_number=self.source.meter_number, take_number=True)
        if self.source.is_archived:
            del self.fields["write_down"]
        self.start_at(preset.at if preset else self.instance.changed_at)
        self.fields["reason"].help_text = _(
            "A dial that rolled over ended at 1 and as many zeros as it has digits before the point."
        )
        zone = {"zone": self.source.zone.key}
        self.fields["changed_at"].help_text = _("Times are in the time zone %(zone)s.") % zone

    def clean(self) -> dict[str, Any]:
        """Settle the instant, with the source locked from here on.

        The registers that take the number too are locked with it, and all in one order: two people at two registers of
        one meter do not wait for each other.
        """
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for each in sorted([self.source, *self._taking_number(cleaned)], key=lambda source: source.pk):
            each.lock_unless_gone()
        try:
            check_unit(self.source, cleaned.get("unit", ""))
        except ValidationError as error:
            self.add_error("old_final", error)
        if "changed_at" in cleaned:
            self.settle_instant(cleaned)
        if "old_final" in cleaned and cleaned["old_final"] is None:
            self._take_last(cleaned)
        return cleaned

    def _take_last(self, cleaned: dict[str, Any]) -> None:
        """Where nobody typed what the old meter showed last: its last reading, which is then sent on as if typed."""
        at, reason = cleaned.get("changed_at"), cleaned.get("reason")
        if reason == MeterChange.Reason.ROLLOVER:
            text = _("Where the dial rolled over: 1 and as many zeros as it has digits before the point.")
            self.add_error("old_final", text)
        elif at is not None:
            before = sides(MeterChange(pk=self.instance.pk, source=self.source, changed_at=at), self.carried).before
            if before is None:
                self.add_error("old_final", _("No reading before the change tells it: type what the old meter showed."))
                return
            cleaned["old_final"] = self.from_last = before.value
            self.data = {**self.data, "old_final": format_number(before.value)}

    def _taking_number(self, cleaned: dict[str, Any]) -> Sequence[DataSource]:
        return self.registers if cleaned.get("take_number") and cleaned.get("new_number") else ()

    def check_instant(self, at: datetime) -> None:
        """Refuse the future, and an instant at which there is another change."""
        if at > self.now + AHEAD:
            raise ValidationError(_("This time is in the future. Note a change once it is made."))
        others = MeterChange.objects.filter(source=self.source, changed_at=at).exclude(pk=self.instance.pk)
        if others.exists():
            raise ValidationError(_("A change at this very time is noted already. Correct that one instead."))

    def _post_clean(self) -> None:
        """After each field is right by itself: hold the change against what stands around it."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        written_down = bool(self.cleaned_data.get("write_down"))
        found = sides(self.instance, self.carried)
        for field, sentence in misfits(self.instance, found, written_down=written_down).items():
            self.add_error(field, sentence)
        if written_down and not self.errors:
            self._refuse_taken()

    def _refuse_taken(self) -> None:
        """The first value of the new dial cannot be written down where another value is."""
        change = self.instance
        there = at_these(self.source, [change.changed_at]).values_list("value", flat=True).first()
        if there is None and self.carried and self.carried.recorded_at == change.changed_at:
            there = self.carried.value
        if there is not None and there != change.new_initial:
            self.add_error(
                "write_down", _("There is a reading at this very time. Choose an earlier time for the change.")
            )

    def plan(self) -> Plan:
        """What is to be stored. Call it on a valid form."""
        carried = [self.carried] if self.carried else []
        ends = both_ends(self.instance, self.carried) if self.cleaned_data.get("write_down") else []
        number = self.instance.new_number if self.cleaned_data["take_number"] else ""
        readings = sorted([*ends, *carried], key=lambda reading: reading.recorded_at)
        return Plan(self.instance, readings, number, self.registers)

    def tried(self) -> list[Month]:
        """What it would do to the months; empty, and the form is not valid any more, where a reading breaks a rule."""
        try:
            return effect(self.plan(), self.was)
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages))
            return []

    def stored(self) -> bool:
        """Store it; False, and the form is not valid any more, where a reading breaks a rule."""
        try:
            with transaction.atomic():
                self.plan().store()
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages))
            return False
        return True


def point_of(reading: Reading) -> Point:
    """A reading as the point that it is on the line of its dial."""
    return Point(reading.recorded_at, reading.value, reading.quality_flag)
