"""The first administrator of a site that has none, made on a page by whoever knows the code that the server tells.

The code comes from SECRET_KEY: nothing is stored, and only who may read the server's settings, or its log, has it. The
page is there for anybody until an administrator exists, and answers 404 from then on.
"""

import base64
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.ratelimit import consume
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import limits
from accounts.forms import SignupForm
from accounts.models import User

LOCK = 0x486F6D65
"""Of the database: of two who come at once, the second waits and finds an administrator."""


def is_over() -> bool:
    """Whether the site has an administrator."""
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def nobody_yet() -> bool:
    """Whether nobody has an account at all."""
    return not User.objects.exists()


def code() -> str:
    """The code that the page asks for: ten letters and digits of base 32, 50 bits, in two groups."""
    text = base64.b32encode(salted_hmac("accounts.first_run", "", algorithm="sha256").digest()).decode()
    return f"{text[:5]}-{text[5:10]}"


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text)).upper()


class FirstForm(SignupForm):
    """The sign-up form, and the code."""

    field_order = ["code", *SignupForm.field_order]

    code = forms.CharField(
        label=_("Set-up code"),
        max_length=40,
        help_text=_("It stands in the log of the server; “manage.py first_run” prints it too."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code"}
        ),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_code(self) -> str:
        """The code, told apart from a guess. Raises ValidationError ("rate_limited") after too many guesses."""
        if not consume(self.request, action="first_run"):
            raise ValidationError(limits.SENTENCE, "rate_limited")
        typed = str(self.cleaned_data["code"])
        if not constant_time_compare(_bare(typed), _bare(code())):
            raise ValidationError(_("This is not the code. Look into the log of the server."), code="wrong")
        return typed

    def clean(self) -> dict[str, Any]:
        """Refuse the address of somebody who has an account: who knows the code may know that."""
        data = super().clean()
        if self.account_already_exists and "code" not in self.errors:
            self.add_error("email", _("Somebody has an account with this address. Choose another one for this one."))
        return data


def make_administrator(request: HttpRequest, form: FirstForm) -> User | None:
    """The person of a valid form, who may do everything in Django admin; None where somebody else was faster.

    Their address counts as proven: mail need not work yet.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if is_over():
            return None
        person: User = form.save(request)
        person.is_staff = person.is_superuser = True
        person.save(update_fields=["is_staff", "is_superuser"])
        EmailAddress.objects.filter(user=person).update(verified=True, primary=True)
        return person
