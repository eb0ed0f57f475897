"""The forms of the account pages that are ours."""

import zoneinfo
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User


def timezone_choices() -> list[tuple[str, str]]:
    """Every time zone with a place in its name, and UTC, in alphabetical order."""
    names = sorted(
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth ships no types
    """allauth's sign-up form with a name, and the time zone that the browser tells when it can."""

    field_order = ["display_name", "email", "password1"]

    display_name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        help_text=_("The others in your household see it beside what you write down."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    timezone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-timezone": ""}))

    def clean_timezone(self) -> str:
        """A zone that the database of zones knows, else none."""
        name = str(self.cleaned_data["timezone"])
        return name if name in zoneinfo.available_timezones() else ""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save; for an address that is known, spend the time of a hash so that the answer does not tell."""
        if self.account_already_exists:
            make_password(self.cleaned_data.get("password1"))
        return super().try_save(request)  # type: ignore[no-any-return]


class SignInForm(AllauthLoginForm):  # type: ignore[misc]  # allauth ships no types
    """allauth's sign-in form, with a label that says what may be typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address or user name")
        self.fields["login"].widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }


class ProfileForm(forms.ModelForm):
    """Name, user name, language and time zone."""

    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=timezone_choices,
        help_text=_("For pages that belong to no home. Readings are shown in their home's time zone."),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=lambda: [("", _("As the browser says")), *settings.LANGUAGES], required=False
    )

    class Meta:
        model = User
        fields = ["display_name", "username", "language", "timezone"]
        help_texts = {"username": _("You may sign in with it instead of the e-mail address.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].required = True
        self.fields["username"].widget.attrs["autocomplete"] = "username"

    def clean_username(self) -> str:
        """A name that is neither kept for the site nor mistaken for somebody's e-mail address."""
        name = str(self.cleaned_data["username"])
        if "@" in name:
            raise ValidationError(_("A user name has no @: it must not look like an e-mail address."), code="address")
        return str(get_adapter().clean_username(name, shallow=True))
