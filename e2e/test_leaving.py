"""Taking along and deleting, in a browser: a source, the data, the devices, the account."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.conftest import come_in, sideways
from homelog.testing import PASSWORD, make_home, make_readings, make_source, make_user, share
from sources.models import DataSource, Home

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def prove(page: Page, path: str) -> None:
    """Go to a page that asks for the password once more, and give it."""
    page.goto(path)
    page.wait_for_selector("[name=password]")
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    page.wait_for_url(lambda url: "/reauthenticate/" not in url)


@pytest.fixture
def alice_at_home(transactional_db: None) -> tuple[User, Home, DataSource]:
    """Alice with a flat and a meter of three readings."""
    alice = make_user("alice")
    home = make_home(alice, "Flat")
    source = make_source(alice, home, name="Water")
    make_readings(source)
    return alice, home, source


def test_a_source_is_deleted_after_its_file_was_taken_along(
    alice_at_home: tuple[User, Home, DataSource], sign_in: Callable[..., Page]
) -> None:
    alice, home, source = alice_at_home
    page = sign_in(alice, f"/sources/{source.public_id}/edit/")
    page.get_by_role("link", name="Delete this meter and its readings").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert download.value.suggested_filename == "Readings of Water.csv"
    page.fill("[name=typed]", "Wine")
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.locator(".errorlist")).to_contain_text("Nothing was deleted.")
    page.fill("[name=typed]", "water")
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.locator(".toast")).to_contain_text("Water is deleted, and its 3 readings with it.")
    page.goto(f"/homes/{home.public_id}/history/")
    expect(page.locator(".feed")).to_contain_text("You deleted the source Water with 3 readings")


def test_everything_is_downloaded_and_then_the_account_deleted(
    alice_at_home: tuple[User, Home, DataSource], sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    alice, _home, source = alice_at_home
    bob = make_user("bob")
    shared = make_source(alice, name="Heat")
    share(shared, bob, "admin")
    page = sign_in(alice, "/account/")
    page.get_by_role("link", name="Delete my account").click()
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    expect(page.locator("h1")).to_have_text("Delete your account?")
    expect(page.locator("main")).to_contain_text("Water · Flat")
    page.get_by_role("link", name="Download my data").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    download.value.save_as(tmp_path / "mine.zip")
    found = ZipFile(tmp_path / "mine.zip")
    assert found.testzip() is None
    assert f"sources/Water.{str(source.public_id)[-6:]}.csv" in found.namelist()
    page.goto("/account/delete/")
    page.fill("[name=typed]", "alice")
    page.get_by_role("button", name="Delete my account for good").click()
    expect(page.locator("h1")).to_have_text("Goodbye, and thank you")
    page.goto("/account/")
    expect(page.locator("[name=login]")).to_be_visible()
    assert not User.objects.filter(username="alice").exists()
    with acting_as(bob):
        assert list(DataSource.objects.values_list("name", "owner__username")) == [("Heat", "bob")]


def test_another_device_is_signed_out(alice_at_home: Any, visit: Callable[..., Page]) -> None:
    phone, laptop = visit("/account/login/"), visit("/account/login/")
    for page in (phone, laptop):
        come_in(page, alice_at_home[0])
    phone.goto("/account/devices/")
    expect(phone.locator(".feed li")).to_have_count(2)
    expect(phone.locator(".feed li").first).to_contain_text("this device")
    phone.get_by_role("button", name="Sign out there").click()
    expect(phone.locator(".feed li")).to_have_count(1)
    laptop.goto("/account/")
    expect(laptop.locator("[name=login]")).to_be_visible()


def test_a_double_tap_makes_one_home(transactional_db: None, sign_in: Callable[..., Page]) -> None:
    alice = make_user("alice")
    page = sign_in(alice, "/homes/new/")
    page.fill("[name=name]", "Flat")
    page.evaluate("() => { const form = document.querySelector('main form'); form.submit(); form.submit(); }")
    page.wait_for_url(lambda url: "/sources/new/" in url)
    with acting_as(alice):
        assert Home.objects.count() == 1


def test_the_pages_behind_the_password_are_accessible_and_fit(
    alice_at_home: tuple[User, Home, DataSource],
    sign_in: Callable[..., Page],
    view: dict[str, Any],
    axe: Callable[[Page], list[str]],
) -> None:
    alice, home, _source = alice_at_home
    bob, carl = make_user("bob"), make_user("carl")
    share(make_source(alice, home, name="Heat"), bob, "admin")
    both = make_source(alice, name="Both")
    share(both, bob, "admin")
    share(both, carl, "admin")
    page = sign_in(alice, **view)
    prove(page, "/account/delete/")
    found = {}
    for path in ("/account/delete/", "/account/data/"):
        page.goto(path)
        expect(page.locator("h1")).not_to_contain_text("Is it you")
        violations, width = axe(page), sideways(page)
        if violations or width:
            found[path] = (violations, width)
    assert found == {}
