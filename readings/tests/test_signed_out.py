"""Somebody's session ends while they stand before the meter, and their browser runs no scripts."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from homelog.testing import make_source
from readings.tests.entries import at_noon, in_round, page, save, save_in_round, stored
from sources.models import DataSource

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

SIGNED_OUT = "You were signed out, so this was not saved. Look at it, then save it."


def back(client: Client, answer: object) -> str:
    """Where the page of signing in leads to, which the answer leads to; whoever asks has signed in by then."""
    login = urlsplit(answer["Location"])  # type: ignore[index]
    assert login.path == "/account/login/"
    return parse_qs(login.query)["next"][0]


def test_after_signing_in_the_value_is_there_again_and_not_stored(source: DataSource) -> None:
    client = Client()
    after = back(client, save(client, source, "12.345,6", unit="kWh", notes="by torch", csrfmiddlewaretoken="secret"))
    assert urlsplit(after).path == page("entry", source)
    assert parse_qs(urlsplit(after).query) == {"value": ["12.345,6"], "unit": ["kWh"], "typed": ["1"]}
    assert stored(source) == []
    client.force_login(source.owner)
    opened = client.get(after)
    assertContains(opened, 'name="value" value="12.345,6"')
    assertContains(opened, SIGNED_OUT)
    assertRedirects(client.post(after, {"value": "7"}), source.get_absolute_url(), fetch_redirect_response=False)
    assertNotContains(client.get(source.get_absolute_url()), SIGNED_OUT)


def test_one_stays_in_the_round(source: DataSource) -> None:
    after = back(Client(), save_in_round(Client(), source, "7"))
    assert parse_qs(urlsplit(after).query) == {"round": ["1"], "value": ["7"], "typed": ["1"]}


def test_the_registers_of_one_meter_are_there_again(source: DataSource) -> None:
    high, low = (make_source(source.owner, source.home, name=f"Heat {name}", meter_number="1") for name in "ab")
    client = Client()
    typed = {f"{high.public_id}-value": "10", f"{low.public_id}-value": "20"}
    after = back(client, client.post(page("entry", high), {**typed, f"{low.public_id}-public_id": "x"}))
    client.force_login(source.owner)
    opened = client.get(after)
    for name, value in typed.items():
        assertContains(opened, f'name="{name}" value="{value}"')
    assertContains(opened, SIGNED_OUT)


def test_a_value_typed_beside_another_unit_is_told_and_not_brought_back(source: DataSource) -> None:
    client = Client()
    after = back(client, save(client, source, "7", unit="MWh"))
    client.force_login(source.owner)
    opened = client.get(after)
    assertContains(opened, "you typed this in MWh")
    assertNotContains(opened, 'name="value" value="7"')


@pytest.mark.parametrize("value", ["", "9" * 3_000])
def test_nothing_and_what_no_meter_shows_lead_back_to_the_bare_page(value: str, source: DataSource) -> None:
    assert back(Client(), save(Client(), source, value)) == page("entry", source)
    assert back(Client(), Client().get(in_round(source))) == in_round(source)
