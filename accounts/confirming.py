"""The form that asks somebody to type a name before something is deleted that cannot be brought back."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class TypedForm(forms.Form):
    """Valid where one of `names` was typed, in any case of letters and with any space between the words."""

    use_required_attribute = False

    typed = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, data: Any, names: Iterable[str], label: str) -> None:
        super().__init__(data)
        self.names = [name for name in names if name]
        self.fields["typed"].label = label
        self.fields["typed"].error_messages["required"] = self._sentence()

    def clean_typed(self) -> str:
        """What was typed. Raises ValidationError where it is none of the names."""
        typed = str(self.cleaned_data["typed"])
        if _plain(typed) not in {_plain(name) for name in self.names}:
            raise ValidationError(self._sentence(), code="another_name")
        return typed

    def _sentence(self) -> str:
        return _("Type “%(name)s” to say that you mean it. Nothing was deleted.") % {"name": self.names[0]}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
