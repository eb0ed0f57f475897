"""What was typed hours ago and not sent was read then: that time is proposed, and it can be changed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.conftest import sideways
from e2e.typed import *  # noqa: F403 - its fixtures
from e2e.typed import entry, save
from readings.models import Reading
from sources.models import DataSource

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def hours_pass(page: Page, hours: float = 5) -> str:
    """What was typed lies further back than it does; when that was, as a field of the meter's home says it."""
    at = page.evaluate(
        """(hours) => {
            const [key] = Object.keys(sessionStorage).filter((name) => name.includes("/read/"));
            const kept = JSON.parse(sessionStorage[key]);
            kept.at -= hours * 3_600_000;
            sessionStorage[key] = JSON.stringify(kept);
            return kept.at;
        }""",
        hours,
    )
    return f"{datetime.fromtimestamp(at / 1000, ZoneInfo('Europe/Berlin')):%Y-%m-%dT%H:%M}"


def test_what_was_typed_hours_ago_is_saved_as_read_then_and_says_so(
    alice: User, sign_in: Callable[..., Page], view: dict[str, Any], axe: Callable[..., list[str]]
) -> None:
    page = sign_in(alice, entry(alice), timezone_id="Asia/Bangkok", **view)
    told, when = page.locator("[data-typed]"), page.locator("details.more summary span")
    page.fill("[name=value]", "1400")
    page.goto("/account/")
    then = hours_pass(page)
    page.goto(entry(alice))
    expect(told).to_contain_text("not saved yet. It will be saved as read at that time, which you can change below.")
    expect(when).to_have_text(f"Read at {then.replace('T', ' ')}")
    expect(page.locator("[name=recorded_at]")).to_have_value(then)
    expect(page.locator("[data-hint]")).to_contain_text("As usual.")
    assert axe(page) == []
    assert sideways(page) == 0
    save(page)
    with acting_as(alice):
        last = Reading.objects.of(DataSource.objects.get(name="Bath")).order_by("-recorded_at")[0]
        assert (last.value, f"{last.recorded_at.astimezone(last.source.zone):%Y-%m-%dT%H:%M}") == (1400, then)


def test_the_time_proposed_goes_with_a_value_that_is_typed_anew_and_stays_with_a_note(
    alice: User, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(alice, entry(alice))
    value, at, told = (page.locator(name) for name in ("[name=value]", "[name=recorded_at]", "[data-typed]"))
    value.fill("1400")
    page.goto("/account/")
    then = hours_pass(page)
    page.goto(entry(alice))
    page.locator("details.more summary").click()
    page.fill("[name=notes]", "x")
    value.press("End")
    value.press_sequentially(".5")
    expect(at).to_have_value(then)
    expect(told).to_be_visible()
    page.goto("/account/")
    page.goto(entry(alice))
    expect(value).to_have_value("1400.5")
    expect(at).to_have_value(then)
    value.press("ControlOrMeta+a")
    value.press_sequentially("1401")
    expect(at).to_have_value("")
    expect(told).to_be_hidden()
    expect(page.locator("details.more summary")).to_contain_text("Read just now")
    save(page)
    with acting_as(alice):
        last = Reading.objects.of(DataSource.objects.get(name="Bath")).order_by("-recorded_at")[0]
        assert (last.value, datetime.now(UTC) - last.recorded_at < timedelta(minutes=10)) == (1401, True)


def test_a_time_that_somebody_chose_is_not_proposed_away(alice: User, sign_in: Callable[..., Page]) -> None:
    page = sign_in(alice, entry(alice))
    at = page.locator("[name=recorded_at]")
    page.fill("[name=value]", "1400")
    page.goto("/account/")
    hours_pass(page)
    page.goto(entry(alice))
    page.locator("details.more summary").click()
    at.fill("")
    expect(page.locator("details.more summary")).to_contain_text("Read just now")
    expect(page.locator("[data-typed]")).to_be_hidden()
    page.goto("/account/")
    page.goto(entry(alice))
    expect(page.locator("[name=value]")).to_have_value("1400")
    expect(at).to_have_value("")


def test_a_page_that_lay_open_for_hours_proposes_the_time_too(alice: User, sign_in: Callable[..., Page]) -> None:
    page = sign_in(alice, entry(alice, "Day"))
    page.get_by_label("Night").fill("1400")
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(look)
    expect(page.locator("[data-typed]")).to_be_hidden()
    page.evaluate("((now) => { Date.now = () => now() + 3 * 3_600_000; })(Date.now)")
    page.evaluate(look)
    expect(page.locator("[data-typed]")).to_contain_text("It will be saved as read at that time")
    expect(page.locator("[name=recorded_at]")).not_to_have_value("")
    expect(page.get_by_label("Night")).to_have_value("1400")
