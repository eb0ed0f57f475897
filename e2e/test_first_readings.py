"""A household's first readings: the whole way in a browser, from an account to the month's use and its history."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.conftest import sign_up
from homelog.testing import make_readings, make_source, make_user
from readings.models import Reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def make_first_meter(page: Page) -> None:
    """She adds her home and its electricity meter."""
    page.get_by_role("link", name="Add your home").click()
    page.fill("[name=name]", "Rama IX flat")
    page.click("main .primary")
    page.get_by_role("link", name="Electricity").click()
    page.click("main .primary")
    page.wait_for_url("**/read/")


def write_down(page: Page, value: str, at: str = "") -> None:
    """A reading, with a time if one is given."""
    page.fill("[name=value]", value)
    if at:
        page.evaluate("document.querySelector('details.more').open = true")
        page.fill("[name=recorded_at]", at)
    page.locator(".bar .primary").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_nothing_to_the_month_and_its_history(visit: Callable[..., Page], javascript: bool) -> None:
    page = visit("/account/signup/", timezone_id="Asia/Bangkok", java_script_enabled=javascript)
    sign_up(page)
    make_first_meter(page)
    source = page.url.removesuffix("read/")
    write = write_down if javascript else write_down_plainly
    write(page, "12 419,5", "2026-10-01T08:00")
    page.goto(f"{source}read/")
    write(page, "12431.7", "2026-10-20T08:00")
    page.goto(f"{source}read/")
    write(page, "1261.91", "2026-11-20T08:00")
    expect(page.locator("[name=value]")).to_have_value("1261.91")
    expect(page.locator("main")).to_contain_text("lower")
    assert stored() == ["12431.7", "12419.5"]
    write(page, "12619.1", "2026-11-20T08:00")
    page.wait_for_url(source)
    expect(page.locator("main")).to_contain_text("Use per month")
    expect(page.locator("main")).to_contain_text("12,619.1")
    page.goto(f"{source}history/")
    for value in ("12,419.5", "12,431.7", "12,619.1"):
        expect(page.locator("main")).to_contain_text(value)


def write_down_plainly(page: Page, value: str, at: str) -> None:
    """The same with a details element that has to be opened by hand."""
    page.fill("[name=value]", value)
    if not page.locator("[name=recorded_at]").is_visible():
        page.locator("details.more summary").click()
    page.fill("[name=recorded_at]", at)
    page.locator(".bar .primary").click()


def stored(owner: User | None = None) -> list[str]:
    """What the meter of `owner`, else Nok's, showed, newest first."""
    with acting_as(owner or User.objects.get(email="nok@example.com")):
        return [f"{value:f}" for value in Reading.objects.values_list("value", flat=True)]


def test_undo_takes_the_reading_back_with_one_tap(visit: Callable[..., Page]) -> None:
    page = visit("/account/signup/")
    sign_up(page)
    make_first_meter(page)
    write_down(page, "100")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[name=value]")).to_have_value("100")
    assert stored() == []
    write_down(page, "101")
    page.wait_for_selector(".toast")
    assert stored() == ["101"]


def test_a_value_far_above_the_usual_is_asked_about_and_can_be_kept(visit: Callable[..., Page]) -> None:
    page = visit("/account/signup/")
    sign_up(page)
    make_first_meter(page)
    source = page.url.removesuffix("read/")
    for value, day in (("100", 1), ("110", 2), ("120", 3), ("130", 4), ("141", 5)):
        page.goto(f"{source}read/")
        write_down(page, value, f"2026-11-0{day}T08:00")
        page.wait_for_selector(".toast")
    page.goto(f"{source}read/")
    page.fill("[name=value]", "9141")
    expect(page.locator("[data-hint]")).to_have_attribute("data-state", "high")
    page.locator(".bar .primary").click()
    page.get_by_role("button", name="It is right, save it").click()
    page.wait_for_selector(".toast")
    assert stored()[0] == "9141"


def test_entry_fits_a_small_phone_with_its_keyboard_open(visit: Callable[..., Page]) -> None:
    page = visit("/account/signup/", viewport={"width": 390, "height": 500})
    sign_up(page)
    make_first_meter(page)
    write_down(page, "100")
    page.goto(page.url.rstrip("/") + "/" if page.url.endswith("/read/") else f"{page.url}read/")
    box: Any = page.locator(".bar .primary").bounding_box()
    assert box["y"] + box["height"] <= 500
    assert box["height"] >= 44


