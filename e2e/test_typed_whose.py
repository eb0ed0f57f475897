"""What was typed into an entry page is its person's, and a page goes on without where the browser keeps nothing."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import PASSWORD, make_home, make_readings, make_source, make_user, share
from sources.models import DataSource

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILLED = """() => {
    for (let size = 2 ** 22, at = 0; size >= 1; at += 1) {
        try {
            sessionStorage[`x${at}`] = "x".repeat(size);
        } catch {
            size /= 2;
        }
    }
}"""
FORBIDDEN = """Object.defineProperty(window, "sessionStorage", {
    get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
})"""


@pytest.fixture
def bath(transactional_db: None) -> DataSource:
    """Alice's meter in the bath, which she shares with Bob; it used 8 a day."""
    alice = make_user("alice")
    meter = make_source(alice, make_home(alice), name="Bath")
    make_readings(meter, range(1000, 1400, 80), start=datetime.now(UTC) - timedelta(days=51), step=timedelta(days=10))
    share(meter, make_user("bob"), "write")
    return meter


def entry(bath: DataSource) -> str:
    """The address of its entry page."""
    return f"/sources/{bath.public_id}/read/"


def sign_out(page: Page) -> None:
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/account/login/|/$"))


def sign_in_again(page: Page, person: User) -> None:
    """A session had ended; `person` signs in by the form, in the same tab."""
    page.context.clear_cookies(name="sessionid")
    page.goto("/account/login/")
    page.fill("[name=login]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    page.wait_for_url(lambda url: "/login/" not in url)


@pytest.mark.parametrize("is_sent", [False, True])
def test_somebody_else_in_the_same_tab_neither_sees_it_nor_forgets_it_by_signing_out(
    bath: DataSource, sign_in: Callable[..., Page], is_sent: bool
) -> None:
    alice = bath.owner
    with acting_as(alice):
        bob = bath.shares.get().user
    page = sign_in(alice, entry(bath))
    value = page.locator("[name=value]")
    value.fill("1400")
    if is_sent:
        page.context.clear_cookies(name="sessionid")
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_url("**/login/**")
    sign_in_again(page, bob)
    page.goto(entry(bath))
    expect(value).to_have_value("")
    expect(page.locator("[data-typed]")).to_be_hidden()
    value.fill("1500")
    sign_out(page)
    assert [text for text in ("1400", "1500") if text in page.evaluate("Object.values(sessionStorage).join()")] == [
        "1400"
    ]
    sign_in_again(page, alice)
    page.goto(entry(bath))
    expect(value).to_have_value("1400")


@pytest.mark.parametrize("is_full", [True, False])
def test_where_a_browser_keeps_nothing_the_page_goes_on_without(
    bath: DataSource, sign_in: Callable[..., Page], is_full: bool
) -> None:
    page = sign_in(bath.owner, entry(bath))
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    if is_full:
        page.evaluate(FILLED)
    else:
        page.add_init_script(FORBIDDEN)
    page.goto(entry(bath))
    page.locator("[name=value]").press_sequentially("1400")
    expect(page.locator("[data-hint]")).to_contain_text("+80 kWh")
    if is_full:
        assert not any("1400" in text for text in page.evaluate("Object.values(sessionStorage)"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile("1,400 kWh saved"))).to_be_visible()
    sign_out(page)
    assert troubles == []
