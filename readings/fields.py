"""The form field for what is read off a clock on the wall. Which instant that was, the form settles by its zone."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import dateparse
from django.utils.translation import gettext_lazy as _


class WallTimeField(forms.Field):
    """A time as a clock on the wall shows it, to the minute: the result is a naive datetime or None."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    default_error_messages = {"invalid": _("Write the time like this: 2026-11-30 18:02.")}

    def to_python(self, value: Any) -> datetime | None:
        """The typed time. Raises ValidationError."""
        if value in self.empty_values:
            return None
        try:
            local = dateparse.parse_datetime(str(value).strip())
        except ValueError:
            local = None
        if local is None or local.tzinfo is not None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return local
