"""A value that Undo offers again is stored once, wherever Back leads; what a typed number means is said meanwhile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.typed import *  # noqa: F403 - its fixtures
from e2e.typed import entry, save
from readings.models import Reading
from sources.models import DataSource

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def values(alice: User, name: str) -> list[str]:
    """What the meter showed, newest first, as far as it is new."""
    with acting_as(alice):
        found = Reading.objects.of(DataSource.objects.get(name=name)).filter(value__gt=1320)
        return [f"{reading.value:f}" for reading in found.order_by("-recorded_at")]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("name", ["Bath", "Day"])
def test_after_undo_and_save_back_does_not_offer_the_value_again(
    alice: User, sign_in: Callable[..., Page], javascript: bool, name: str
) -> None:
    page = sign_in(alice, entry(alice, name), java_script_enabled=javascript)
    field = page.locator("input.register").first
    field.fill("1400")
    save(page)
    page.get_by_role("button", name="Undo").click()
    expect(field).to_have_value("1400")
    assert values(alice, name) == []
    save(page)
    page.go_back()
    expect(field).to_have_value("")
    expect(page.locator("main")).to_contain_text("1,400.0 kWh")
    assert values(alice, name) == ["1400"]


def test_what_is_no_number_and_what_a_comma_means_is_said_while_it_is_typed(
    alice: User, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(alice, entry(alice))
    value, hint = page.locator("[name=value]"), page.locator("[data-hint]")
    value.press_sequentially("1400")
    expect(hint).to_contain_text("As usual.")
    value.fill("abc")
    expect(hint).to_have_text("This is not a number. Use digits, and one point or comma before the decimals.")
    expect(hint).to_have_attribute("data-state", "low")
    value.fill("1,400")
    expect(hint).to_contain_text("Understood as 1.400. 1.400 is lower than the last reading, 1,320.")
    value.fill("1400,5")
    expect(hint).to_contain_text("Understood as 1400.5. +80.5 kWh")
    value.fill("")
    expect(hint).not_to_contain_text("number")
