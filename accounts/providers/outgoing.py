"""Asks LINE and Google, nobody else: a deadline for all of it, a cap on the answer's size, no redirects, JSON only."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from accounts.providers import addresses, deadline
from accounts.providers.refusals import Refused

MOST_BYTES = 100_000
DECLINED = {400, 401, 403}
BUSY = {429, *range(500, 600)}


class Session(requests.Session):
    """What allauth would ask with, should it ask: only the providers' hosts, and never a redirect."""

    def __init__(self) -> None:
        super().__init__()
        self.mount("http://", deadline.Adapter())
        self.mount("https://", deadline.Adapter())

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask. Raises Refused ("unreachable") for a host that is no provider's."""
        parts = urlsplit(str(url))
        if (parts.scheme, parts.netloc) not in addresses.asked_hosts():
            raise Refused("unreachable")
        kwargs.update(timeout=settings.SIGN_IN_SECONDS, allow_redirects=False, stream=True)
        return super().request(method, url, *args, **kwargs)


def post(url: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """What a provider answers to a form. Raises Refused: declined, nonsense or unreachable."""
    return _ask("POST", url, fields)


def get(url: str) -> dict[str, Any]:
    """What a provider answers. Raises Refused: declined, nonsense or unreachable."""
    return _ask("GET", url, None)


def _ask(method: str, url: str, fields: Mapping[str, str] | None) -> dict[str, Any]:
    try:
        status, content = deadline.within(settings.SIGN_IN_SECONDS, lambda: _asked(method, url, fields))
    except (requests.RequestException, HTTPError, OSError) as error:
        raise Refused("unreachable") from error
    if status != requests.codes.ok:
        raise Refused("declined" if status in DECLINED else "unreachable" if status in BUSY else "nonsense")
    return _understood(content)


def _asked(method: str, url: str, fields: Mapping[str, str] | None) -> tuple[int, bytes]:
    """Status and body."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    with Session() as session, session.request(method, url, data=fields, headers=headers) as answer:
        return answer.status_code, _read(answer)


def _read(answer: requests.Response) -> bytes:
    """The body. Raises Refused ("nonsense") above the cap."""
    content = b""
    while chunk := answer.raw.read1(8192, decode_content=False):
        content += chunk
        if len(content) > MOST_BYTES:
            raise Refused("nonsense")
    return content


def _understood(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused("nonsense") from error
    if not isinstance(found, dict):
        raise Refused("nonsense")
    return found
