"""The filter above a history. What a filter means is said in audit.queries."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.kinds import LABELS
from audit.queries import Asked

Choices = Sequence[tuple[int, str]]
OF_READINGS = ("readings", "imports")
"""What those may choose who see no more than what happened to readings."""


def _kinds(looks: bool, of_home: bool) -> list[tuple[str, Any]]:
    """The kinds one can choose: everybody's own sign-ins belong to no source, so only a home's page offers them."""
    if not looks:
        return [("changes", _("Changes")), *((kind, LABELS[kind]) for kind in OF_READINGS)]
    kinds = [(kind, label) for kind, label in LABELS.items() if of_home or kind != "sign_ins"]
    return [("changes", _("Changes")), ("all", _("Changes, and who looked")), *kinds]


class HistoryForm(forms.Form):
    """Who, what, and from when to when; for a home also which source. Nothing chosen shows all changes."""

    use_required_attribute = False

    who = forms.TypedChoiceField(label=_("Who"), required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label=_("What"), required=False)
    source = forms.TypedChoiceField(label=_("Source"), required=False, coerce=int, empty_value=None)
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, people: Choices, sources: Choices | None = None, looks: bool = True) -> None:
        """`sources` are those of a home (None on a source's own page); `looks` says whether all is shown."""
        super().__init__(data)
        self._offer("kind", _kinds(looks, of_home=sources is not None))
        self._offer("who", [("", _("Everybody")), *people])
        if sources is None:
            del self.fields["source"]
        else:
            self._offer("source", [("", _("All")), *sources])

    def _offer(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def clean_first(self) -> Any:
        """A day that the calendar of a home can hold."""
        return self._possible("first")

    def clean_last(self) -> Any:
        """A day that the calendar of a home can hold."""
        return self._possible("last")

    def _possible(self, name: str) -> Any:
        day = self.cleaned_data[name]
        if day is not None and not 1900 <= day.year < 2200:
            raise forms.ValidationError(_("Choose a year from 1900 to 2199."), code="year")
        return day

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", forms.ValidationError(_("This day is before the first one."), code="order"))
        return data

    def asked(self) -> Asked:
        """What was chosen; all changes where nothing valid was."""
        if not self.is_valid():
            return Asked()
        data = self.cleaned_data
        return Asked(data["who"], data.get("kind") or "changes", data.get("source"), data["first"], data["last"])
