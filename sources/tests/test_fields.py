"""Tests of sources/fields.py: exact numbers through forms and the database."""

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.current import acting_as
from sources.fields import MeasuredField, MeasuredFormField
from sources.models import DataSource, DataValidator


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12431,70", "12431.70"),
        ("12.431,7", "12431.7"),
        ("12'431.7", "12431.7"),
        ("１２．５", "12.5"),
        ("๑๒", "12"),
        ("-0.50", "-0.50"),
    ],
)
def test_a_number_is_read_as_it_was_typed(typed: str, value: str) -> None:
    assert str(MeasuredFormField().clean(typed)) == value


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("", "required", "This field is required."),
        ("abc", "not_a_number", "This is not a number. Use digits, and one point or comma before the decimals."),
        ("1234567890123", "too_long", "This number is too long. Type at most 12 digits before the point."),
        ("1.2345678", "too_many_decimals", "Type at most 6 digits after the point."),
        (
            "12.43.1",
            "ambiguous",
            "It is not clear where the decimals begin. "
            "Type one point or comma there, and nothing between the thousands.",
        ),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(typed: str, code: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        MeasuredFormField().clean(typed)
    assert [(error.code, error.message) for error in caught.value.error_list] == [(code, message)]


def test_nothing_typed_into_an_optional_field_is_none() -> None:
    assert MeasuredFormField(required=False).clean("") is None


@pytest.mark.parametrize(("stored", "shown"), [("12.50", "12.50"), ("1E+3", "1000"), ("1E-6", "0.000001")])
def test_a_stored_number_is_shown_without_an_exponent(stored: str, shown: str) -> None:
    assert MeasuredFormField().prepare_value(Decimal(stored)) == shown


def test_what_was_typed_wrongly_is_shown_again_as_it_was() -> None:
    assert MeasuredFormField().prepare_value("12.43.1") == "12.43.1"


def test_the_field_of_a_form_asks_for_a_number_pad_and_not_for_a_spinner() -> None:
    class Form(forms.Form):
        value = MeasuredField("reading").formfield()

    assert str(Form()["value"]) == (
        '<input type="text" name="value" inputmode="decimal" autocomplete="off" spellcheck="false" required'
        ' id="id_value">'
    )


@pytest.mark.parametrize("value", ["12.50", "0.000001", "999999999999.999999", "-3.0", "100"])
def test_the_database_keeps_every_digit_also_zeros_at_the_end(value: str, source: DataSource) -> None:
    with acting_as(source.owner):
        rule = source.validators.create(min_value=Decimal(value))
        assert str(DataValidator.objects.get(pk=rule.pk).min_value) == value


def test_the_column_is_numeric_without_a_scale() -> None:
    field = MeasuredField("reading", null=True)
    assert field.db_type(connection) == "numeric"


def test_a_migration_does_not_repeat_what_is_always_the_same() -> None:
    field: Any = MeasuredField("reading", null=True)
    assert field.deconstruct()[1:] == ("sources.fields.MeasuredField", [], {"verbose_name": "reading", "null": True})
