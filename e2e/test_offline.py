"""Without network: pages that open all the same, and readings that wait on the device until they can be sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from e2e.line import Line, line_to
from homelog.testing import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def line(live_server: Any) -> Iterator[Line]:
    """The line between browser and server."""
    with line_to(live_server.url) as line:
        yield line


@pytest.fixture
def phone(visit: Callable[..., Page], line: Line) -> Callable[..., Page]:
    """`phone(user)`: a page in a browser of its own, signed in over the line, its service worker at work."""

    def enter(user: User, **options: Any) -> Page:
        page = visit("/account/login/", base_url=line.url, service_workers="allow", **options)
        sign_in(page, user)
        return page

    return enter


def sign_in(page: Page, user: User) -> None:
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    page.wait_for_url(lambda url: "/account/login/" not in url)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_a_page_that_is_not_kept_says_that_there_is_no_network(
    transactional_db: None, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(make_user("alice"))
    line.turn("cut")
    page.goto("/account/")
    expect(page.locator("h1")).to_have_text("No network")
    line.turn("open")
    page.get_by_role("link", name="Go to the start page").click()
    expect(page.locator("h1")).not_to_have_text("No network")
