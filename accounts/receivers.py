"""What must follow a sign-in at once: who acts is bound anew, so that the rest of the request has their rights."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from accounts.current import actor, actor_of, bind, is_bound
from accounts.models import User


def connect() -> None:
    """Connect the receiver, once."""
    user_logged_in.connect(bind_person, dispatch_uid="accounts.bind_person")


def bind_person(sender: type[User], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """From here on the person who just signed in acts. Outside a request (a test's force_login) nothing is bound."""
    if is_bound():
        bind(actor_of(user, actor().address))
