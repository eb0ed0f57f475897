"""The forms in which a person writes down or corrects a reading.

They hold what a person must be asked: when it was, by the home's clock, and whether a doubtful value is right. What no
reading may break is enforced by the model.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readings.consumption import Point, rollover_step
from readings.doubts import Opinion, opinion, unclear
from readings.extra_forms import ExtrasForm
from readings.fields import WallTimeField
from readings.models import Quality, Reading
from readings.surroundings import surroundings
from readings.validators import RULES
from readings.wall_forms import empty_means
from sources.fields import MeasuredFormField
from sources.models import DataSource
from sources.numbers import MAX_LENGTH, format_number
from sources.unit_forms import check_unit
from sources.written import number

REGISTER = {
    "class": "register",
    "inputmode": "decimal",
    "enterkeyhint": "next",
    "autocomplete": "off",
    "spellcheck": "false",
    "autofocus": True,
    "maxlength": MAX_LENGTH,
}


class ReadingForm(ExtrasForm):
    """What writing down and correcting have in common. Needs an instance whose source was fetched by sources.access.

    After is_valid(), `opinion` is what is to be said of the value. Where that was False, `question` is what the person
    confirms by sending the value as `confirm` (`beside`: of any value); `refused`: whether a rule stands in the way.
    """

    value = MeasuredFormField(
        label=gettext_lazy("New reading"),
        widget=forms.TextInput(attrs=REGISTER),
        error_messages={"required": gettext_lazy("Type what the meter shows.")},
    )
    recorded_at = WallTimeField(label=gettext_lazy("Read at"), required=False)
    confirm = MeasuredFormField(required=False, widget=forms.HiddenInput)

    opinion: Opinion | None = None
    question = beside = ""

    class Meta:
        model = Reading
        fields = ("value", "recorded_at", "notes")
        widgets = {"notes": forms.TextInput(attrs={"maxlength": 1000})}

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.source: DataSource = self.instance.source
        self.fields["recorded_at"].help_text = self.time_help() % {"zone": self.source.zone.key}

    def time_help(self) -> str:
        """What is said below the time; names the zone as %(zone)s."""
        return _("Times are in the time zone %(zone)s.")

    @property
    def refused(self) -> bool:
        """Whether a rule of the source refused the value."""
        return any(error.code in RULES for error in self.errors.as_data().get("value", []))

    @property
    def understood(self) -> str:
        """The value as it was understood, where it was typed in another way; else empty."""
        typed = self.data.get(self.add_prefix("value"), "").strip()
        try:
            value = self.fields["value"].to_python(typed)
        except ValidationError:
            return ""
        return "" if value is None or format_number(value) == typed else format_number(value)

    @property
    def asked_value(self) -> str:
        """The value that `question` is about, as `confirm` must carry it."""
        return format_number(self.instance.value) if self.question else ""

    def clean(self) -> dict[str, Any]:
        """Settle the instant, with the source locked from here on."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.source.lock()
        if "recorded_at" in cleaned:
            self.settle_instant(cleaned)
        return cleaned

    def _post_clean(self) -> None:
        """After the model enforced the rules: judge the value, and ask where it is doubtful and not confirmed."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not self.is_to_be_judged():
            return
        reading = self.instance
        known = reading.surroundings()
        self.opinion = opinion(self.source, Point(reading.recorded_at, reading.value), known)
        own = self.opinion.question or unclear(self.source, self.data.get(self.add_prefix("value"), ""), known)
        question = f"{own} {self.beside}".strip()
        if not question:
            return
        if not self.is_confirmed():
            self.question = question
            self.add_error("value", ValidationError(question, code="doubt"))
        elif self.opinion.question or self.beside:
            self.take_confirmed()

    def is_to_be_judged(self) -> bool:
        """Whether there is anything new to judge."""
        return True

    def is_confirmed(self) -> bool:
        """Whether the person says that the very value asked about is right."""
        return bool(self.cleaned_data.get("confirm") == self.instance.value)

    def take_confirmed(self) -> None:
        """What follows from a doubtful value that the person says is right."""

    def check_instant(self, at: datetime) -> None:
        """Refuse an instant at which there is another reading, with the way to correct that one."""
        own = self.instance.public_id
        self.instance.known = surroundings(self.source, at, own)
        if self.instance.known.is_taken:
            taken = Reading.objects.of(self.source).exclude(public_id=own).get(recorded_at=at)
            address = reverse("readings:reading_update", args=[self.source.public_id, taken.public_id])
            text = _("There is a reading at this very time already: %(value)s.") % {"value": number(taken.value)}
            link = format_html('{} <a href="{}">{}</a>', text, address, _("Correct that one instead."))
            raise ValidationError(link, code="taken")


class EntryForm(ReadingForm):
    """A new reading. A form that is sent twice is known by its id: `stored` is then the reading it made before. `unit`
    is the one that stood beside the value: what was typed before the source was converted is not taken for the new one.
    `meant` is what the person says that the value means, whose point marks thousands.
    """

    unit = forms.CharField(required=False, widget=forms.HiddenInput)
    public_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    rolled_over = forms.IntegerField(required=False, min_value=1, max_value=12, widget=forms.HiddenInput)
    meant = forms.DecimalField(required=False, max_digits=12, decimal_places=0, widget=forms.HiddenInput)

    stored: Reading | None = None
    is_rollover = False

    class Meta(ReadingForm.Meta):
        fields = ("value", "recorded_at", "quality_flag", "notes")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quality_flag"].required = False
        self.digits_before = self.source.digits

    def clean_quality_flag(self) -> str:
        """Good, where nothing was said of it."""
        return self.cleaned_data.get("quality_flag") or Quality.GOOD

    def time_help(self) -> str:
        """As above, and that nobody needs to type it."""
        return f"{empty_means(self.now)} {super().time_help()}"

    def instant(self, typed: datetime | None, fold: str | None) -> datetime:
        """As above; now, where nothing was typed."""
        return self.now if typed is None else super().instant(typed, fold)

    def clean(self) -> dict[str, Any]:
        """As above; the look for a reading of the same id comes after the lock, so that it sees one just stored."""
        given: UUID | None = self.cleaned_data.get("public_id")
        self.instance.public_id = given or self.instance.public_id
        if self.cleaned_data.get("meant") is not None and "value" in self.cleaned_data:
            self.cleaned_data["value"] = self.cleaned_data["meant"]
        cleaned = super().clean()
        try:
            check_unit(self.source, cleaned.get("unit", ""))
        except ValidationError as error:
            self.add_error("value", error)
        known = self.instance.known
        if known is None or known.is_stored:
            self.stored = Reading.objects.of(self.source).filter(public_id=self.instance.public_id).first()
        self._take_digits(cleaned)
        return cleaned

    def _take_digits(self, cleaned: dict[str, Any]) -> None:
        """Who says that the dial rolled over says with how many digits: they become those of the source, where that
        explains the fall and the person may change the source.
        """
        digits, at, value = (cleaned.get(name) for name in ("rolled_over", "recorded_at", "value"))
        known = self.instance.known
        if not digits or at is None or value is None or known is None:
            return
        before = known.previous
        possible = before is not None and rollover_step(before.value, value, digits) is not None
        if possible and (digits == self.source.digits or self.source.may("edit_source")):
            self.source.digits, self.is_rollover = digits, True

    def _post_clean(self) -> None:
        """As above. Digits that are not saved are forgotten again."""
        super()._post_clean()
        if self.errors:
            self.source.digits = self.digits_before

    def is_confirmed(self) -> bool:
        """As above, or explained by a dial that rolled over."""
        return super().is_confirmed() or self.is_rollover

    def save(self, commit: bool = True) -> Reading:
        """Store the reading, and the digits of its dial where they were told."""
        if self.source.digits != self.digits_before:
            self.source.save(update_fields=["digits"])
        reading: Reading = super().save(commit)
        return reading

    def save_unless_stored(self) -> Reading | None:
        """The reading, stored now or when this form came before; None where it is not sent, or something is wrong."""
        valid = self.is_valid()
        if self.stored is not None:
            return self.stored if self.says_the_same else None
        return self.save() if valid else None

    def take_confirmed(self) -> None:
        """It is stored, marked until somebody looks at it again."""
        if self.instance.quality_flag == Quality.GOOD:
            self.instance.quality_flag = Quality.QUESTIONABLE

    @property
    def says_the_same(self) -> bool:
        """Whether this form says what `stored` holds, so that sending it again changes nothing."""
        typed, stored = self.instance, self.stored
        return (
            stored is not None
            and (typed.value, typed.notes, typed.metadata) == (stored.value, stored.notes, stored.metadata)
            and (bool(stored.photo) or not self.has_photo)
            and (not self.data.get("recorded_at") or typed.recorded_at == stored.recorded_at)
        )


class CorrectionForm(ReadingForm):
    """Another value, time, quality or note for a reading, and why. `before` is the reading as it was, `seen` as which
    version the person saw it: who corrects a reading that somebody else corrected meanwhile is told so (`is_outdated`)
    and shown both; nothing is saved, and the form that comes back is made from what is stored.
    """

    reason = forms.CharField(
        label=gettext_lazy("Why it is corrected"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Such as: mistyped. The history keeps it."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    is_outdated = False

    class Meta(ReadingForm.Meta):
        fields = ("value", "recorded_at", "quality_flag", "notes")  # type: ignore[assignment]
        widgets = {"notes": forms.Textarea(attrs={"rows": 2})}  # type: ignore[dict-item]

    def __init__(self, *args: Any, instance: Reading, **kwargs: Any) -> None:
        initial = {"seen": instance.version, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        self.before = Point(instance.recorded_at, instance.value, instance.quality_flag)
        self.fields["value"].label = _("What the meter showed")
        self.fields["recorded_at"].required = True
        self.start_at(instance.recorded_at)

    def clean(self) -> dict[str, Any]:
        """As above. Refuses to undo a correction unseen; the instance was fetched with its source locked."""
        cleaned = super().clean()
        self.is_outdated = self._undoes_unseen()
        if self.is_outdated:
            text = _("This reading was corrected in the meantime. Look at it as it is now, then save.")
            raise ValidationError(text, code="outdated")
        self.instance.change_reason = cleaned.get("reason", "")
        return cleaned

    def _post_clean(self) -> None:
        """As above; what undoes a correction unseen is judged no further, and the instance stays as it is stored."""
        if not self.is_outdated:
            super()._post_clean()

    def _undoes_unseen(self) -> bool:
        """Whether what was sent would undo a correction its sender has not seen; sending it twice is no such thing."""
        given, said = self.cleaned_data.get("seen", ""), {*self.changed_data} - {"seen", "confirm", "reason"}
        return "seen" in self.data and given != self.instance.version and bool(said)

    def is_to_be_judged(self) -> bool:
        """Only another value or another time: who leaves both has the last word on the quality."""
        return (self.instance.recorded_at, self.instance.value) != (self.before.at, self.before.value)
