"""The form in which somebody says that they mean to delete their account, and who gets what others may keep."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.confirming import TypedForm
from accounts.models import User
from sources.estate import Estate, Handed


class FarewellForm(TypedForm):
    """A new owner for each source that several could take, and the own name. `mark` tells what the person saw: where
    something else would happen by now (`is_outdated`), they are shown that first.
    """

    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    is_outdated = False

    def __init__(self, data: Any, estate: Estate, person: User) -> None:
        label = _("Your user name or e-mail address") if person.email else _("Your user name")
        super().__init__(data, [person.username, person.email], label)
        self.estate = estate
        self.initial["mark"] = estate.mark
        for handed in estate.handed:
            if len(handed.heirs) > 1:
                self.fields[_key(handed)] = _heir_field(handed)
        self.order_fields([*(_key(handed) for handed in estate.handed), "typed", "mark"])

    def clean(self) -> dict[str, Any]:
        """Refuse where the person saw something else than what would happen now."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("mark") != self.estate.mark:
            self.is_outdated = True
            self.data = {**self.data.dict(), "mark": self.estate.mark}  # type: ignore[attr-defined]
            raise ValidationError(
                _("Something changed since you looked. See what happens now, then send it again."), code="outdated"
            )
        return cleaned

    def heirs(self) -> dict[int, User]:
        """Who gets each source that is handed over. Call it on a valid form."""
        chosen = {}
        for handed in self.estate.handed:
            asked = self.cleaned_data.get(_key(handed))
            chosen[handed.source.pk] = next(
                (heir for heir in handed.heirs if str(heir.public_id) == asked), handed.heirs[0]
            )
        return chosen


def _key(handed: Handed) -> str:
    return f"heir-{handed.source.public_id}"


def _heir_field(handed: Handed) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Who gets %(source)s?") % {"source": handed.source},
        choices=[(str(heir.public_id), str(heir)) for heir in handed.heirs],
        initial=str(handed.heirs[0].public_id),
    )
