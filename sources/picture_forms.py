"""The form field for a picture, and what keeps it while a form comes back for another reason.

A browser never sends a file twice by itself. So a picture that was right is kept when something else of its form is to
be put right, and named by a signed note in the form. One that never comes back is cleared away like any without a row.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from accounts.current import actor
from sources.models import DataSource, KeptPicture
from sources.picture_files import is_there, keep, size_of
from sources.pictures import Picture, PictureRefused, prepared
from sources.quotas import PICTURE_MEGABYTES, PICTURES, make_room, take_turn

# Explicitly these: an iPhone then makes a JPEG of its HEIC by itself.
ACCEPTED = "image/jpeg,image/png,image/webp"
WAITS = timedelta(hours=12)


class PictureInput(forms.FileInput):
    """Chooses a picture or, on a phone, takes one; static/js/pictures.js makes it smaller before it is sent."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": ACCEPTED, "data-picture": "", **(attrs or {})})


class PictureField(forms.FileField):
    """A picture: the result is a sources.pictures.Picture, or None where none was sent. `small`, `square`: as there.

    It is refused where who acts keeps as many as anybody may; counted here, before the form locks anything.
    """

    widget = PictureInput
    default_error_messages = {"empty": _("This file is empty. Choose a picture.")}

    def __init__(self, *, small: tuple[int, int], square: bool = False, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.small, self.square = small, square

    def clean(self, data: Any, initial: Any = None) -> Picture | None:
        """The picture as it is kept. Raises ValidationError with the sentence of its refusal."""
        file = cast(UploadedFile | None, super().clean(data, None))
        if not file:
            return None
        try:
            picture = prepared(cast(Any, file), file.size or 0, self.small, self.square)
        except PictureRefused as refused:
            raise ValidationError(str(refused), refused.code) from refused
        _make_room(picture)
        return picture


def note(name: str, salt: str) -> str:
    """The signed note for a picture that is kept; good for WAITS and in a form with this salt alone."""
    return signing.dumps(name, salt=salt)


def noted(text: str, salt: str) -> str:
    """The name in a note. Raises ValidationError where it is none, too old, or its file gone."""
    try:
        name: str = signing.loads(text, salt=salt, max_age=WAITS)
    except signing.BadSignature:
        name = ""
    if not is_there(name):
        raise ValidationError(_("The picture you sent before is not there any more. Choose it again."), "gone")
    return name


def take_turn_with(files: Collection[str]) -> None:
    """For a view that locks something before its form counts the pictures: wait for the others of who acts first."""
    if files:
        take_turn(PICTURES, actor().user_id or 0)


def _make_room(picture: Picture) -> None:
    person = actor().user_id or 0
    mine = KeptPicture.objects.filter(person=person)
    make_room(PICTURES, person, mine.count)
    make_room(
        PICTURE_MEGABYTES, person, lambda: (mine.aggregate(all=Sum("size"))["all"] or 0) / 1e6, size_of(picture) / 1e6
    )


class SourcePictureForm(forms.Form):
    """The picture by which a source is told from others: of it a square is shown in lists."""

    use_required_attribute = False

    picture = PictureField(
        label=_("Picture"),
        small=(128, 128),
        square=True,
        required=True,
        help_text=_("JPEG, PNG or WebP, at most 10 MB. Lists show a square from its middle."),
        error_messages={"required": _("Choose a picture.")},
    )

    def keep(self, source: DataSource) -> None:
        """Make it the picture of `source`; the form is valid."""
        source.thumbnail = keep(self.cleaned_data["picture"], "thumbnails")
        source.save(update_fields=["thumbnail"])
