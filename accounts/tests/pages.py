"""What several tests of the account pages do: fill in their forms, read their mail, count hashes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from django.contrib.auth.hashers import BasePasswordHasher, get_hasher
from django.core import mail
from django.test import Client

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

NEW = "seven-brass-kettles-9"
SIGNUP = {"display_name": "Dora", "email": "dora@example.com", "password1": NEW}


def sign_up(client: Client, **fields: str) -> "Answer":
    """Send the sign-up form; the fields not given are Dora's."""
    return client.post("/account/signup/", {**SIGNUP, **fields})


def sign_in(client: Client, login: str, password: str, **fields: str) -> "Answer":
    """Send the sign-in form."""
    return client.post("/account/login/", {"login": login, "password": password, **fields})


def the_code() -> str:
    """The code in the newest mail."""
    found = re.search(r"^\s+([A-Z0-9-]{6,})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def show_by_mail(client: Client, address: str) -> None:
    """Show who it is by a code from the mail, as somebody does who has neither password nor second factor."""
    client.post("/account/reauthenticate/code/", {"recipient": address})
    client.post("/account/reauthenticate/code/confirm/", {"code": the_code()})


def the_link() -> str:
    """The path of the link in the newest mail, with the key behind it."""
    found = re.search(r"https?://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def opened(client: Client, link: str) -> "Answer":
    """Open a link of a mail as a browser does: the page, and what the script sends then, as far as that leads."""
    page, _hash, key = link.partition("#")
    assert client.get(page).status_code == 200
    return client.post(page, {"key": key}, follow=True)


def body(response: "Answer", *typed: str) -> str:
    """A page without what differs by chance (the CSRF token) or because of what was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    for each in typed:
        text = text.replace(each, "TYPED")
    return text


@contextmanager
def counted_hashes() -> Iterator[list[str]]:
    """The passwords that were hashed inside, in their order."""
    hashed: list[str] = []
    hasher: type[BasePasswordHasher] = type(get_hasher())
    encode = hasher.encode

    def counting(self: BasePasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    with mock.patch.object(hasher, "encode", counting):
        yield hashed
