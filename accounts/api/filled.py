"""Forms of the pages, filled in by programs: what was sent, over what the form starts with."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from accounts.api.problems import Problem, invalid

Form = TypeVar("Form", bound=forms.BaseForm)


def typed(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as a form takes it: yes is "on", no and nothing are "" ."""
    return {name: _text(value) for name, value in sent.items()}


def over(form: forms.BaseForm, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What a form starts with, and over it what was sent: a change names only what changes."""
    start = {name: _text(form[name].value()) for name in form.fields}
    return {**start, **typed(sent)}


def checked(form: Form) -> Form:
    """The form. Raises Problem (422) where it is not valid."""
    if form.is_valid():
        return form
    raise refused(form)


def refused(form: forms.BaseForm, code: str = "invalid", **more: Any) -> Problem:
    """What a form refused, as a problem."""
    return invalid(ValidationError(form.errors.as_data()), code, **more)


def _text(value: Any) -> Any:
    if value is None or value is False:
        return ""
    return "on" if value is True else value if isinstance(value, dict | list) else str(value)
