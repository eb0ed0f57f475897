"""A form that makes a row once, however often it is sent: a double tap, a retry on a bad line, the way back."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from accounts.current import is_bound, rebind
from accounts.ids import uuid7
from accounts.models import User
from sources.quotas import Full, Quota, make_room


class OnceForm(forms.ModelForm):
    """For new rows with a public_id: the page carries the id that the row will have (accounts.ids), hidden in the form.

    A subclass names in `made_by` the key to who made a row, in `quota` how many one person may make.
    """

    made_by = "created_by_id"
    quota: Quota

    public_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["public_id"] = self.instance.public_id

    def clean(self) -> dict[str, Any]:
        """Take the id over that the page carried; a form that is filled in elsewhere needs none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.public_id = cleaned.get("public_id") or self.instance.public_id
        return cleaned

    def made_already(self, person: User) -> int:
        """How many `person`, who acts, has made."""
        mine: models.QuerySet[models.Model] = type(self.instance)._default_manager.filter(**{self.made_by: person.pk})
        return mine.count()

    def save_once(self, person: User) -> tuple[Any, bool]:
        """The row, and whether it is new: else `person` made it before with this very form.

        (None, False) with an error in the form where somebody else's row has this id, the form having another one then,
        and where the person has as many as anybody may.
        """
        refused: ValidationError | None = None
        try:
            with transaction.atomic():
                make_room(self.quota, person.pk, lambda: self.made_already(person))
                return self.save(), True
        except Full as full:
            refused = full
        except IntegrityError as error:
            if "public_id" not in str(error.__cause__):
                raise
        if is_bound():
            rebind()  # What the same person made a moment ago, in another request, is theirs to see only from now on.
        found = self._stored()
        if found is not None and getattr(found, self.made_by) == person.pk:
            return found, False
        if refused is not None:
            self.add_error(None, refused)
            return None, False
        self.data = {**dict(self.data.items()), "public_id": str(uuid7())}
        self.add_error(None, ValidationError(_("This could not be saved. Send it once more."), code="taken"))
        return None, False

    def _stored(self) -> models.Model | None:
        rows: models.QuerySet[models.Model] = type(self.instance)._base_manager.all()
        return rows.filter(public_id=self.instance.public_id).first()
