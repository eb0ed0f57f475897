"""For tests: the site set up to be played with by a DemoIdp, and the whole way through a sign-in without a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import requests
from django.test import Client, override_settings

from homelog.idp.server import DemoIdp

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

LINE_NOK, LINE_PLOY, LINE_ALICE = "U1f0a6c2e", "U2b9d7e41", "U3c5f8a90"
GWEN, OTTO, GOOGLE_ALICE, UMA = (f"10000000000000000000{number}" for number in (1, 2, 3, 4))
FIRST = {"line": LINE_NOK, "google": GWEN}


@contextmanager
def played_by(idp: DemoIdp, **google: Any) -> Iterator[None]:
    """The site offers both providers, played by `idp`; `google` changes settings of Google (domains, keeps_tokens)."""
    own = {"client_id": idp.client_id, "secret": idp.secret, "keeps_tokens": False, "origin": idp.url}
    sign_in = {
        "line": {**own, "names": ("LINE_CHANNEL_ID", "LINE_CHANNEL_SECRET"), **google},
        "google": {"domains": [], **own, "names": ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"), **google},
    }
    hosts = ["testserver", "localhost", "127.0.0.1"]
    with override_settings(DEMO_IDP=idp.url, SIGN_IN=sign_in, SIGN_IN_HOSTS=hosts, SIGN_IN_SECONDS=1):
        yield


def begin(client: Client, provider: str, **fields: str) -> "Answer":
    """Press the button."""
    return client.post(f"/account/{provider}/login/", fields)


def agree(begun: "Answer", sub: str) -> str:
    """Agree at the provider as this person; where the provider sends the browser back to, on this site."""
    address = begun.headers["Location"]
    answer = requests.get(f"{address}&as={sub}", allow_redirects=False, timeout=10)
    answer.raise_for_status()
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def asked(begun: "Answer") -> dict[str, str]:
    """What the site asks the provider for."""
    return dict(parse_qsl(urlsplit(begun.headers["Location"]).query))


def go_through(client: Client, provider: str, sub: str = "", **fields: str) -> "Answer":
    """The whole way: press the button, agree, come back."""
    return client.get(agree(begin(client, provider, **fields), sub or FIRST[provider]))


def sign_up_with(client: Client, provider: str, sub: str = "", **form: str) -> "Answer":
    """The whole way for somebody new, and the form that asks for a name."""
    go_through(client, provider, sub)
    return client.post("/account/connections/signup/", {"display_name": "Nok", "email": "", **form})


def show_again(client: Client, provider: str, sub: str = "", **fields: str) -> "Answer":
    """Sign in once more before something delicate, as far as the way back to this site."""
    return go_through(client, provider, sub, process="reauthenticate", **fields)
