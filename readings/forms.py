"""The forms in which a person writes down or corrects a reading, and the filter of the readings table.

They hold what a person must be asked: when it was, by the home's clock, and whether a doubtful value is right. What no
reading may break is enforced by the model.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readings.consumption import Point
from readings.doubts import Opinion, around, opinion
from readings.fields import WallTimeField
from readings.localtime import RepeatedHour, SkippedHour, day_starts, resolve
from readings.models import Quality, Reading
from readings.querysets import ReadingQuerySet
from readings.validators import RULES
from sources.fields import MeasuredFormField
from sources.models import DataSource
from sources.numbers import MAX_LENGTH, format_number
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
FOLDS = [("0", gettext_lazy("The first of the two")), ("1", gettext_lazy("The second of the two"))]


class ReadingForm(forms.ModelForm):
    """What writing down and correcting have in common. Needs an instance whose source was fetched by sources.access.

    After is_valid(), `opinion` is what is to be said of the value. Where that was False, `question` is what the person
    is asked to confirm (by sending the value as `confirm`), and `refused` tells that a rule stands in the way.
    """

    value = MeasuredFormField(label=gettext_lazy("New reading"), widget=forms.TextInput(attrs=REGISTER))
    fold = forms.ChoiceField(
        label=gettext_lazy("Which of the two"), choices=FOLDS, widget=forms.RadioSelect, required=False
    )
    recorded_at = WallTimeField(label=gettext_lazy("Read at"), required=False)
    confirm = MeasuredFormField(required=False, widget=forms.HiddenInput)

    opinion: Opinion | None = None
    question = ""
    is_twice = False

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
        typed = self.data.get("value", "").strip()
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
            self._settle_instant(cleaned)
        return cleaned

    def _post_clean(self) -> None:
        """After the model enforced the rules: judge the value, and ask where it is doubtful and not confirmed."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not self.is_to_be_judged():
            return
        reading = self.instance
        known = around(self.source, reading.recorded_at, reading.public_id)
        self.opinion = opinion(self.source, Point(reading.recorded_at, reading.value), known)
        if self.opinion.question and self.cleaned_data.get("confirm") == reading.value:
            self.take_confirmed()
        elif self.opinion.question:
            self.question = self.opinion.question
            self.add_error("value", ValidationError(self.question, code="doubt"))

    def is_to_be_judged(self) -> bool:
        """Whether there is anything new to judge."""
        return True

    def take_confirmed(self) -> None:
        """What follows from a doubtful value that the person says is right."""

    def _settle_instant(self, cleaned: dict[str, Any]) -> None:
        """Put the instant that was meant in place of the typed time, or say what is wrong with it."""
        try:
            cleaned["recorded_at"] = at = self.instant(cleaned["recorded_at"], cleaned.get("fold") or None)
            self._refuse_taken(at)
        except RepeatedHour as repeated:
            self._ask_which(repeated.earlier, repeated.later)
            self.add_error("recorded_at", _("The clock was moved back, so this time was twice. Choose which it was."))
        except SkippedHour as skipped:
            text = _("The clock was moved forward over this time, so it never was. Choose %(after)s or later.")
            after = skipped.after.astimezone(self.source.zone)
            self.add_error("recorded_at", text % {"after": f"{after:%H:%M}"})
        except ValidationError as error:
            self.add_error("recorded_at", error)
        except ValueError:
            self.add_error("recorded_at", _("Choose a year from 1900 to 2200."))

    def instant(self, typed: datetime | None, fold: str | None) -> datetime:
        """The instant that was typed; now, where nothing was. Raises what localtime.resolve raises."""
        if typed is None:
            return self.now
        return resolve(typed, self.source.zone, int(fold) if fold else None)

    def _refuse_taken(self, at: datetime) -> None:
        others = Reading.objects.of(self.source).exclude(public_id=self.instance.public_id)
        taken = others.filter(recorded_at=at).first()
        if taken is not None:
            address = reverse("readings:reading_update", args=[self.source.public_id, taken.public_id])
            text = _("There is a reading at this very time already: %(value)s.") % {"value": number(taken.value)}
            link = format_html('{} <a href="{}">{}</a>', text, address, _("Correct that one instead."))
            raise ValidationError(link, code="taken")

    def _ask_which(self, earlier: datetime, later: datetime) -> None:
        """Offer the two instants of a repeated hour, each with its offset."""
        self.is_twice = True
        first, second = (f"{at.astimezone(self.source.zone):%z}" for at in (earlier, later))
        self.fields["fold"].choices = [  # type: ignore[attr-defined]
            ("0", _("The first, before the clock was moved back (UTC%(offset)s)") % {"offset": first}),
            ("1", _("The second, after the clock was moved back (UTC%(offset)s)") % {"offset": second}),
        ]


class EntryForm(ReadingForm):
    """A new reading. A form that is sent twice is known by its id: `stored` is then the reading it made before."""

    public_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    estimated = forms.BooleanField(label=gettext_lazy("Estimated, not read off the meter"), required=False)

    stored: Reading | None = None

    def time_help(self) -> str:
        """As above, and that nobody needs to type it."""
        return _("Leave empty for now. Times are in the time zone %(zone)s.")

    def clean(self) -> dict[str, Any]:
        """As above; the look for a reading of the same id comes after the lock, so that it sees one just stored."""
        given: UUID | None = self.cleaned_data.get("public_id")
        self.instance.public_id = given or self.instance.public_id
        if self.cleaned_data.get("estimated"):
            self.instance.quality_flag = Quality.ESTIMATED
        cleaned = super().clean()
        self.stored = Reading.objects.of(self.source).filter(public_id=self.instance.public_id).first()
        return cleaned

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
            and (typed.value, typed.notes) == (stored.value, stored.notes)
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
        zone = instance.source.zone
        local = instance.recorded_at.astimezone(zone)
        wall = local.replace(second=0, microsecond=0, tzinfo=None, fold=0)
        initial = {"recorded_at": wall, "seen": instance.version, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        self.before = Point(instance.recorded_at, instance.value, instance.quality_flag)
        self.fields["value"].label = _("What the meter showed")
        self.fields["recorded_at"].required = True
        self._offer_twice(wall, local.fold)

    def _offer_twice(self, wall: datetime, fold: int) -> None:
        """A reading taken in a repeated hour shows from the start which of the two it was."""
        try:
            resolve(wall, self.source.zone)
        except RepeatedHour as repeated:
            self._ask_which(repeated.earlier, repeated.later)
            self.initial["fold"] = str(fold)

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

    def instant(self, typed: datetime | None, fold: str | None) -> datetime:
        """As above; left as it was, it keeps its seconds."""
        if {"recorded_at", "fold"}.isdisjoint(self.changed_data):
            return self.before.at
        return super().instant(typed, fold)

    def is_to_be_judged(self) -> bool:
        """Only another value or another time: who leaves both has the last word on the quality."""
        return (self.instance.recorded_at, self.instance.value) != (self.before.at, self.before.value)


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
            readings = readings.filter(recorded_at__gte=day_starts(asked["since"], 1, source.zone)[0])
        if asked["until"]:
            readings = readings.filter(recorded_at__lt=day_starts(asked["until"], 2, source.zone)[1])
        return readings.filter(quality_flag=asked["quality"]) if asked["quality"] else readings
