"""Without network: what the entry page of a meter says of what its device keeps, and what it does not keep."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.line import Line
from e2e.offline import *  # noqa: F403 - its fixtures
from e2e.offline import kept, looked_up, meter_of, save, stored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_was_kept_a_moment_ago_stands_in_place_of_the_last_reading(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    bath = meter_of(alice, "Bath")
    entry = f"/sources/{bath.public_id}/read/"
    held, last, hint = page.locator("[data-held]"), page.locator(".last .drums"), page.locator("[data-hint]")
    before = held.locator("small")
    line.turn("cut")
    page.goto(entry)
    expect(last).to_contain_text("1,320.0 kWh")
    expect(held).to_be_hidden()
    save(page, "1401")
    expect(page.locator("h1")).to_have_text("No network")
    page.goto(entry)
    expect(held.locator("span")).to_have_text(
        re.compile(r"^Kept on this device: 1,401 kWh, \d\d:\d\d, not sent yet\.$")
    )
    expect(last).to_be_hidden()
    expect(before).to_have_text(re.compile(r"^The last reading in HomeLog: 1,320 kWh, \d+ \w+ \d{4}, \d\d:\d\d\.$"))
    page.fill("[name=value]", "1403.5")
    expect(hint).to_have_text("+2.5 kWh since the last reading.")
    page.fill("[name=value]", "1400")
    expect(hint).to_have_attribute("data-state", "low")
    expect(hint).to_contain_text("1,400 is lower than the last reading, 1,401.")
    page.fill("[name=value]", "9999")
    expect(hint).to_have_attribute("data-state", "high")
    page.locator(".bar .primary").click()
    expect(page.locator("h1")).to_have_text("No network")
    page.goto(entry)
    expect(held).to_contain_text("9,999 kWh")
    page.fill("[name=value]", "1405")
    expect(hint).to_contain_text("+4 kWh")
    line.turn("open")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(held).to_contain_text("It needs an answer.")
    expect(last).to_contain_text("1,320.0 kWh")
    expect(before).to_be_hidden()
    assert stored(alice) == [("Bath", "1401")]


def test_what_is_no_number_is_not_kept_and_what_is_lower_only_when_somebody_says_so(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    bath = meter_of(alice, "Bath")
    entry = f"/sources/{bath.public_id}/read/"
    value, hint, asked = page.locator("[name=value]"), page.locator("[data-hint]"), page.locator("[data-keeping]")
    line.turn("cut")
    page.goto(entry)
    value.fill("abc")
    value.press("Enter")
    expect(hint).to_have_text("This is not a number. Use digits, and one point or comma before the decimals.")
    expect(value).to_have_attribute("aria-invalid", "true")
    expect(value).to_be_focused()
    value.fill("1300")
    expect(value).not_to_have_attribute("aria-invalid", "true")
    value.press("Enter")
    expect(asked.locator("span")).to_have_text("1,300 is lower than 1,320. Keep it all the same?")
    value.fill("1301")
    expect(asked).to_be_hidden()
    value.press("Enter")
    expect(asked.locator("span")).to_have_text("1,301 is lower than 1,320. Keep it all the same?")
    assert looked_up(page, "outbox", "count()") == 0
    asked.get_by_role("button").click()
    expect(page.locator("h1")).to_have_text("No network")
    expect(page.locator("[data-list] li")).to_have_text(re.compile("Bath 1301 kWh"))


def test_what_is_no_number_is_not_kept_on_a_page_that_was_opened_with_network(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    bath = meter_of(alice, "Bath")
    value, hint = page.locator("[name=value]"), page.locator("[data-hint]")
    page.goto(f"/sources/{bath.public_id}/read/")
    line.turn("cut")
    value.fill("12a")
    value.press("Enter")
    expect(hint).to_have_text("This is not a number. Use digits, and one point or comma before the decimals.")
    expect(value).to_have_attribute("aria-invalid", "true")
    expect(value).to_be_focused()
    value.fill("1401")
    expect(value).not_to_have_attribute("aria-invalid", "true")
    value.press("Enter")
    expect(page.locator("h1")).to_have_text("No network")
    expect(page.locator("[data-list] li")).to_have_text(re.compile("Bath 1401 kWh"))


def test_what_was_kept_before_the_meter_was_converted_is_told_in_its_own_unit(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    bath = meter_of(alice, "Bath")
    entry = f"/sources/{bath.public_id}/read/"
    line.turn("cut")
    page.goto(entry)
    save(page, "1401")
    expect(page.locator("h1")).to_have_text("No network")
    with acting_as(alice):
        bath.unit, bath.unit_way = "MWh", "convert"
        bath.full_clean()
        bath.save()
    line.turn("open")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.goto(entry)
    held = page.locator("[data-held]")
    expect(held).to_contain_text("It was not accepted.")
    page.goto(entry)
    expect(page.locator(".last .drums")).to_contain_text("MWh")
    expect(held).to_contain_text("Kept on this device: 1,401 kWh,")
    assert stored(alice) == []
