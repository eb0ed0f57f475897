"""Charts in the browser: a bar says what it is, every figure is explained, a long line can be looked into."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, make_user
from sources.models import DataSource

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def meter(transactional_db: None) -> tuple[User, DataSource]:
    """A meter with two years of readings."""
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    make_readings(
        source, range(1000, 1720, 10), start=datetime.now(UTC) - timedelta(days=700), step=timedelta(days=9.7)
    )
    return alice, source


def test_a_bar_is_reached_by_keyboard_and_leads_to_what_made_it(
    meter: tuple[User, DataSource], sign_in: Callable[..., Page]
) -> None:
    alice, source = meter
    page = sign_in(alice, f"/sources/{source.public_id}/")
    page.locator("a.slot").nth(3).focus()
    said = page.locator("a.slot").nth(3).get_attribute("aria-label")
    assert said
    expect(page.locator("[data-tip-out]").first).to_have_text(said)
    page.keyboard.press("Enter")
    page.wait_for_url("**/use/?from=*")
    expect(page.locator("tfoot")).to_contain_text("Together")


def test_without_javascript_a_bar_leads_there_as_well(
    meter: tuple[User, DataSource], sign_in: Callable[..., Page]
) -> None:
    alice, source = meter
    page = sign_in(alice, f"/sources/{source.public_id}/?by=week", java_script_enabled=False)
    page.locator("details summary").first.click()
    page.locator(".data td a").first.click()
    page.wait_for_url("**/use/?from=*")
    assert page.locator("[data-explore]").count() == 0


def test_a_long_line_can_be_looked_into(
    meter: tuple[User, DataSource], sign_in: Callable[..., Page], view: dict[str, Any]
) -> None:
    alice, source = meter
    page = sign_in(alice, f"/sources/{source.public_id}/", **view)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Explore").click()
    expect(page.locator(".explored canvas")).to_be_visible()
    with page.expect_response("**/series/?*from=*"):
        page.get_by_role("button", name="Closer").click()
    expect(page.locator(".explored canvas")).to_have_count(1)
    assert [url for url in asked if "uPlot" in url]


def test_both_values_of_a_blood_pressure_are_looked_into_together(
    transactional_db: None, sign_in: Callable[..., Page], view: dict[str, Any]
) -> None:
    alice = make_user("alice")
    home = make_home(alice, timezone="Pacific/Kiritimati")
    start = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=70)
    about: dict[str, Any] = {"source_type": "blood_pressure", "unit": "mmHg", "counting": "level", "meter_number": "1"}
    pair = [make_source(alice, home, name=name, digits=None, decimals=0, **about) for name in ("Upper", "Lower")]
    for source, low in zip(pair, (118, 76), strict=True):
        make_readings(source, range(low, low + 10), start=start, step=timedelta(days=7))
    page = sign_in(alice, f"/sources/{pair[0].public_id}/", **view)
    expect(page.locator(".chart polyline")).to_have_count(2)
    with (
        page.expect_response(f"**/{pair[0].public_id}/series/*"),
        page.expect_response(f"**/{pair[1].public_id}/series/*"),
    ):
        page.get_by_role("button", name="Explore").click()
    expect(page.locator(".explored canvas")).to_be_visible()
    expect(page.locator(".chart")).to_be_hidden()
    assert page.locator(".u-legend .u-label").all_inner_texts()[1:] == ["Upper (mmHg)", "Lower (mmHg)"]
    page.locator(".u-over").hover()
    # On the clock of the home, 14 hours before the one of the readings.
    expect(page.locator(".u-legend .u-value").first).to_have_text(re.compile(r"^\d+ \w{3} 20\d\d, 02:00$"))
    shown = [int(text) for text in page.locator(".u-legend .u-value").all_inner_texts()[1:] if text.isdigit()]
    assert shown[0] in range(118, 128)
