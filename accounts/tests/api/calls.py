"""Calling the API in tests: as a program does, without a browser."""

from typing import Any

from django.test import Client

from accounts.api.sign_ins import Tokens, begin
from accounts.current import acting_as
from accounts.models import User
from homelog.testing import PASSWORD

V1 = "/api/v1"
BOTH = "read:data write:data"


class Program:
    """A program with a token or key, or without one."""

    def __init__(self, bearer: str = "", client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}

    def __call__(self, method: str, path: str, sent: Any = None, **more: Any) -> Any:
        """Send `sent` as JSON, and answer with the answer."""
        headers = {**self.headers, **more.pop("headers", {})}
        body = {} if sent is None else {"data": sent, "content_type": "application/json"}
        return getattr(self.client, method.lower())(f"{V1}{path}", headers=headers, **body, **more)


def sign_in(person: User, **more: Any) -> Any:
    """The answer to a name and password."""
    sent = {"username": person.username, "password": PASSWORD, **more}
    return Program()("POST", "/auth/token", sent)


def tokens_of(person: User, scope: str = BOTH) -> Tokens:
    """Tokens of somebody who signed in, without the hash that it takes."""
    from django.test import RequestFactory

    with acting_as(person):
        return begin(RequestFactory().get("/"), person, "local", scope)


def program_of(person: User, scope: str = BOTH) -> Program:
    """A program that somebody signed in with."""
    return Program(tokens_of(person, scope).access_token)
