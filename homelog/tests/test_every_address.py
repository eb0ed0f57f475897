"""Every address with keys that do not belong together: things of another source under a source of one's own.

Who may do what with keys that do is in test_access_matrix.py; an address that is new here is tried by itself.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from homelog.testing import make_home, make_source
from homelog.tests.matrix.addresses import addresses
from homelog.tests.matrix.household import NOT_SIGNED_IN, SECRET, VISITORS, Household, rolled_back, stored
from homelog.tests.matrix.lines import Line
from homelog.tests.matrix.table import lines_of

pytestmark = pytest.mark.django_db

# A year is no thing of anybody.
NESTED = [(name, names) for name, names in addresses() if len({*names} - {"year"}) > 1 and ":" in name]


def test_there_are_addresses_to_try() -> None:
    names = {name for name, _ in addresses()}
    assert {"home", "readings:entry", "sources:source_update", "audit:source_history", "account_login"} <= names
    assert {"readings:reading", "sources:home_level", "audit:put_back"} <= {name for name, _ in NESTED}


@pytest.mark.parametrize(("name", "names"), NESTED, ids=str)
def test_nobody_reaches_a_thing_of_another_place_under_a_place_of_their_own(
    name: str, names: tuple[str, ...], house: Household
) -> None:
    place = "source_id" if "source_id" in names else "public_id"
    for who in VISITORS:
        if who in NOT_SIGNED_IN:
            continue
        with rolled_back():
            person = house.people[who]
            home = make_home(person, "Own home")
            own = home if name.split(":")[1].startswith("home") else make_source(person, home, name="Own meter")
            before = stored()
            for line in lines_of(name):
                answer = _sent(house, line, who, {place: own.public_id}, names)
                # What is undone twice is no error: back to the own source's page.
                gone = {302} if name == "readings:reading_undo" else set()
                assert answer.status_code in {404} | gone, (line.purpose, who, answer.status_code)
                assert SECRET not in answer.text, (line.purpose, who)
            assert stored() == before, who


def _sent(house: Household, line: Line, who: str, own: dict[str, object], names: tuple[str, ...]) -> Any:
    of_home = line.name.split(":")[1].startswith("home")
    keys = {**house.keys(who, names, home=of_home, **line.keys(house, who)), **own}
    send = house.browser(who).get if line.method == "GET" else house.browser(who).post
    return send(reverse(line.name, kwargs=keys), dict(line.body(house, who)))


def test_django_admin_is_for_staff_only(client: Client, alice: User) -> None:
    path = reverse("admin:index")
    assert client.get(path).status_code == 302
    client.force_login(alice)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"].startswith("/admin/login/")) == (302, True)
