"""Who writes in a round: a person with meters, a signed-in browser and a key. Made through the site's own models."""

import os
from collections.abc import Callable, Mapping
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


def another(name: str) -> Household:
    """Somebody else, with nothing of their own. `make` was called before."""
    from django.db import connection

    from homelog.testing import make_user

    session, key = way_in(make_user(name), "round")
    connection.close()
    return Household([], session, key, "")


def share(owner: Household, guest: Household) -> Callable[[], None]:
    """Let the guest read the owner's first meter; call what comes back to take that away."""
    from django.contrib.sessions.models import Session

    from accounts.current import acting_as
    from accounts.models import User
    from homelog import testing
    from sources.models import DataSource

    person = User.objects.get(pk=Session.objects.get(pk=guest.session).get_decoded()["_auth_user_id"])
    holder = User.objects.get(pk=Session.objects.get(pk=owner.session).get_decoded()["_auth_user_id"])
    with acting_as(holder):
        source = DataSource.objects.select_related("owner").get(public_id=owner.sources[0])
    given = testing.share(source, person)

    def end() -> None:
        with acting_as(holder):
            given.delete()

    return end


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
