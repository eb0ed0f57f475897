"""The form field for the details of a reading: rows of a name and a value, which static/js/extras.js adds to."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from readings.metadata import LONGEST_NAME, MOST, Rows, fault, rows_of, typed

EMPTY_ROWS = 3


class MetadataInput(forms.Widget):
    """Two inputs a row; three rows are empty, so that it works without JavaScript."""

    template_name = "readings/metadata_rows.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """As above, with `rows`."""
        context: dict[str, Any] = super().get_context(name, None, attrs)
        filled: Rows = value if isinstance(value, list) else rows_of(value or {})
        empty = min(EMPTY_ROWS, max(MOST - len(filled), 0))
        context["widget"] |= {"rows": [*filled, *[("", "")] * empty], "most": MOST, "longest": LONGEST_NAME}
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Rows | None:
        """The rows in which something was typed; None where none were sent at all."""
        if not isinstance(data, MultiValueDict) or f"{name}_key" not in data:
            return None
        pairs = zip(data.getlist(f"{name}_key"), data.getlist(f"{name}_value"), strict=False)
        return [(key, value) for key, value in pairs if key.strip() or value.strip()]

    def id_for_label(self, id_: str) -> str:
        """None: the fieldset has a legend."""
        return ""


class MetadataField(forms.Field):
    """The details of a reading; `stored` are those that it has. A form sent without them changes none."""

    widget = MetadataInput
    stored: dict[str, Any]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.stored = {}

    def clean(self, value: Rows | None) -> dict[str, Any]:
        """The details to be kept. Raises ValidationError."""
        if value is None:
            return self.stored
        try:
            found = typed(value, self.stored)
        except ValueError as error:
            raise ValidationError(str(error), "rows") from error
        if sentence := fault(found):
            raise ValidationError(sentence, "details")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the rows say something else than what is stored."""
        return data is not None and sorted(data) != sorted(rows_of(self.stored))
