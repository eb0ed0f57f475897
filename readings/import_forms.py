"""The form of the upload page, and the sentence of a file that is refused."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readings.importers import REFUSALS, ImportRefused, Understanding, understand

INVALID = 422
ACCEPTED = (
    ".csv,.tsv,.txt,.json,.xml,.xlsx,text/csv,text/plain,text/tab-separated-values,application/json,"
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)


def refusal(error: ImportRefused) -> str:
    """The sentence of a refused file in the active language."""
    return _(REFUSALS[error.code][1]) % error.details


class UploadForm(forms.Form):
    """A file that holds readings: `content` are its bytes, `understanding` what it says, `status` is what a refusal is
    answered with, 413 or 422.
    """

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=gettext_lazy("At most 20 MB and 500,000 rows. Nothing is stored before you have seen what it says."),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty. Choose one with readings."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status = INVALID
        self.content = b""
        self.understanding: Understanding | None = None

    def clean_file(self) -> UploadedFile:
        """Read the file, and refuse what cannot be understood as readings, so that no draft of it is kept."""
        file = cast(UploadedFile, self.cleaned_data["file"])
        self.content = file.read()
        try:
            self.understanding = understand(self.content)
        except ImportRefused as error:
            self.status = error.status
            raise ValidationError(refusal(error), error.code) from error
        return file
