"""What HomeLog tells allauth about its account pages."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Closes sign-up where the setting says so, and keeps what the sign-up form asked."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a stranger may make an account (setting SIGNUP_OPEN)."""
        return bool(settings.ACCOUNT_SIGNUP_OPEN)

    def save_user(self, request: HttpRequest, user: User, form: object, commit: bool = True) -> User:
        """Fill in name and time zone before the person is saved."""
        data = getattr(form, "cleaned_data", {})
        user.display_name = data.get("display_name", "")
        user.timezone = data.get("timezone") or user.timezone
        return super().save_user(request, user, form, commit)  # type: ignore[no-any-return]
