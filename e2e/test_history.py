"""A reading is corrected with a reason, put back to what it said, deleted, and put back; two people at once."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from homelog.testing import make_home, make_readings, make_source, make_user, share

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_the_life_of_a_reading(sign_in: Callable[..., Page], transactional_db: None, script: bool) -> None:
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    reading = make_readings(source, ["12619.1", "12630"])[0]
    page = sign_in(alice, reading.get_absolute_url(), java_script_enabled=script)
    other = page.context.new_page()
    other.goto(f"{reading.get_absolute_url()}correct/")

    page.click("main .acts >> text=Correct")
    page.fill("[name=value]", "12620.1")
    page.fill("[name=reason]", "mistyped")
    page.click("main .primary")
    if page.locator("[name=confirm]").count():
        page.click("[name=confirm]")
    expect(page.locator(".feed li").first).to_contain_text("You corrected 12,619.1 to 12,620.1 kWh on ")
    expect(page.locator(".feed li").first).to_contain_text(": mistyped")

    other.fill("[name=value]", "12621")
    other.click("main .primary")
    expect(other.locator(".errors")).to_contain_text("12,620.1 kWh, read on")
    expect(other.locator(".errors")).to_contain_text("12,621.0 kWh, read on")
    other.close()

    page.click("text=Put it back to this")
    expect(page.locator(".toast")).to_contain_text("Put back: 12,619.1 kWh")
    page.click("main .acts .danger")
    page.click("main .primary")
    expect(page.locator(".toast")).to_contain_text("Deleted: 12,619.1 kWh")
    page.goto(reading.get_absolute_url())
    expect(page.locator("h1")).to_have_text("This reading is deleted")
    page.goto(reading.get_absolute_url())
    page.click("text=Put it back")
    expect(page.locator(".feed li").first).to_contain_text("You put it back on ")


def test_two_people_correct_one_reading_at_once_and_nobody_loses_anything(
    sign_in: Callable[..., Page], transactional_db: None
) -> None:
    alice, bob = make_user("alice"), make_user("bob")
    source = make_source(alice, make_home(alice))
    reading = make_readings(source, ["12619.1", "12700"])[0]
    share(source, bob, "write")
    address = f"{reading.get_absolute_url()}correct/"
    hers, his = sign_in(alice, address), sign_in(bob, address)

    hers.fill("[name=value]", "12620.1")
    hers.click("main .primary")
    expect(hers.locator(".feed li").first).to_contain_text("You corrected 12,619.1 to 12,620.1 kWh")

    his.fill("[name=value]", "12621")
    with his.expect_response(lambda response: response.request.method == "POST") as answer:
        his.click("main .primary")
    assert answer.value.status == 409
    told = his.locator(".errors")
    for words in ("nothing was saved", "12,620.1 kWh, read on", "corrected by Alice on", "12,621.0 kWh, read on"):
        expect(told).to_contain_text(words)
    expect(his.locator("[name=value]")).to_have_value("12621")
    with acting_as(alice):
        reading.refresh_from_db()
    assert reading.value == Decimal("12620.1")

    his.click("main .primary")
    if his.locator("[name=confirm]").count():
        his.click("[name=confirm]")
    expect(his.locator(".feed li").first).to_contain_text("You corrected 12,620.1 to 12,621.0 kWh")
    expect(his.locator(".feed li").nth(1)).to_contain_text("Alice corrected 12,619.1 to 12,620.1 kWh")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_what_is_asked_of_a_correction_is_answered_beside_it_and_never_by_enter(
    sign_in: Callable[..., Page], transactional_db: None, script: bool
) -> None:
    alice = make_user("alice")
    reading = make_readings(make_source(alice, make_home(alice)), ["12619.1", "12630"])[0]
    page = sign_in(alice, f"{reading.get_absolute_url()}correct/", java_script_enabled=script)
    page.fill("[name=value]", "5")
    page.locator("main .bar .primary").click()
    answer = page.get_by_role("button", name="It is right, save it")
    field, button = page.locator("[name=value]").bounding_box(), answer.bounding_box()
    assert field is not None
    assert button is not None
    assert button["y"] - field["y"] - field["height"] < 150
    page.locator("[name=value]").press("Enter")
    page.wait_for_load_state()
    expect(answer).to_be_visible()
    with acting_as(alice):
        reading.refresh_from_db()
    assert reading.value == Decimal("12619.1")
    answer.click()
    expect(page.locator(".feed li").first).to_contain_text("You corrected 12,619.1 to 5.0 kWh")
