"""The forms of signing in with LINE and Google: a first time, and giving it up."""

import zoneinfo
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from allauth.socialaccount import forms as allauth_forms
from allauth.socialaccount import signals
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import messages
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.providers import addresses


class SocialSignupForm(allauth_forms.SignupForm):  # type: ignore[misc]  # allauth ships no types
    """A name, an e-mail address for those who want one, and the time zone that the browser tells when it can."""

    field_order = ["display_name", "email"]

    display_name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        help_text=_("The others in your household see it beside what you write down."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    timezone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-timezone": ""}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].help_text = _("For invitations, and for another way in. You can leave it out.")

    @property
    def known_address(self) -> str:
        """The address that the provider confirmed, where somebody has an account with it here: they may be told."""
        confirmed = [each.email for each in self.sociallogin.email_addresses if each.verified]
        known = [each for each in confirmed if _is_known(each)]
        return known[0] if known else ""

    def clean_timezone(self) -> str:
        """A zone that the database of zones knows, else none."""
        name = str(self.cleaned_data["timezone"])
        return name if name in zoneinfo.available_timezones() else ""


def _is_known(address: str) -> bool:
    with_it = User.objects.filter(email__iexact=address).exists()
    return with_it or EmailAddress.objects.filter(email__iexact=address, verified=True).exists()


class DisconnectForm(allauth_forms.DisconnectForm):  # type: ignore[misc]
    """Gives up one identity, also of a provider that is not offered any more."""

    def clean(self) -> dict[str, Any]:
        """What is given up. Raises ValidationError for the last way in; of two sent at once the second waits here."""
        User.objects.select_for_update().filter(pk=self.request.user.pk).first()
        return super().clean()  # type: ignore[no-any-return]

    def save(self) -> None:
        """Disconnect. Raises ReauthenticationRequired, which asks who it is."""
        account: SocialAccount = self.cleaned_data["account"]
        raise_if_reauthentication_required(self.request, app="allauth.socialaccount")
        if addresses.is_offered(account.provider):
            super().save()
            return
        account.delete()
        signals.social_account_removed.send(sender=SocialAccount, request=self.request, socialaccount=account)
        message = "socialaccount/messages/account_disconnected.txt"
        get_adapter(self.request).add_message(self.request, messages.INFO, message)