def test_what_is_asked_or_refused_is_said_while_typing_as_by_the_server(
    visit: Callable[..., Page],
) -> None:
    page = visit("/account/signup/")
    sign_up(page)
    make_first_meter(page)
    source = page.url.removesuffix("read/")
    write_down(page, "12570.5")
    page.wait_for_selector(".toast")
    page.goto(f"{source}read/")
    question = "99,000 would be 86,429.5 kWh more than the last reading, 12,570.5. Is it right?"
    page.fill("[name=value]", "99000")
    expect(page.locator("[data-hint]")).to_have_text(question)
    page.locator(".bar .primary").click()
    expect(page.locator(".big .errorlist")).to_have_text(question)
    page.fill("[name=value]", "25141")
    expect(page.locator("[data-hint]")).to_have_attribute("data-state", "first")
    with acting_as(nok := User.objects.get(email="nok@example.com")):
        nok.sources.get().validators.create(max_value=20000)
    for value, refusal in (
        ("12570", "12,570 is lower than the reading before it, 12,570.5. This dial only grows. Check the digits."),
        ("25141", "25,141 is above 20,000, the most this source may show."),
    ):
        page.goto(f"{source}read/")
        page.fill("[name=value]", value)
        expect(page.locator("[data-hint]")).to_have_text(refusal)
        page.locator(".bar .primary").click()
        expect(page.locator(".big .errorlist")).to_have_text(refusal)
    assert stored() == ["12570.5"]


def test_a_blood_pressure_that_nobody_has_is_asked_about_while_typing(visit: Callable[..., Page]) -> None:
    page = visit("/account/signup/")
    sign_up(page)
    make_first_meter(page)
    with acting_as(nok := User.objects.get(email="nok@example.com")):
        cuff = make_source(nok, source_type="blood_pressure", unit="mmHg", counting="level", digits=None, decimals=0)
    page.goto(page.url.replace(page.url.split("/sources/")[1], f"{cuff.public_id}/read/"))
    for value, shown in (("12", "12"), ("1350", "1,350")):
        page.fill("[name=value]", value)
        expect(page.locator("[data-hint]")).to_have_text(
            f"Such a value mostly lies between 30 and 280 mmHg. Is {shown} right?"
        )
    page.fill("[name=value]", "121")
    expect(page.locator("[data-hint]")).to_have_attribute("data-state", "first")


def test_the_summary_says_the_time_that_was_typed(visit: Callable[..., Page]) -> None:
    page = visit("/account/signup/")
    sign_up(page)
    make_first_meter(page)
    summary = page.locator("details.more summary span")
    expect(summary).to_have_text("Read just now")
    page.locator("details.more summary").click()
    page.fill("[name=recorded_at]", "2026-11-20T08:00")
    expect(summary).to_have_text("Read at 2026-11-20 08:00")
    page.fill("[name=recorded_at]", "")
    expect(summary).to_have_text("Read just now")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_first_value_that_may_mean_thousands_is_asked_about_while_it_is_typed_and_when_it_is_sent(
    sign_in: Callable[..., Page], transactional_db: None, javascript: bool
) -> None:
    meter = make_source(make_user("alice"), name="Water", digits=5)
    page = sign_in(meter.owner, f"/sources/{meter.public_id}/read/", java_script_enabled=javascript)
    asked = "Understood as 12.345: 12 and 345 thousandths. If the meter shows 12345, type that without point or comma."
    page.fill("[name=value]", "12,345")
    if javascript:
        expect(page.locator("[data-hint]")).to_contain_text(asked)
        expect(page.locator("[data-hint]")).to_have_attribute("data-state", "high")
    page.locator(".bar .primary").click()
    expect(page.locator(".big .errorlist")).to_contain_text(asked)
    assert stored(meter.owner) == []
    page.get_by_role("button", name="It is right, save it").click()
    page.wait_for_url(f"**/sources/{meter.public_id}/")
    assert stored(meter.owner) == ["12.345"]


def test_a_value_of_an_earlier_day_is_compared_with_its_neighbours_while_it_is_typed(
    sign_in: Callable[..., Page], transactional_db: None
) -> None:
    meter = make_source(make_user("alice"))
    now = datetime.now(UTC)
    make_readings(meter, range(1000, 1400, 80), start=now - timedelta(days=50), step=timedelta(days=10))
    page = sign_in(meter.owner, f"/sources/{meter.public_id}/read/")
    hint, save = page.locator("[data-hint]"), page.locator(".bar .primary")
    page.fill("[name=value]", "1200")
    expect(hint).to_have_attribute("data-state", "low")
    page.locator("details.more summary").click()
    page.fill("[name=recorded_at]", f"{(now - timedelta(days=25)).astimezone(meter.zone):%Y-%m-%dT%H:%M}")
    since = (now - timedelta(days=30)).astimezone(meter.zone)
    said = f"Since {since.day} {since:%b %Y}: +40 kWh, 8 a day. As usual."
    expect(hint).to_have_text(said)
    expect(hint).to_have_attribute("data-state", "usual")
    page.fill("[name=value]", "1245")
    expect(hint).to_have_text("1,245 is higher than the reading after it, 1,240. Is it right?")
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()); }")
    page.fill("[name=value]", "1200")
    expect(hint).to_have_text("Usual use is 7.2 to 8.8 kWh a day.")
    save.click()
    expect(page.locator(".toast")).to_contain_text(said)
