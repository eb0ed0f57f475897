"""Forms that ask when something was, by the clock of the source's zone: which instant a typed time means, or why none.

What is written down at that instant is the matter of the forms that build on this one.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readings.localtime import RepeatedHour, SkippedHour, resolve

FOLDS = [("0", gettext_lazy("The first of the two")), ("1", gettext_lazy("The second of the two"))]

MOMENT = timedelta(minutes=1)


def empty_means(now: datetime) -> str:
    """What is said of a time that is left empty; `now` is when the form was typed, which may be a while ago."""
    is_past = clock.now() - now > MOMENT
    return _("Leave empty for the time at which it was typed.") if is_past else _("Leave empty for now.")


class WallForm(forms.ModelForm):
    """Settles the field `time_field` of a model that has a source. `is_twice`: the typed time was twice, and the form
    asks which of the two is meant. `kept`: the instant that it started with, seconds and all; None for none.
    """

    time_field = "recorded_at"
    is_twice = False
    kept: datetime | None = None

    fold = forms.ChoiceField(
        label=gettext_lazy("Which of the two"), choices=FOLDS, widget=forms.RadioSelect, required=False
    )

    @property
    def zone(self) -> ZoneInfo:
        """The zone by whose clock times are typed."""
        zone: ZoneInfo = self.instance.source.zone
        return zone

    def start_at(self, at: datetime) -> None:
        """Show `at` to the minute; in a repeated hour, with which of the two it was."""
        local = at.astimezone(self.zone)
        wall = local.replace(second=0, microsecond=0, tzinfo=None, fold=0)
        self.kept, self.initial[self.time_field] = at, wall
        try:
            resolve(wall, self.zone)
        except RepeatedHour as repeated:
            self._ask_which(repeated.earlier, repeated.later)
            self.initial["fold"] = str(local.fold)

    def settle_instant(self, cleaned: dict[str, Any]) -> None:
        """Put the instant that was meant in place of the typed time, or say what is wrong with it."""
        name = self.time_field
        try:
            cleaned[name] = at = self.instant(cleaned[name], cleaned.get("fold") or None)
            self.check_instant(at)
        except RepeatedHour as repeated:
            self._ask_which(repeated.earlier, repeated.later)
            self.add_error(name, _("The clock was moved back, so this time was twice. Choose which it was."))
        except SkippedHour as skipped:
            text = _("The clock was moved forward over this time, so it never was. Choose %(after)s or later.")
            self.add_error(name, text % {"after": f"{skipped.after.astimezone(self.zone):%H:%M}"})
        except ValidationError as error:
            self.add_error(name, error)
        except ValueError:
            self.add_error(name, _("Choose a year from 1900 to 2200."))

    def instant(self, typed: datetime, fold: str | None) -> datetime:
        """The instant that was typed; left as it was, it keeps its seconds. Raises what localtime.resolve raises."""
        if self.kept is not None and {self.time_field, "fold"}.isdisjoint(self.changed_data):
            return self.kept
        return resolve(typed, self.zone, int(fold) if fold else None)

    def check_instant(self, at: datetime) -> None:
        """Say what else is wrong with the instant. Raises ValidationError."""

    def _ask_which(self, earlier: datetime, later: datetime) -> None:
        """Offer the two instants of a repeated hour, each with its offset."""
        self.is_twice = True
        first, second = (f"{at.astimezone(self.zone):%z}" for at in (earlier, later))
        self.fields["fold"].choices = [  # type: ignore[attr-defined]
            ("0", _("The first, before the clock was moved back (UTC%(offset)s)") % {"offset": first}),
            ("1", _("The second, after the clock was moved back (UTC%(offset)s)") % {"offset": second}),
        ]
