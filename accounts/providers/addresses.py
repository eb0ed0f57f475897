"""Which providers are offered, where they are asked, and under which addresses of this site they answer.

The addresses are theirs, fixed in code; only settings.DEMO_IDP (development) puts another server in their place.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from accounts.providers.refusals import Refused

NAMES = {"line": "LINE", "google": "Google"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a provider is asked: by the browser (authorize) and by this server (the others)."""

    authorize: str
    token: str
    verify: str = ""
    certificates: str = ""


THEIRS = {
    # https://developers.line.biz/en/reference/line-login/
    "line": Addresses(
        authorize="https://access.line.me/oauth2/v2.1/authorize",
        token="https://api.line.me/oauth2/v2.1/token",  # noqa: S106
        verify="https://api.line.me/oauth2/v2.1/verify",
    ),
    # https://accounts.google.com/.well-known/openid-configuration
    "google": Addresses(
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        token="https://oauth2.googleapis.com/token",  # noqa: S106
        certificates="https://www.googleapis.com/oauth2/v3/certs",
    ),
}


def of(provider_id: str) -> Addresses:
    """The addresses of a provider, or those of the demo server that plays it."""
    if not settings.DEMO_IDP:
        return THEIRS[provider_id]
    base = f"{settings.DEMO_IDP}/{provider_id}"
    return Addresses(f"{base}/authorize", f"{base}/token", f"{base}/verify", f"{base}/certificates")


def is_offered(provider_id: str) -> bool:
    """Whether both its id and its secret are set."""
    own = settings.SIGN_IN.get(provider_id, {})
    return bool(own.get("client_id") and own.get("secret"))


def offered() -> list[str]:
    """The providers that are offered, in the order of their buttons."""
    return [provider_id for provider_id in NAMES if is_offered(provider_id)]


def asked_hosts() -> set[tuple[str, str]]:
    """(scheme, host with port) of every address that this server asks itself; it asks no other."""
    asked = [each for provider_id in NAMES for each in (of(provider_id).token, *_others(of(provider_id)))]
    return {(parts.scheme, parts.netloc) for parts in map(urlsplit, asked)}


def _others(known: Addresses) -> list[str]:
    return [address for address in (known.verify, known.certificates) if address]


def callback(request: HttpRequest, path: str) -> str:
    """The address to which a provider sends people back, under a host of settings.SIGN_IN_HOSTS only.

    Raises Refused ("host") under any other, and, outside of development, under another port.
    """
    host = request.get_host()
    name = host.rpartition(":")[0] if settings.DEBUG and ":" in host.rpartition("]")[2] else host
    if name.lower() not in settings.SIGN_IN_HOSTS:
        raise Refused("host")
    return f"{'https' if settings.HTTPS else 'http'}://{host}{path}"
