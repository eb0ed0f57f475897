"""What may be told of a reading beyond value, time and note: its photo and its details. They stand folded away.

A photo that was right is kept while the form comes back for another reason (sources.picture_forms).
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from readings.metadata_fields import MetadataField
from readings.models import Reading
from readings.wall_forms import WallForm
from sources.picture_files import keep
from sources.picture_forms import PictureField, note, noted

SMALL = (480, 480)
FOLDER = "photos"


class ExtrasForm(WallForm):
    """Needs an instance whose source was fetched. After `keep_photo`, `photo_note` names the photo that waits."""

    photo = PictureField(label=gettext_lazy("Photo"), small=SMALL)
    photo_kept = forms.CharField(required=False, widget=forms.HiddenInput)
    photo_off = forms.BooleanField(label=gettext_lazy("Remove the photo"), required=False)
    metadata = MetadataField(label=gettext_lazy("Details"))

    photo_note = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photo"].help_text = gettext_lazy("JPEG, PNG or WebP, at most 10 MB.")
        self.fields["metadata"].stored = self.initial["metadata"] = dict(self.instance.metadata)  # type: ignore[attr-defined]

    @property
    def _salt(self) -> str:
        return f"readings.photo:{self.instance.source.public_id}"

    def clean(self) -> dict[str, Any]:
        """Settle which photo is meant: one that is sent now goes before the one that waits."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        text = cleaned.get("photo_kept")
        cleaned["photo_kept"] = ""
        if text and not cleaned.get("photo"):
            try:
                cleaned["photo_kept"] = noted(text, self._salt)
            except ValidationError as error:
                self.add_error("photo", error)
        return cleaned

    def clean_metadata(self) -> dict[str, Any]:
        """The details, on the instance too: the model's rules look at them there."""
        self.instance.metadata = found = dict(self.cleaned_data["metadata"])
        return found

    @property
    def is_told_more(self) -> bool:
        """Whether something here was typed or is to be put right, so that it should not be folded away."""
        wrong = "photo" in self.errors or "metadata" in self.errors
        return bool(self.photo_note or wrong or (self.is_bound and self["metadata"].value()))

    @property
    def has_photo(self) -> bool:
        """Whether this form brings a photo."""
        return bool(self.cleaned_data.get("photo") or self.cleaned_data.get("photo_kept"))

    def keep_photo(self) -> None:
        """Keep a photo that was right, for the form that is sent again."""
        sent, kept = (getattr(self, "cleaned_data", {}).get(name) for name in ("photo", "photo_kept"))
        name = keep(sent, FOLDER) if sent else kept
        self.photo_note = note(name, self._salt) if name else ""

    def save(self, commit: bool = True) -> Reading:
        """Store the reading with its photo: a new one, the one that waited, none any more, or as it was."""
        sent, kept = self.cleaned_data.get("photo"), self.cleaned_data.get("photo_kept")
        if sent or kept:
            self.instance.photo = keep(sent, FOLDER) if sent else kept
        elif self.cleaned_data.get("photo_off"):
            self.instance.photo = ""
        reading: Reading = super().save(commit)
        return reading
