"""Who writes in a round: a person with meters, a signed-in browser and a key. Made through the site's own models."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

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
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from accounts.current import acting_as
    from homelog.testing import make_home, make_source, make_user
    from sources.api import keys
    from sources.models import ApiKey

    person = make_user(name)
    home = make_home(person, "Cellar")
    meters = [
        make_source(person, home, name=f"Tank {n} of {name}", counting="level", digits=None) for n in range(METERS)
    ]
    with acting_as(person):
        key = keys.make(person, ApiKey(name="round", scope="read:data write:data"))
    browser = Client()
    browser.force_login(person)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    connection.close()
    return Household([str(meter.public_id) for meter in meters], session, key, str(home.public_id))
