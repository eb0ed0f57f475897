"""What HomeLog tells allauth about its account pages."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import limits, mailed_keys, reauthentication
from accounts.aside import start
from accounts.models import User

logger = logging.getLogger("accounts.adapter")

# Named, not imported: allauth's stages cannot be loaded before its adapter.
ALLAUTH_STAGE = "allauth.account.stages.EmailVerificationStage"
OUR_STAGE = "accounts.stages.ConfirmAddressStage"
NOT_RIGHT = _("This name and password do not belong together. Check both, or set a new password.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Closes sign-up where the setting says so, keeps what the sign-up form asked, and says things in our words."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": NOT_RIGHT,
        "username_password_mismatch": NOT_RIGHT,
        **dict.fromkeys(limits.CODES, limits.SENTENCE),
        "incorrect_code": _("This is not the code from the mail. Type it once more, or have a new one sent."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your password."),
        "username_blacklisted": _("This user name is kept for the site. Choose another one."),
        "same_as_current": _("This is your address already."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a stranger may make an account (setting SIGNUP_OPEN)."""
        return bool(settings.ACCOUNT_SIGNUP_OPEN)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Under what wrong passwords of a name are counted together: by allauth's own, which begins with the host and
        its port as the visitor named them, each port would give five tries more.
        """
        return str(credentials.get("email", credentials.get("username", ""))).lower()

    def save_user(self, request: HttpRequest, user: User, form: object, commit: bool = True) -> User:
        """Fill in name and time zone before the person is saved."""
        data = getattr(form, "cleaned_data", {})
        user.display_name = data.get("display_name", "")
        user.timezone = data.get("timezone") or user.timezone
        return super().save_user(request, user, form, commit)  # type: ignore[no-any-return]

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """A user name from the e-mail address, or from the name of somebody who has none."""
        user.username = user.username or self.generate_unique_username([user.email, user.display_name, "user"])

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Count the attempt. Raises ImmediateHttpResponse (429) after too many for this name or from this address."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as refused:
            raise ImmediateHttpResponse(respond_429(request)) from refused

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mail that only tells what happened. What happened stays, and is in the log, though no mail server answers."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except OSError:  # smtplib's exceptions are of this kind
            logger.exception("A notification was not sent")

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Write the mail, and send it aside: how long the mail server takes, or that none answers, would tell that
        there is an account. What was written for nobody (accounts.forms.ResetPasswordForm) is thrown away.
        """
        about = {"request": self.request, "email": email, **context}
        letter = self.render_mail("account/email/password_reset_key", email, about)
        start(_send if user.pk else str, letter)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link to a new password."""
        return mailed_keys.link(self.request, "accounts:reset_key", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The link that confirms an address, where that is not done by a code."""
        return mailed_keys.link(request, "accounts:confirm_key", emailconfirmation.key)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """How somebody shows that it is them: who has neither password nor second factor, with LINE, Google or mail."""
        return reauthentication.ways(super().get_reauthentication_methods(user), user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether it must be asked at all; not of who signed in with LINE or Google once more just now."""
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required and not reauthentication.is_recent(self.request)

    def get_login_stages(self) -> list[str]:
        """The same stages, with ours in the place of the one that asks for the code."""
        return [OUR_STAGE if stage == ALLAUTH_STAGE else stage for stage in super().get_login_stages()]


def _send(letter: EmailMessage) -> None:
    try:
        letter.send()
    except OSError:  # smtplib's exceptions are of this kind
        logger.exception("A link for a new password was not sent")
