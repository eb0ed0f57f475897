"""What HomeLog tells allauth about signing in with LINE and Google: whom to believe, what to keep, how to refuse.

No account is ever found by an e-mail address: who signs in for the first time makes an account, or signs in the old way
and connects. A person has at most one identity of each provider, and never gives up the last way in.
"""

from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import encryption, reauthentication
from accounts.models import User
from accounts.providers import addresses, outgoing
from accounts.providers.refusals import Refused, sentence
from accounts.sign_in_signals import sign_in_refused

SECRETS = ("token", "token_secret")


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Providers from the environment only, nobody matched by e-mail address, tokens never in clear."""

    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "no_password": gettext_lazy("It is your only way in. Set a password first, then disconnect."),
        "no_verified_email": gettext_lazy(
            "Without it a forgotten password could not be set anew. Add and confirm an e-mail address first."
        ),
    }

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """What the environment offers; the table of allauth is not read."""
        apps = [
            SocialApp(
                provider=each,
                name=addresses.NAMES[each],
                client_id=settings.SIGN_IN[each]["client_id"],
                secret=settings.SIGN_IN[each]["secret"],
            )
            for each in addresses.offered()
        ]
        return [app for app in apps if provider in (None, app.provider) and client_id in (None, app.client_id)]

    def get_requests_session(self) -> requests.Session:
        """The session that asks nobody but the providers."""
        return outgoing.Session()

    def is_email_verified(self, provider: object, email: str) -> bool:
        """Nobody is believed beyond what a provider's own answer says."""
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Never."""
        return False

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: whoever is new is asked, and may have an account already."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """The name, for the sign-up form."""
        person: User = super().populate_user(request, sociallogin, {"email": data.get("email")})
        person.display_name = data.get("name") or ""
        return person

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        """What the sign-up form begins with."""
        person = sociallogin.user
        return {"display_name": person.display_name, "email": person.email}

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Raises ImmediateHttpResponse: back to the connections, for what may not be connected; or on to what was
        asked for, once somebody showed that it is them. Raises Refused where they did not.
        """
        if sociallogin.state.get("process") == reauthentication.PROCESS:
            provider = sociallogin.account.get_provider(request)
            reauthentication.finish(request, sociallogin, provider.tells_when)
            raise ImmediateHttpResponse(redirect(reauthentication.page(sociallogin.state.get("next"))))
        if sociallogin.state.get("process") != "connect":
            return
        if refusal := _why_not_connect(request, sociallogin):
            messages.error(request, refusal)
            raise ImmediateHttpResponse(redirect("socialaccount_connections"))

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Store the new person, with the address of the form only, which counts as confirmed if the provider did that.

        Raises ImmediateHttpResponse where the form was sent twice at once.
        """
        typed = form.cleaned_data["email"]
        sociallogin.email_addresses = [each for each in sociallogin.email_addresses if each.email == typed]
        try:
            with transaction.atomic():
                return super().save_user(request, sociallogin, form)  # type: ignore[no-any-return]
        except IntegrityError as error:
            messages.info(request, _("You have an account here already. Sign in."))
            raise ImmediateHttpResponse(redirect("account_login")) from error

    def validate_disconnect(self, account: SocialAccount, accounts: QuerySet[SocialAccount]) -> None:
        """Raises ValidationError where the other identities cannot be used here any more and there is no password."""
        others = accounts.exclude(pk=account.pk).filter(provider__in=addresses.offered())
        if not others.exists() and not account.user.has_usable_password():
            raise ValidationError(self.error_messages["no_password"], code="no_password")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Give the page its sentence, and let the log hear of it; who turned back of their own will is no news.

        Raises ImmediateHttpResponse, back to the page that asks, for who turned back from showing that it is them.
        """
        context = extra_context if extra_context is not None else {}
        state = context.get("state") or {}
        again = reauthentication.page(state.get("next")) if state.get("process") == reauthentication.PROCESS else ""
        if error == "cancelled":
            if again:
                messages.info(request, _("You turned back. Nothing was changed."))
                raise ImmediateHttpResponse(redirect(again))
            return
        reason = _reason(exception, context)
        context |= {"sentence": sentence(reason, provider.name), "again": again}
        sign_in_refused.send(sender=type(self), provider=provider.name, reason=reason)

    def serialize_instance(self, instance: Model) -> dict[str, Any]:
        """For the session of a sign-in that is not finished: what there is of a token, encrypted."""
        data: dict[str, Any] = super().serialize_instance(instance)
        if isinstance(instance, SocialToken):
            data |= {name: encryption.encrypt(data[name]) for name in SECRETS if data.get(name)}
        return data

    def deserialize_instance(self, model: type[Model], data: dict[str, Any]) -> Model:
        """From the session."""
        if issubclass(model, SocialToken):
            data = {**data, **{name: encryption.decrypt(data[name]) for name in SECRETS if data.get(name)}}
        return super().deserialize_instance(model, data)  # type: ignore[no-any-return]


def _why_not_connect(request: HttpRequest, sociallogin: SocialLogin) -> str:
    """The sentence for what may not be connected, or ""."""
    account = sociallogin.account
    name = {"provider": addresses.NAMES[account.provider]}
    begun_by = (sociallogin.state.get("data") or {}).get("person")
    if not request.user.is_authenticated or begun_by != request.user.pk:
        return _("Somebody else began this. Nothing was connected.")
    # Two answers at once wait for each other here.
    User.objects.select_for_update().filter(username=request.user.get_username()).first()
    mine = SocialAccount.objects.filter(user=request.user, provider=account.provider)
    if mine.exclude(uid=account.uid).exists():
        return _("You have connected an account of %(provider)s already. Disconnect it first.") % name
    return ""


def _reason(exception: Exception | None, context: dict[str, Any]) -> str:
    if isinstance(exception, Refused):
        return exception.reason
    if isinstance(exception, requests.RequestException):
        return "unreachable"
    return "declined" if "state" in context else "state"
