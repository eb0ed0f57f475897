"""Who writes in a round: a person with meters, a signed-in browser and a key. Made through the site's own models."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

METERS = 6


@dataclass(frozen=True)
class Household:
    """What a program needs to write: the meters' public ids, the cookie of a session, a key of the API."""

    sources: list[str]
    session: str
    key: str
    home: str


def make(environment: Mapping[str, str], name: str = "faults") -> Household:
    """Make it in a database that is migrated. From here on this process is a Django of that site."""
    os.environ.update(environment)
    import django

    django.setup()
    from django.db import connection

    from homelog.testing import make_home, make_source, make_user

    person = make_user(name)
    home = make_home(person, "Cellar")
    meters = [
        make_source(person, home, name=f"Tank {n} of {name}", counting="level", digits=None) for n in range(METERS)
    ]
    session, key = way_in(person, "round")
    connection.close()
    return Household([str(meter.public_id) for meter in meters], session, key, str(home.public_id))


def way_in(person: Any, name: str) -> tuple[str, str]:
    """The session of a browser in which `person` is signed in, and a key of theirs called `name` that may do all."""
    from django.conf import settings
    from django.test import Client

    from accounts.current import acting_as
    from sources.api import keys
    from sources.models import ApiKey

    with acting_as(person):
        key = keys.make(person, ApiKey(name=name, scope="read:data write:data"))
    browser = Client()
    browser.force_login(person)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value, key
