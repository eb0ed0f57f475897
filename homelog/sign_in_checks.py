"""System checks of signing in: providers half set up, tokens that could not be kept, staff without a factor."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from accounts.providers.addresses import NAMES


def check_sign_in(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """What is missing or odd in the settings."""
    return [*half_set_up(), *tokens_without_keys(), *no_address(), *staff_without_a_factor()]


def half_set_up() -> Iterator[CheckMessage]:
    """A provider with an id and no secret, or the other way round: it is not offered."""
    for provider_id, own in settings.SIGN_IN.items():
        id_name, secret_name = own["names"]
        if bool(own["client_id"]) is not bool(own["secret"]):
            there, lacking = (id_name, secret_name) if own["client_id"] else (secret_name, id_name)
            yield Warning(
                f"{there} is set, but {lacking} is not: sign-in with {NAMES[provider_id]} is not offered.",
                f"Set {lacking}, or {lacking}_FILE; docs/deploy.md says where to get it.",
                id="homelog.W010",
            )


def tokens_without_keys() -> Iterator[CheckMessage]:
    """Tokens are to be kept, and there is no key of their own to encrypt them."""
    keeping = [NAMES[provider_id] for provider_id, own in settings.SIGN_IN.items() if own["keeps_tokens"]]
    if keeping and not settings.TOKEN_KEYS:
        yield Error(
            f"Tokens of {' and '.join(keeping)} are to be kept, but TOKEN_KEYS is not set.",
            "Set TOKEN_KEYS (.env.example says how to make a key), or keep none.",
            id="homelog.E010",
        )


def no_address() -> Iterator[CheckMessage]:
    """Providers send people back to exact addresses; a name that stands for all below it is none."""
    offered = any(own["client_id"] and own["secret"] for own in settings.SIGN_IN.values())
    if offered and not settings.SIGN_IN_HOSTS:
        yield Error(
            "LINE or Google is offered, but no host of this site is named in full.",
            "Set SIGN_IN_HOSTS to the names that are registered with them, such as homelog.example.org.",
            id="homelog.E011",
        )


def staff_without_a_factor() -> Iterator[CheckMessage]:
    """Django admin opens with a password alone."""
    if not settings.DEBUG and not settings.STAFF_SECOND_FACTOR:
        yield Warning(
            "STAFF_SECOND_FACTOR is off: a password alone opens Django admin.",
            "Leave the setting out.",
            id="homelog.W011",
        )
