"""What is shown only once, on a phone and a desktop: an invitation's link and a key; and the yearly sheet, printed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from e2e.conftest import sideways
from homelog.testing import PASSWORD, make_home, make_readings, make_source, make_user
from sources.models import Home

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HIDDEN = "(field) => [field.scrollWidth - field.clientWidth, Math.max(0, field.scrollHeight - field.clientHeight)]"


@pytest.fixture
def alice(transactional_db: None) -> User:
    """Alice, who has an account."""
    return make_user("alice")


@pytest.fixture
def home(alice: User) -> Home:
    """Alice's home with a meter that was read twice this year."""
    home = make_home(alice)
    now = datetime.now(UTC)
    start = max(now - timedelta(days=20), datetime(now.year, 1, 1, tzinfo=UTC))
    make_readings(make_source(alice, home), ["100", "180"], start=start, step=timedelta(hours=1))
    return home


def invited(page: Page, home: Home) -> Page:
    """The page on which the link of an invitation has just appeared."""
    page.goto(f"/homes/{home.public_id}/sharing/")
    page.get_by_label("May see").check()
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("heading", name="The link is ready")).to_be_visible()
    return page


def test_the_link_of_an_invitation_is_whole_and_copied_with_a_tap(
    alice: User, home: Home, sign_in: Callable[..., Page], view: dict[str, Any], axe: Callable[..., list[str]]
) -> None:
    page = invited(sign_in(alice, **view), home)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    field = page.get_by_label("Link", exact=True)
    link = field.input_value()
    assert "/invitation/#" in link
    assert (field.evaluate(HIDDEN), sideways(page)) == ([0, 0], 0)
    assert axe(page) == []
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.locator("[data-said]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == link
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_a_phone_that_can_share_is_given_the_link(alice: User, home: Home, sign_in: Callable[..., Page]) -> None:
    page = sign_in(alice, is_mobile=True, has_touch=True)
    page.add_init_script("navigator.share = async (what) => { document.title = what.url; };")
    invited(page, home)
    page.get_by_role("button", name="Share").click()
    expect(page).to_have_title(page.get_by_label("Link", exact=True).input_value())


def test_without_javascript_the_link_and_the_key_are_whole_and_no_button_is_shown(
    alice: User, home: Home, sign_in: Callable[..., Page]
) -> None:
    page = invited(sign_in(alice, java_script_enabled=False), home)
    for address, name in (("", "Link"), ("/account/keys/", "Key")):
        if address:
            page.goto(address)
            page.fill("[name=password]", PASSWORD)
            page.click("main .primary")
            page.fill("[name=name]", "Camera")
            page.get_by_role("button", name="Make a key").click()
        field = page.get_by_label(name, exact=True)
        expect(field).to_be_visible()
        assert field.evaluate(HIDDEN) == [0, 0]
        expect(page.locator(".once + .acts button:visible")).to_have_count(0)


def test_the_yearly_sheet_has_a_button_that_prints_it_and_is_not_printed(
    alice: User, home: Home, sign_in: Callable[..., Page], view: dict[str, Any]
) -> None:
    page = sign_in(alice, f"/homes/{home.public_id}/year/{datetime.now(UTC).year}/", **view)
    page.evaluate("window.print = () => document.body.classList.add('printed')")
    page.get_by_role("button", name="Print").click()
    expect(page.locator("body.printed")).to_have_count(1)
    assert sideways(page) == 0
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()


def test_without_javascript_the_yearly_sheet_has_no_button_that_does_nothing(
    alice: User, home: Home, sign_in: Callable[..., Page]
) -> None:
    address = f"/homes/{home.public_id}/year/{datetime.now(UTC).year}/"
    page = sign_in(alice, address, java_script_enabled=False)
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_have_count(0)
