"""The forms of the account pages that are ours."""

import secrets
import zoneinfo
from functools import cache
from importlib import resources
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import formats
from django.utils import timezone as clock
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import sessions
from accounts.models import User

LABELS = {
    "login": _("E-mail address or user name"),
    "email": _("E-mail address"),
    "oldpassword": _("Password until now"),
    "password1": _("New password"),
    "password2": _("New password once more"),
}

NOW_THERE = _("It is %s there now.")
"""Also for the script that says it of the zone that is chosen (static/js/app.js)."""


@cache
def places() -> tuple[str, ...]:
    """The zones of the places in the world, by name: each under the one name that it has today (zone.tab of tz)."""
    lines = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines()
    return tuple(sorted(line.split("\t")[2] for line in lines if line and not line.startswith("#")))


def timezone_choices(also: str = "UTC") -> list[tuple[str, Any]]:
    """The time zones of today's places by the part of the world that they are in, so that typing the name of a town
    finds it in the list; before them UTC, and `also` where it is none of them, such as an older name.
    """
    parts: dict[str, list[tuple[str, str]]] = {}
    for name in places():
        part, _slash, place = name.partition("/")
        parts.setdefault(part, []).append((name, place.replace("_", " ").replace("/", ", ")))
    known = also == "UTC" or any(also == name for zones in parts.values() for name, _place in zones)
    return [("UTC", "UTC"), *([] if known else [(also, also)]), *parts.items()]


class InOurWords:
    """For forms of allauth: the labels that the other pages use."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & LABELS.keys():
            self.fields[name].label = LABELS[name]


class AddEmailForm(InOurWords, allauth_forms.AddEmailForm):  # type: ignore[misc]  # allauth ships no types
    """Another e-mail address."""


class ChangePasswordForm(InOurWords, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """A new password beside the old one."""


class SetPasswordForm(InOurWords, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """A password for somebody who has none."""


class ResetPasswordForm(InOurWords, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address to which the link goes."""

    users: list[User]

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Mail the link; for an address that nobody has, write one as well, to be thrown away: the time would tell."""
        self.users = self.users or [User(pk=0)]
        return str(super().save(request, **kwargs))


class ResetPasswordKeyForm(InOurWords, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password for who followed the link."""


class SignInForm(InOurWords, allauth_forms.LoginForm):  # type: ignore[misc]
    """Sign-in, on which the length of the session depends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in; allauth gives everybody the same length of session, so that of staff is set once more."""
        answer: HttpResponse = super().login(request, redirect_url)
        if request.user.is_authenticated:
            sessions.begin(request, request.user)
        return answer


class SignupForm(InOurWords, allauth_forms.SignupForm):  # type: ignore[misc]
    """allauth's sign-up form with a name, and the time zone that the browser tells when it can."""

    field_order = ["display_name", "email", "password1"]

    display_name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        help_text=_("The others in your household see it beside what you write down."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    timezone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-timezone": ""}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("Password")

    def clean(self) -> dict[str, Any]:
        """Hold the password against the name as well, which allauth does not know."""
        data: dict[str, Any] = super().clean()
        if data.get("password1"):
            try:
                validate_password(data["password1"], User(display_name=data.get("display_name", "")))
            except ValidationError as refused:
                self.add_error("password1", refused)
        return data

    def clean_timezone(self) -> str:
        """A zone that the database of zones knows, else none."""
        name = str(self.cleaned_data["timezone"])
        return name if name in zoneinfo.available_timezones() else ""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save; for an address that is known do as much first, so that the time of the answer does not tell."""
        if self.account_already_exists:
            self._save_in_vain(request)
        return super().try_save(request)  # type: ignore[no-any-return]

    def _save_in_vain(self, request: HttpRequest) -> None:
        """Make the account of an address that nobody has, and take it back."""
        address = self.cleaned_data["email"]
        self.cleaned_data["email"], self.account_already_exists = f"{secrets.token_hex(12)}@example.invalid", False
        with transaction.atomic():
            self.save(request)
            transaction.set_rollback(True)
        self.cleaned_data["email"], self.account_already_exists = address, True


class ProfileForm(forms.ModelForm):
    """Name, user name, language and time zone."""

    timezone = forms.ChoiceField(
        label=_("Time zone"),
        widget=forms.Select(attrs={"data-clock": NOW_THERE}),
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
        zone: Any = self.fields["timezone"]
        zone.choices = timezone_choices(self.instance.timezone)
        now = formats.time_format(clock.localtime(timezone=self.instance.zone), "H:i")
        zone.help_text = format_html("{} <span data-now>{}</span>", zone.help_text, NOW_THERE % now)
        self.fields["username"].widget.attrs["autocomplete"] = "username"

    def clean_username(self) -> str:
        """A name that is neither kept for the site nor mistaken for somebody's e-mail address."""
        name = str(self.cleaned_data["username"])
        if "@" in name:
            raise ValidationError(_("A user name has no @: it must not look like an e-mail address."), code="address")
        return str(get_adapter().clean_username(name, shallow=True))
