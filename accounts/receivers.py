"""What must follow a sign-in at once: who acts is bound anew, the session gets its length, a token may be kept."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import user_logged_in as allauth_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.socialaccount.signals import social_account_added
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from accounts import sessions
from accounts.current import actor, actor_of, bind, is_bound
from accounts.models import User


def connect() -> None:
    """Connect the receivers, once."""
    user_logged_in.connect(bind_person, dispatch_uid="accounts.bind_person")
    user_logged_in.connect(begin_session, dispatch_uid="accounts.begin_session")
    allauth_logged_in.connect(keep_token, dispatch_uid="accounts.keep_token")
    social_account_added.connect(keep_token, dispatch_uid="accounts.keep_connected_token")
    authenticator_added.connect(believe_factor, dispatch_uid="accounts.believe_factor")


def bind_person(sender: type[User], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """From here on the person who just signed in acts. Outside a request (a test's force_login) nothing is bound."""
    if is_bound():
        bind(actor_of(user, actor().address))


def begin_session(sender: type[User], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """By whatever road somebody signs in, the session has its length."""
    sessions.begin(request, user)


def keep_token(sender: object, sociallogin: Any = None, **kwargs: Any) -> None:
    """A sign-in with a provider is finished, or one was connected: its token is kept where the site is set to."""
    from accounts import identity_tokens

    identity_tokens.of_login(sociallogin)


def believe_factor(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Who set up a second factor just now showed it: the pages that follow do not ask for it at once."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", type=authenticator.type, reauthenticated=True)
