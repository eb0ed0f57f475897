"""The forms of the import pages: bringing a file, and saying what the file itself does not tell."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from readings.importers import (
    REFUSALS,
    Candidate,
    ImportRefused,
    ImportRow,
    Mark,
    Order,
    Understanding,
    rows,
    understand,
)

INVALID = 422
MOST_RADIOS = 12

TRENDS = {
    "rising": gettext_lazy("only grows"),
    "constant": gettext_lazy("stays the same"),
    "varies": gettext_lazy("goes up and down"),
}


def refusal(error: ImportRefused) -> str:
    """The sentence of a refused file in the active language."""
    return _(REFUSALS[error.code][1]) % error.details


class UploadForm(forms.Form):
    """A file that holds readings: `content` are its bytes, `status` is what a refusal is answered with, 413 or 422."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"}),
        help_text=gettext_lazy("At most 20 MB. Nothing is stored before you have seen what it says."),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty. Choose one with readings."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status = INVALID
        self.content = b""

    def clean_file(self) -> UploadedFile:
        """Read the file, and refuse what cannot be understood as readings, so that no draft of it is kept."""
        file = cast(UploadedFile, self.cleaned_data["file"])
        self.content = file.read()
        try:
            understand(self.content)
        except ImportRefused as error:
            self.status = error.status
            raise ValidationError(refusal(error), error.code) from error
        return file


class ChoicesForm(forms.Form):
    """Which column holds the readings, and how dates and numbers are meant where the file proves neither.

    It starts with what the file suggests. The order of day and month has no start: it is asked, never guessed.
    """

    use_required_attribute = False

    column = forms.TypedChoiceField(label=gettext_lazy("The readings stand in"), coerce=int, widget=forms.RadioSelect)
    order = forms.ChoiceField(
        label=gettext_lazy("What comes first in its dates?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether the day or the month comes first.")},
    )
    mark = forms.ChoiceField(label=gettext_lazy("What is the mark in its numbers?"), widget=forms.RadioSelect)

    def __init__(self, understanding: Understanding, data: QueryDict) -> None:
        self.understanding = understanding
        start = self._suggestions()
        is_open = not understanding.order_known and not data
        super().__init__(None if is_open else {**start, **data.dict()}, initial=start)
        column, order, mark = (cast(forms.ChoiceField, self.fields[name]) for name in ("column", "order", "mark"))
        column.choices = [(str(found.column), describe(found)) for found in understanding.candidates]
        if len(understanding.candidates) > MOST_RADIOS:
            column.widget = forms.Select(choices=column.choices)
        order.choices = [("dmy", _("The day, as in 31/12/2025")), ("mdy", _("The month, as in 12/31/2025"))]
        mark.choices = [(".", _("A point: 1.500 is one and a half")), (",", _("A comma: 1,500 is one and a half"))]
        if len(understanding.candidates) == 1:
            del self.fields["column"]
        if understanding.order_known:
            del self.fields["order"]
        if all(style.mark_known for each in understanding.columns if (style := each.numbers)):
            del self.fields["mark"]

    @property
    def has_questions(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.fields)

    @property
    def value_column(self) -> int:
        """The index of the chosen column; the form must be valid."""
        return cast(int, self.cleaned_data.get("column", self.understanding.suggested))

    @property
    def date_order(self) -> Order | None:
        """Whether the day or the month comes first, as chosen or as the file proves; the form must be valid."""
        return cast(Order | None, self.cleaned_data.get("order", self.understanding.order))

    @property
    def decimal_mark(self) -> Mark | None:
        """The decimal mark that was chosen, None where the file proves it; the form must be valid."""
        return cast(Mark | None, self.cleaned_data.get("mark"))

    def rows(self) -> list[ImportRow]:
        """The rows of the file as chosen, oldest first; the form must be valid."""
        return rows(self.understanding, self.value_column, self.date_order, self.decimal_mark)

    def _suggestions(self) -> dict[str, str]:
        column = self.understanding.suggested
        style = self.understanding.columns[column].numbers
        return {"column": str(column), **({"mark": style.mark} if style else {})}


def column_name(index: int, name: str) -> str:
    """A column as the file calls it, or by its number, counted from 1."""
    return name or _("Column %(number)s") % {"number": index + 1}


def describe(found: Candidate) -> str:
    """A column of numbers and how they go."""
    trend = TRENDS.get(found.trend) or ngettext("falls once", "falls %(count)s times", found.drops) % {
        "count": found.drops
    }
    name = column_name(found.column, found.name)
    return f"{name} ({found.unit}), {trend}" if found.unit and found.unit not in name else f"{name}, {trend}"
