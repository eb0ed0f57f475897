"""The forms of the second factor in our words; a code of the authenticator app counts once."""

from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as allauth_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

PERIOD = 30
"""Seconds for which an app shows a code."""


class _Plain:
    """No placeholder that says once more what the label says; the keyboard of digits stays away, as recovery codes
    have letters."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.pop("placeholder", None)


class _Once(_Plain):
    """A code counts once as long as the clocks' tolerance would let it in, also the one with which the app was set up:
    allauth takes that one again.
    """

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code. Raises ValidationError where it is wrong or was used."""
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form, beside this class
        if self.authenticator.type == Authenticator.Type.TOTP and not _is_first_use(self.user, code):
            self._emit_authentication_failed(self.authenticator)  # type: ignore[attr-defined]  # so that the log has it
            raise get_adapter().validation_error("incorrect_code")
        return code


def _is_first_use(person: Any, code: str) -> bool:
    """Whether this code of the app was not used yet; of two at once, the second waits for the first to be answered."""
    key = f"totp-used:{person.pk}:{normalize_user_code(code)}"
    return bool(cache.add(key, 1, PERIOD * (2 * settings.MFA_TOTP_TOLERANCE + 1)))


class AuthenticateForm(_Once, allauth_forms.AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The second step of a sign-in."""

    def has_passkey(self) -> bool:
        """Whether a passkey can be used instead."""
        return bool(Authenticator.objects.filter(user_id=self.user.pk, type=Authenticator.Type.WEBAUTHN).exists())


class ReauthenticateForm(_Once, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """Before something delicate."""


class SetUpForm(_Plain, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app, which signs nobody in afterwards."""

    def clean_code(self) -> str:
        """The code. Raises ValidationError where it is wrong."""
        code: str = super().clean_code()
        _is_first_use(self.user, code)
        return code


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.label = _("Sign in with it alone")
        alone.help_text = _("Without name and password. It then asks for your fingerprint, face or PIN each time.")
