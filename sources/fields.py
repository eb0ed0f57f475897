"""Model and form fields for what meters show: exact numbers and their units, typed as people type them."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _

from sources.numbers import MAX_DECIMALS, MAX_WHOLE, MESSAGES, NumberError, parse_number
from sources.units import spelled


class MeasuredFormField(forms.CharField):
    """A number as people type it, on any keypad: `sources.numbers` decides; the result is a Decimal or None."""

    def __init__(self, **kwargs: Any) -> None:
        for decimal_option in ("max_digits", "decimal_places", "min_value", "max_value"):
            kwargs.pop(decimal_option, None)
        attrs = {"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The number that was meant. Raises ValidationError with the parser's code and sentence."""
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return parse_number(str(value))
        except NumberError as error:
            raise ValidationError(_(MESSAGES[error.code]), code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        """A stored number as plain text, without an exponent."""
        return format(value, "f") if isinstance(value, Decimal) else value


class MeasuredField(models.DecimalField):
    """An exact number stored as it was typed: `numeric` without a fixed scale, so that 12.50 stays 12.50."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = MAX_WHOLE + MAX_DECIMALS, MAX_DECIMALS
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Without the two options that are always the same."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        """The column type."""
        return "numeric"

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        """The field that reads numbers as people type them."""
        return super(models.DecimalField, self).formfield(**{"form_class": MeasuredFormField, **kwargs})


class _Spelled(DeferredAttribute):
    """A unit is spelled as usual from the moment it is given to a row, by whatever road."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = _spelled(value)


class UnitField(models.CharField):
    """A unit in the spelling of `sources.units`, also where the database still has another one from earlier."""

    descriptor_class = _Spelled

    def deconstruct(self) -> Any:
        """As a plain text: in the database it is one."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def to_python(self, value: Any) -> Any:
        """A value of a form or a file."""
        return _spelled(super().to_python(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """A stored value."""
        return _spelled(value)


def _spelled(value: Any) -> Any:
    return spelled(value) if isinstance(value, str) else value
