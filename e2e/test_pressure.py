"""A blood pressure: half of it, and both values typed the wrong way round."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.conftest import sideways
from homelog.testing import make_source, make_user
from readings.models import Reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def alice(transactional_db: None) -> User:
    return make_user("alice")


@pytest.fixture
def entry(alice: User) -> str:
    """The address of the page on which the two are read."""
    plain: dict[str, Any] = {"source_type": "blood_pressure", "unit": "mmHg", "counting": "level", "digits": None}
    upper, _lower = (
        make_source(alice, name=f"Blood pressure, {name}", meter_number="BP 7", decimals=0, **plain)
        for name in ("upper", "lower")
    )
    return f"/sources/{upper.public_id}/read/"


def stored(alice: User) -> dict[str, str]:
    with acting_as(alice):
        return {each.source.name[16:]: f"{each.value:f}" for each in Reading.objects.select_related("source")}


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_values_that_changed_places_are_swapped_with_a_tap(
    alice: User, entry: str, sign_in: Callable[..., Page], javascript: bool
) -> None:
    page = sign_in(alice, entry, java_script_enabled=javascript)
    page.get_by_label("upper").fill("82")
    page.get_by_label("lower").fill("128")
    page.get_by_role("button", name="Save", exact=True).click()
    swap = page.get_by_role("button", name="Swap them: upper 128, lower 82")
    expect(page.locator("main")).to_contain_text("Did they change places?")
    assert stored(alice) == {}
    swap.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("upper 128 mmHg · Blood pressure, lower 82 mmHg")
    assert stored(alice) == {"upper": "128", "lower": "82"}


def test_the_question_fits_every_screen_and_goes_with_the_value(
    alice: User, entry: str, sign_in: Callable[..., Page], view: dict[str, Any], axe: Callable[..., list[str]]
) -> None:
    page = sign_in(alice, entry, **view)
    page.get_by_label("upper").fill("82")
    page.get_by_label("lower").fill("128")
    page.get_by_role("button", name="Save", exact=True).click()
    swap = page.get_by_role("button", name="Swap them")
    expect(swap).to_be_visible()
    assert axe(page) == []
    assert sideways(page) == 0
    page.get_by_label("upper").fill("182")
    expect(swap).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_half_of_it_says_what_is_missing_and_is_undone(
    alice: User, entry: str, sign_in: Callable[..., Page], javascript: bool
) -> None:
    page = sign_in(alice, entry, java_script_enabled=javascript)
    page.get_by_label("upper").fill("121")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast")).to_contain_text(re.compile(r"121 mmHg\. Still missing: Blood pressure, lower\."))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("upper")).to_have_value("121")
    assert stored(alice) == {}
