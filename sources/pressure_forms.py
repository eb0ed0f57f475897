"""Blood pressure has two values, and often a pulse beside them: made at once, as registers of one cuff, which are read
on one page. Each of them is a source of its own.
"""

import re
from itertools import count
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from sources.forms import NewSourceForm, SourceForm
from sources.models import DataSource, Home
from sources.units import KINDS, Kind, spelled

BLOOD, PULSE = KINDS["blood_pressure"], KINDS["pulse"]
SOUNDS = re.compile(r"blood pressure|blutdruck|systol|diastol", re.IGNORECASE)
ALIKE = ("home", "owner", "place_name", "meter_number", "rhythm", "description")
DIAL = ("unit", "counting", "digits", "decimals")
"""What all have in common, and what both values of the pressure have, but not the pulse."""
UPPER, LOWER, BEAT = _("%(name)s, upper"), _("%(name)s, lower"), _("%(name)s, pulse")


def sounds_like_it(kind: Kind, data: Any) -> bool:
    """Whether what is to be made as "something else" is blood pressure, by its unit or its name, and nobody said yet
    that it is to stand alone.
    """
    told = spelled(data.get("unit", "")) == BLOOD.unit or SOUNDS.search(data.get("name", "")) is not None
    return kind.key == "other" and told and "alone" not in data


class PressureForm(NewSourceForm):
    """A new blood pressure: both of its values, with or without the pulse, or one source as any other."""

    first = (*SourceForm.first, "both", "pulse")

    both = forms.BooleanField(
        label=_("Upper and lower value"),
        required=False,
        initial=True,
        help_text=_("Makes two sources that are read together, on one page."),
    )
    pulse = forms.BooleanField(label=_("The pulse, too"), required=False)

    @property
    def others(self) -> list[tuple[Any, Kind]]:
        """What is made beside the upper value: what it is called, and its kind."""
        if not self.cleaned_data.get("both"):
            return []
        return [(LOWER, BLOOD), *([(BEAT, PULSE)] if self.cleaned_data.get("pulse") else [])]

    def clean_name(self) -> str:
        """The name, with room for the word behind it."""
        name, most = str(self.cleaned_data["name"]), DataSource._meta.get_field("name").max_length or 0
        longest = max(len(str(each) % {"name": name}) for each in (UPPER, LOWER, BEAT))
        if longest > most:
            raise ValidationError(gettext("Choose a shorter name: “upper” and “lower” are put behind it."))
        return name

    def made_already(self, person: User) -> int:
        """As above, with room for all that are to be made."""
        return super().made_already(person) + len(self.others)

    def save(self, commit: bool = True) -> DataSource:
        """Store the upper value and what is made beside it; its source."""
        upper: DataSource = self.instance
        name, others = {"name": upper.name}, self.others
        if others:
            upper.name = str(UPPER) % name
            upper.meter_number = upper.meter_number or _free_number(upper.home, upper.owner)
        super().save(commit)
        alike = {each: getattr(upper, each) for each in ALIKE}
        for words, kind in others:
            dial = {each: getattr(upper if kind is BLOOD else kind, each) for each in DIAL}
            DataSource.objects.create(**alike, **dial, name=str(words) % name, source_type=kind.key)
        return upper


def _free_number(home: Home | None, owner: User) -> str:
    """A number that makes them registers of one meter, and of no other one."""
    near = DataSource.objects.filter(home=home) if home else DataSource.objects.filter(home=None, owner=owner)
    taken = {number.strip() for number in near.values_list("meter_number", flat=True)}
    cuff = gettext("Cuff")
    return next(each for number in count(1) if (each := f"{cuff} {number}") not in taken)
