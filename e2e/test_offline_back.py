"""The network is back: the page that said it was gone says so by itself, once what was kept is sent, and not before."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from e2e.line import Line
from e2e.offline import *  # noqa: F403 - its fixtures
from e2e.offline import kept, save, stored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ONLINE = "dispatchEvent(new Event('online'))"
ANSWERS = """() => navigator.serviceWorker.dispatchEvent(
    new MessageEvent("message", { data: { waiting: [], answers: true, arrived: 0 } })
)"""
"""What the page hears while HomeLog answers and what waits is not sent yet."""


def test_the_heading_goes_once_everything_is_sent_or_answered_and_comes_again(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    page.goto("/read/")
    title, news, away = page.locator("h1"), page.locator("[data-news]"), page.locator(".away")
    expect(title).to_have_text("Attic")
    line.turn("cut")
    save(page, "1401")
    expect(title).to_have_text("Bath")
    expect(away).to_have_text(re.compile(r"^\s*No network\. As of"))
    save(page, "7")
    page.get_by_role("button", name="Keep it").click()
    expect(title).to_have_text("Cellar")
    page.goto("/")
    expect(title).to_have_text("No network")
    page.evaluate(ANSWERS)
    expect(page.get_by_role("link", name="The network is back: go on")).to_be_visible()
    expect(page.locator("[data-list] li")).to_have_count(2)
    expect(title).to_have_text("No network")
    line.turn("open")
    page.evaluate(ONLINE)
    expect(title).to_have_text("The network is back")
    expect(news).to_have_text("What you wrote down is sent. What stands below is not stored yet: it needs an answer.")
    expect(news).to_have_role("status")
    expect(page.locator("[data-list] li")).to_have_count(1)
    assert stored(alice) == [("Attic", "1401")]
    line.turn("cut")
    page.evaluate(ONLINE)
    expect(title).to_have_text("No network")
    expect(news).to_contain_text("You can read your meters all the same")


def test_a_kept_meter_page_says_no_longer_that_there_is_none(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    line.turn("cut")
    page.goto("/read/")
    away = page.locator(".away")
    expect(away.get_by_text("No network.")).to_be_visible()
    line.turn("open")
    page.evaluate(ONLINE)
    expect(away.get_by_role("link", name="The network is back")).to_be_visible()
    expect(away.get_by_text("No network.")).to_be_hidden()
