"""The forms of a source that is worked out from others: what it is called, and what becomes of each other source."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from sources.models import DataSource, Home, SourcePart
from sources.once import OnceForm
from sources.quotas import SOURCES
from sources.sums import check, first_added, shape
from sources.units import tens

SIGNS = [("", _("is left out")), *((str(sign), label) for sign, label in SourcePart.Sign.choices)]


class Choosing(forms.BaseForm):
    """A choice for each source that can be a part; `signs`: what becomes of each as it is now, by key."""

    candidates: Sequence[DataSource]
    total: DataSource | None = None
    chosen: dict[DataSource, int]

    def offer(self, candidates: Iterable[DataSource], signs: Mapping[int | None, int]) -> None:
        """Add the fields."""
        self.candidates = list(candidates)
        for source in self.candidates:
            start = str(signs.get(source.pk, ""))
            self.fields[_name(source)] = forms.ChoiceField(
                label=source.name, choices=SIGNS, required=False, initial=start
            )

    def groups(self) -> list[tuple[str, list[tuple[DataSource, BoundField]]]]:
        """For the page: the sources whose units go together, each with its field, below the units. What goes with
        nothing, nor with the unit of the sum that is there, is not shown unless it is a part.
        """
        families: list[list[DataSource]] = []
        for source in self.candidates:
            family = next((each for each in families if tens(source.unit, each[0].unit) is not None), None)
            if family is None:
                families.append([source])
            else:
                family.append(source)
        return [
            (", ".join(dict.fromkeys(source.unit for source in family)), [(each, self[_name(each)]) for each in family])
            for family in families
            if self._is_of_use(family)
        ]

    def _is_of_use(self, family: Sequence[DataSource]) -> bool:
        if any(self[_name(source)].value() for source in family):
            return True
        if self.total is not None:
            return tens(family[0].unit, self.total.unit) is not None
        return len(family) > 1

    def choose(
        self, cleaned: Mapping[str, Any], total: DataSource | None = None, kept: Collection[SourcePart] = ()
    ) -> None:
        """Take over what was chosen; a sentence above the fields where it makes no sum."""
        given = {source: cleaned.get(_name(source)) for source in self.candidates}
        self.chosen = {source: int(sign) for source, sign in given.items() if sign}
        try:
            check(self.chosen, total, kept)
        except ValidationError as error:
            self.add_error(None, error)


def _name(source: DataSource) -> str:
    return f"part-{source.public_id}"


class NewSumForm(Choosing, OnceForm):
    """A sum that is made once, however often the form is sent; `instance` is its beginning."""

    made_by, quota = "owner_id", SOURCES

    home = forms.ModelChoiceField(
        Home.objects.none(), label=_("Home"), to_field_name="public_id", required=False, empty_label=_("No home")
    )

    class Meta:
        model = DataSource
        fields = ["name", "home"]
        help_texts = {"name": _("As you call it: rest of the house, both flats.")}

    def __init__(self, *args: Any, person: User, candidates: Iterable[DataSource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["home"]
        field.queryset = Home.objects.administered_by(person)
        self.initial["home"] = self.instance.home
        if not field.queryset.exists():
            del self.fields["home"]
        self.offer(candidates, {})

    def clean(self) -> dict[str, Any]:
        """Its kind, unit and decimals are those of its parts."""
        cleaned = super().clean()
        self.choose(cleaned)
        if not self.errors:
            self.instance.source_type = first_added(self.chosen).source_type
            shape(self.instance, self.chosen)
        return cleaned


class PartsForm(Choosing, forms.Form):
    """What becomes of each source in a sum that is there; `hidden`: its parts that are not shared with the person."""

    drop_hidden = forms.BooleanField(label=_("Take out what is not shared with you"), required=False)

    def __init__(
        self,
        *args: Any,
        total: DataSource,
        candidates: Iterable[DataSource],
        parts: Iterable[SourcePart],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.total = total
        candidates, parts = list(candidates), list(parts)
        known = {source.pk for source in candidates}
        self.hidden = [part for part in parts if part.part_id is not None and part.part_id not in known]
        self.gone = [part for part in parts if part.part_id is None]
        self.offer(candidates, {part.part_id: part.sign for part in parts})
        if not self.hidden:
            del self.fields["drop_hidden"]

    def clean(self) -> dict[str, Any]:
        """What was chosen, together with what stays though it is not shared."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.choose(cleaned, self.total, self.kept)
        return cleaned

    @property
    def kept(self) -> list[SourcePart]:
        """The parts that stay as they are though they are not shared with the person."""
        return [] if self.cleaned_data.get("drop_hidden") else self.hidden
