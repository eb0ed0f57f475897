"""What is typed into an entry page and not sent is there again for who comes back, and gone once it is sent."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.conftest import PHONE, sideways
from e2e.typed import *  # noqa: F403 - its fixtures
from e2e.typed import entry, home_and_back, save
from homelog.testing import PASSWORD, make_readings
from sources.models import DataSource

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOT_SAVED = re.compile(r"^Typed earlier \(\d\d:\d\d\), not saved yet\.$")


def test_a_value_is_there_again_after_home_and_back_and_gone_once_saved(
    alice: User, sign_in: Callable[..., Page], view: dict[str, Any], axe: Callable[..., list[str]]
) -> None:
    page = sign_in(alice, entry(alice), **view)
    value, told = page.locator("[name=value]"), page.locator("[data-typed]")
    expect(told).to_be_hidden()
    value.press_sequentially("1400")
    expect(told).to_be_hidden()
    home_and_back(page)
    expect(value).to_have_value("1400")
    expect(page.locator("[data-hint]")).to_contain_text("+80 kWh")
    expect(told).to_have_text(NOT_SAVED)
    expect(told).to_have_role("status")
    assert axe(page) == []
    assert sideways(page) == 0
    value.press("End")
    value.press_sequentially(".5")
    expect(told).to_be_hidden()
    page.goto(entry(alice))
    expect(value).to_have_value("1400.5")
    save(page)
    page.goto(entry(alice))
    expect(value).to_have_value("")
    expect(told).to_be_hidden()


def test_the_time_and_the_note_come_back_with_it_and_go_with_a_reading_of_an_earlier_time(
    alice: User, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(alice, entry(alice))
    at = f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%dT%H:%M}"
    page.fill("[name=value]", "1161")
    page.locator("details.more summary").click()
    page.fill("[name=recorded_at]", at)
    page.fill("[name=notes]", "by torch")
    home_and_back(page)
    expect(page.locator("[name=value]")).to_have_value("1161")
    expect(page.locator("[name=recorded_at]")).to_have_value(at)
    expect(page.locator("[name=notes]")).to_have_value("by torch")
    expect(page.locator("details.more summary")).to_contain_text("Read at ")
    expect(page.locator("[data-hint]")).to_contain_text("As usual.")
    save(page)
    page.goto(entry(alice))
    expect(page.locator("[name=value]")).to_have_value("")
    expect(page.locator("[name=notes]")).to_have_value("")


def test_each_register_keeps_its_own_value_also_where_the_other_one_was_saved(
    alice: User, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(alice, entry(alice, "Day"))
    day, night = page.get_by_label("Day"), page.get_by_label("Night")
    night.fill("9999")
    home_and_back(page)
    expect(night).to_have_value("9999")
    expect(day).to_have_value("")
    day.fill("1400")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("1,400.0 kWh saved.")
    page.goto(entry(alice, "Day"))
    expect(night).to_have_value("9999")
    expect(day).to_have_value("")
    expect(page.locator("[data-typed]")).to_have_text(NOT_SAVED)


def test_a_doubtful_value_that_was_asked_about_is_still_there(alice: User, sign_in: Callable[..., Page]) -> None:
    page = sign_in(alice, entry(alice))
    page.fill("[name=value]", "9999")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="It is right, save it")).to_be_visible()
    page.locator("a.brand").click()
    page.goto(entry(alice))
    expect(page.locator("[name=value]")).to_have_value("9999")
    expect(page.locator("[data-typed]")).to_have_text(NOT_SAVED)


def test_skipping_without_it_forgets_it_and_so_does_emptying_the_field(
    alice: User, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(alice, "/read/")
    page.fill("[name=value]", "1400")
    page.get_by_role("button", name="Skip for today").click()
    expect(page.get_by_role("alert")).to_contain_text("You typed 1400: save it, or skip without it.")
    expect(page.locator("[data-hint]")).to_be_hidden()
    page.get_by_role("button", name="Skip without it").click()
    expect(page.get_by_label("Night")).to_be_visible()
    page.goto(entry(alice))
    expect(page.locator("[name=value]")).to_have_value("")
    page.fill("[name=value]", "1400")
    page.fill("[name=value]", "")
    home_and_back(page)
    expect(page.locator("[name=value]")).to_have_value("")
    expect(page.locator("[data-typed]")).to_be_hidden()


def test_what_did_not_go_through_is_there_again(alice: User, sign_in: Callable[..., Page]) -> None:
    page = sign_in(alice)
    page.goto(entry(alice))

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.abort("blockedbyclient")
        else:
            route.continue_()

    page.route("**/read/", refuse)
    page.fill("[name=value]", "1400")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("chrome-error://**")
    page.go_back()
    page.goto(entry(alice))
    expect(page.locator("[name=value]")).to_have_value("1400")
    expect(page.locator("[data-typed]")).to_have_text(NOT_SAVED)


def test_who_has_to_sign_in_first_is_told_that_it_is_kept_and_finds_it_afterwards(
    alice: User, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(alice, entry(alice))
    page.fill("[name=value]", "1400")
    page.click("form.entry .more summary")
    page.fill("[name=notes]", "by torch")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()
    told = page.get_by_text("It is kept: sign in, and it is there again.")
    expect(told).to_be_visible()
    expect(told).to_have_role("status")
    page.fill("[name=login]", alice.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    expect(page.locator("main")).to_contain_text("1400 kWh")
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_text("1,400 kWh saved.")).to_be_visible()
    page.goto(entry(alice))
    expect(page.locator("[name=value]")).to_have_value("")
    expect(page.locator("[data-typed]")).to_be_hidden()
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/login/")
    expect(told).to_be_hidden()


def test_signing_out_forgets_it(alice: User, sign_in: Callable[..., Page]) -> None:
    page = sign_in(alice, entry(alice))
    page.fill("[name=value]", "1400")
    page.goto("/account/")
    assert page.evaluate("Object.values(sessionStorage).join()").count("1400") == 1
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/account/login/|/$"))
    assert page.evaluate("Object.keys(sessionStorage)") == []


def test_what_was_typed_in_another_unit_or_before_the_meter_was_read_is_not_offered(
    alice: User, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(alice, entry(alice))
    page.fill("[name=value]", "1400")
    page.locator("a.brand").click()
    page.wait_for_url(re.compile(r"/$"))
    with acting_as(alice):
        bath = DataSource.objects.get(name="Bath")
        make_readings(bath, ["1401"], start=datetime.now(UTC))
    page.goto(entry(alice))
    expect(page.locator("[name=value]")).to_have_value("")
    page.fill("[name=value]", "1402")
    with acting_as(alice):
        bath.rename_unit("MWh")
    page.goto(entry(alice))
    expect(page.locator(".big")).to_have_attribute("data-unit", "MWh")
    expect(page.locator("[name=value]")).to_have_value("")


def test_the_page_with_it_still_fits_above_a_keyboard(alice: User, sign_in: Callable[..., Page]) -> None:
    page = sign_in(alice, entry(alice), viewport={**PHONE, "height": 500})
    page.fill("[name=value]", "1400")
    home_and_back(page)
    expect(page.locator("[data-typed]")).to_be_visible()
    box = page.get_by_role("button", name="Save", exact=True).bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 500
