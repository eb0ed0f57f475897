"""Who is meant by what was typed at sign-in, and whether the password is theirs; the pages are allauth's."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from django.http import HttpRequest

from accounts.models import User


def person_called(typed: str) -> User | None:
    """The person with this e-mail address (a confirmed one first), else with this user name; in any case of letters."""
    found = filter_users_by_email(typed, prefer_verified=True, for_login=True)
    person: User | None = found[0] if len(found) == 1 else get_user_by_username(typed)
    return person


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by e-mail address or user name with exactly one hash, whoever is named, so that its time tells nothing.

    allauth's own backend hashes a wrong password twice for an address that is known, once for one that is not.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: str) -> User | None:
        typed = credentials.get("email") or credentials.get("username") or ""
        found: User | None = self._check_password(person_called(typed), credentials["password"])
        return found
