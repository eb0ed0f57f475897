"""The forms of homes, sources and rules: what may be typed and what it means. Who may use them is the views' matter;
those of sharing stand in sharing_forms.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import timezone_choices
from accounts.models import User
from sources import quotas
from sources.conversion import LIMITS
from sources.models import Counting, DataSource, DataValidator, Home
from sources.once import OnceForm
from sources.unit_forms import UnitForm, check_unit
from sources.units import AMERICAN, DIALS, Kind, spelled, unit_choices

OF_WHAT_IS_READ = ("unit", "meter_number", "rhythm", "counting", "digits")
"""What a source that is worked out from others does not have of its own: its unit is that of its parts."""


class HomeForm(forms.ModelForm):
    """Name, address and time zone of a home."""

    timezone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Days and months of this home begin by the clock of this place.")
    )

    class Meta:
        model = Home
        fields = ["name", "address", "timezone"]
        widgets = {"address": forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"})}
        help_texts = {"name": _("As you call it: our flat, house by the lake, office.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = timezone_choices(self.instance.timezone)  # type: ignore[attr-defined]


class NewHomeForm(OnceForm, HomeForm):
    """A home that is made once, however often the form is sent."""

    quota = quotas.HOMES

    def made_already(self, person: User) -> int:
        """As above, with those that the person left."""
        return quotas.homes_made()


class SourceForm(forms.ModelForm):
    """What a new source and an old one have in common: all but the kind. `person` is who fills it in.

    A person chooses among the homes they administer. Only the owner of a source may take it out of the home it is in:
    in another one, a right on it that the owner ends would live on as that of a member.
    """

    use_required_attribute = False
    first: tuple[str, ...] = ("name", "unit")

    home = forms.ModelChoiceField(
        Home.objects.none(), label=_("Home"), to_field_name="public_id", required=False, empty_label=_("No home")
    )
    digits = forms.IntegerField(
        label=_("Digits before the point"),
        min_value=1,
        max_value=12,
        required=False,
        error_messages=dict.fromkeys(("min_value", "max_value"), _("A dial has 1 to 12 digits before the point.")),
        help_text=_("How many the dial has: after all nines it starts again. Leave it empty where you do not know."),
    )
    decimals = forms.IntegerField(
        label=_("Digits after the point"),
        min_value=0,
        max_value=6,
        error_messages=dict.fromkeys(("min_value", "max_value"), _("A dial has 0 to 6 digits after the point.")),
    )

    class Meta:
        model = DataSource
        fields = [
            "name",
            "unit",
            "home",
            "place_name",
            "meter_number",
            "rhythm",
            "counting",
            "digits",
            "decimals",
            "description",
        ]
        widgets = {
            "unit": forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
            "description": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "place_name": _("Where it hangs: cellar, hall, garage."),
            "meter_number": _(
                "It stands on the meter and on the bill. Sources with the same one are read on one page."
            ),
            "rhythm": _("After that time the reading round asks for it again."),
        }

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = unit_choices()
        self.fields["rhythm"].required = False
        if self.instance.is_sum:
            for name in OF_WHAT_IS_READ:
                del self.fields[name]
        else:
            read = [choice for choice in Counting.choices if choice[0] != Counting.SUM]
            self.fields["counting"].choices = read  # type: ignore[attr-defined]
        is_owner = self.instance.owner_id == person.pk
        choosable = {*Home.objects.administered_by(person).values_list("pk", flat=True)} if is_owner else set()
        if self.instance.home_id is not None:
            choosable.add(self.instance.home_id)
        self.several_homes = len(choosable) > 1
        home: Any = self.fields["home"]
        if not is_owner:
            home.required, home.empty_label = True, None
        home.queryset = Home.objects.filter(pk__in=choosable)
        self.initial["home"] = self.instance.home
        if not choosable:
            del self.fields["home"]
        self.is_personal = self.instance.kind.is_personal
        if self.is_personal and not self.instance.is_sum:
            home.help_text = _(
                "Everybody in a home sees what is in it. Without a home only you see it, until you share it."
            )
            number: Any = self.fields["meter_number"]
            number.label, number.help_text = (
                _("Read together as"),
                _("Those with the same word here are read on one page."),
            )

    def unit_taken(self) -> str:
        """Says how the unit is written, where it was typed in another way; else ""."""
        unit = self.instance.unit
        return (
            gettext("The unit is written %(unit)s.") % {"unit": unit}
            if self.cleaned_data.get("unit", unit) != unit
            else ""
        )

    def clean_rhythm(self) -> str:
        """The rhythm that was chosen; what it is, where the form does not ask."""
        return str(self.cleaned_data["rhythm"] or self.instance.rhythm)

    def shown(self) -> list[BoundField]:
        """The fields that stand open on the page."""
        return [self[name] for name in self.fields if self._is_first(name)]

    def folded(self) -> list[BoundField]:
        """The fields that may be folded away, because what they start with is mostly right."""
        return [self[name] for name in self.fields if not self._is_first(name) and not self[name].is_hidden]

    def fold_has_errors(self) -> bool:
        """Whether something in the fold is to be put right: then it stands open."""
        return any(field.errors for field in self.folded())

    def _is_first(self, name: str) -> bool:
        return name in self.first or (name == "home" and (self.several_homes or self.is_personal))


class NewSourceForm(OnceForm, SourceForm):
    """A source of a kind that was chosen before, made once; `instance` carries what its kind starts with."""

    made_by, quota = "owner_id", quotas.SOURCES
    first = (*SourceForm.first, "refuse_lower")

    are_digits_unknown = False
    """Whether whoever fills it in says that nobody knows how many the dial has; left empty they are as usual."""

    refuse_lower = forms.BooleanField(
        label=_("Refuse a value lower than the last"),
        required=False,
        initial=True,
        help_text=_("For a dial that only grows. You can change this later under its rules."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.counting != Counting.COUNTER:
            del self.fields["refuse_lower"]
        kind = self.instance.kind
        if self.is_personal and "home" in self.fields:
            self.fields["home"].empty_label = _("No home: only I see it")  # type: ignore[attr-defined]
        if any(kind.decimals_in(unit) != kind.decimals for unit in kind.units):
            self._ask_for_dial(kind)

    def _ask_for_dial(self, kind: Kind) -> None:
        """Leave the digits of a dial empty that depend on the unit, and say what is usual."""
        digits, decimals = self.fields["digits"], self.fields["decimals"]
        self.initial["digits"] = self.initial["decimals"] = None
        decimals.required = False
        said = {"decimals": kind.decimals, "digits": kind.digits, "unit": kind.unit, "others": ", ".join(AMERICAN)}
        usual = gettext("Leave it empty for what is usual: %(decimals)s with %(unit)s, none with %(others)s.")
        decimals.help_text = usual % said
        rest = [gettext("%(digits)s with %(unit)s") % {"digits": DIALS[unit], "unit": unit} for unit in AMERICAN]
        usual = gettext(
            "How many the dial has: after all nines it starts again. Leave it empty for what is usual: %(digits)s with "
            "%(unit)s, %(others)s."
        )
        digits.help_text = usual % {**said, "others": ", ".join(rest)}

    def clean_digits(self) -> int | None:
        """As typed, else as is usual for the unit, unless it is said that nobody knows."""
        typed: int | None = self.cleaned_data["digits"]
        kind: Kind = self.instance.kind
        if typed is not None or self.initial["digits"] is not None or self.are_digits_unknown:
            return typed
        return kind.digits_in(spelled(self.cleaned_data.get("unit", "")))

    def clean_decimals(self) -> int:
        """As typed, else as is usual for the unit."""
        typed: int | None = self.cleaned_data["decimals"]
        usual = self.instance.kind.decimals_in(spelled(self.cleaned_data.get("unit", "")))
        return usual if typed is None else typed

    def wants_growing(self) -> bool:
        """Whether the new source is to get the rule that its values may not fall; it makes sense for a counter only."""
        return bool(self.cleaned_data.get("refuse_lower")) and self.cleaned_data["counting"] == Counting.COUNTER


def started(kind: Kind, person: User, home: Home | None) -> DataSource:
    """A source as its kind starts it; only what is "something else" has to be given a name."""
    return DataSource(
        owner=person,
        home=home,
        source_type=kind.key,
        name="" if kind.key == "other" else gettext(kind.label),
        unit=kind.unit,
        counting=kind.counting,
        digits=kind.digits,
        decimals=kind.decimals,
    )


class SourceSettingsForm(UnitForm, SourceForm):
    """A source that is there already: its kind can be changed too. Without an answer its numbers are not touched."""

    first = (*SourceForm.first, "source_type")

    class Meta(SourceForm.Meta):
        fields = ["name", "source_type", *SourceForm.Meta.fields[1:]]
        help_texts = {
            **SourceForm.Meta.help_texts,
            "unit": _("Before another unit is taken, you are asked what becomes of the numbers that are there."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source_type"].choices = DataSource._meta.get_field("source_type").choices  # type: ignore[attr-defined]


class RuleForm(forms.ModelForm):
    """A rule for the readings of `instance.source`; numbers are in its unit. In which they were typed is said by
    `unit`, which is no field of this form: the page that comes back says it anew.
    """

    class Meta:
        model = DataValidator
        fields = ["min_value", "max_value", "max_per_day", "non_decreasing", "on_violation"]
        labels = {"non_decreasing": _("A value may not be lower than the one before it")}
        widgets = {"on_violation": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = {name: self.fields[name].label for name in LIMITS}
        self._name_unit()

    def clean(self) -> dict[str, Any]:
        """With the source locked from here on: refuse numbers that were typed beside another unit, and start anew."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        source = self.instance.source
        source.lock_unless_gone()
        try:
            check_unit(source, self.data.get("unit", ""))
        except ValidationError as error:
            self.add_error(None, error)
            self._name_unit()
        return cleaned

    def _name_unit(self) -> None:
        unit = self.instance.source.unit
        for name in LIMITS:
            self.fields[name].label = f"{self.labels[name]} ({unit})"
