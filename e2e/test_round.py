"""A reading round on a phone: four meters, one of them with two registers; a doubtful value, a skip, and the end."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, make_user
from readings.models import Reading
from sources.models import DataSource, Home

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

METERS = (("Attic", ""), ("Bath", ""), ("Power, day", "M 1"), ("Power, night", "M 1"), ("Cellar", ""))


@pytest.fixture
def household(transactional_db: None) -> tuple[User, Home]:
    """Alice with five sources of four meters, each read every ten days, 8 a day, and due since yesterday."""
    alice = make_user("alice")
    home = make_home(alice)
    for place, (name, number) in enumerate(METERS, 1):
        source = make_source(alice, home, name=name, meter_number=number, position=place)
        start = datetime.now(UTC) - timedelta(days=51)
        make_readings(source, range(1000, 1400, 80), start=start, step=timedelta(days=10))
    return alice, home


def stored(alice: User) -> dict[str, list[str]]:
    """What was written down since, by source."""
    with acting_as(alice):
        found = Reading.objects.filter(recorded_at__gt=datetime.now(UTC) - timedelta(days=1))
        rows = found.order_by("source__name").values_list("source__name", "value", "quality_flag")
        return {name: [f"{value:f}", quality] for name, value, quality in rows}


def save(page: Page) -> None:
    page.locator(".bar .primary").click()
    page.wait_for_load_state()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_round_from_the_first_meter_to_the_end(
    household: tuple[User, Home], sign_in: Callable[..., Page], javascript: bool
) -> None:
    alice, home = household
    page = sign_in(alice, f"/read/?home={home.public_id}", has_touch=True, java_script_enabled=javascript)
    expect(page.locator("h1")).to_have_text("Attic")
    page.fill("[name=value]", "1400")
    save(page)
    expect(page.locator("h1")).to_have_text("Bath")
    page.get_by_role("button", name="Skip for today").click()
    expect(page.locator("h1")).to_have_text("Power")
    day, night = page.get_by_label("Power, day"), page.get_by_label("Power, night")
    expect(day).to_be_focused()
    day.fill("1401")
    night.fill("9999")
    save(page)
    expect(page.locator("main")).to_contain_text("1,401.0 kWh saved.")
    expect(night).to_have_value("9999")
    assert set(stored(alice)) == {"Attic", "Power, day"}
    page.get_by_role("button", name="It is right, save it").click()
    expect(page.locator("h1")).to_have_text("Cellar")
    page.fill("[name=value]", "1402")
    save(page)
    expect(page.locator("h1")).to_have_text("The round is done")
    assert stored(alice) == {
        "Attic": ["1400", "good"],
        "Cellar": ["1402", "good"],
        "Power, day": ["1401", "good"],
        "Power, night": ["9999", "questionable"],
    }
    main = page.locator("main")
    expect(main).to_contain_text("80.0 kWh since the last reading")
    expect(page.locator(".feed .pill")).to_have_text("questionable")
    page.locator(".menu").get_by_role("link", name="Bath Read it now").click()
    page.fill("[name=value]", "1390")
    save(page)
    expect(page.locator("h1")).to_have_text("The round is done")
    page.get_by_role("button", name="Undo Power, night").click()
    expect(page.get_by_label("Power, night")).to_have_value("9999")
    assert "Power, night" not in stored(alice)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_who_comes_from_a_meter_goes_back_to_it_and_may_go_on_from_there(
    household: tuple[User, Home], sign_in: Callable[..., Page], javascript: bool
) -> None:
    alice, _ = household
    with acting_as(alice):
        source = DataSource.objects.get(name="Bath")
    page = sign_in(alice, source.get_absolute_url(), has_touch=True, java_script_enabled=javascript)
    page.get_by_role("link", name="Add reading").click()
    expect(page.locator("h1")).to_have_text("Bath")
    expect(page.get_by_role("navigation", name="Reading round")).to_have_count(0)
    page.fill("[name=value]", "1400")
    save(page)
    expect(page.locator("h1")).to_have_text("Bath")
    expect(page.locator(".toast p")).to_have_text(re.compile(r"Bath: 1,400 kWh saved\. .* 3 more are due$"))
    page.get_by_role("link", name="3 more are due").click()
    expect(page.get_by_label("Power, day")).to_be_visible()
    expect(page.get_by_role("navigation", name="Reading round")).to_be_visible()
    assert stored(alice) == {"Bath": ["1400", "good"]}


def test_a_round_survives_a_closed_phone(household: tuple[User, Home], sign_in: Callable[..., Page]) -> None:
    alice, _ = household
    page = sign_in(alice, "/read/")
    page.get_by_role("button", name="Skip for today").click()
    expect(page.locator("h1")).to_have_text("Bath")
    state: Any = page.context.storage_state()
    browser = page.context.browser
    assert browser is not None
    again = browser.new_context(base_url=page.url.split("/sources/")[0], storage_state=state)
    other = again.new_page()
    other.goto("/read/")
    expect(other.locator("h1")).to_have_text("Bath")
    again.close()


def test_each_register_is_judged_while_typing_and_enter_moves_on(
    household: tuple[User, Home], sign_in: Callable[..., Page]
) -> None:
    alice, _ = household
    with acting_as(alice):
        source = DataSource.objects.get(name="Power, day")
    page = sign_in(alice, f"/sources/{source.public_id}/read/")
    day, night = page.get_by_label("Power, day"), page.get_by_label("Power, night")
    hints = page.locator("[data-hint]")
    day.press_sequentially("9999")
    expect(hints.first).to_have_attribute("data-state", "high")
    expect(hints.last).to_have_text(re.compile("^Usual use is"))
    day.press("Enter")
    expect(night).to_be_focused()
    assert stored(alice) == {}
    night.press_sequentially("1400")
    expect(hints.last).to_have_text(re.compile(r"^\+80 kWh"))
    night.press("Enter")
    expect(day).to_be_focused()
    expect(page.locator("main")).to_contain_text("1,400.0 kWh saved.")
    assert set(stored(alice)) == {"Power, night"}


def test_enter_never_presses_an_answer_where_there_is_no_script(
    household: tuple[User, Home], sign_in: Callable[..., Page]
) -> None:
    alice, _ = household
    page = sign_in(alice, "/read/", java_script_enabled=False)
    page.fill("[name=value]", "7")
    save(page)
    expect(page.get_by_role("button", name="It is right, save it")).to_be_visible()
    page.locator("[name=value]").press("Enter")
    page.wait_for_load_state()
    expect(page.get_by_role("button", name="It is right, save it")).to_be_visible()
    assert stored(alice) == {}


def test_two_registers_fit_a_small_phone_with_its_keyboard_open(
    household: tuple[User, Home], sign_in: Callable[..., Page]
) -> None:
    alice, _ = household
    with acting_as(alice):
        source = DataSource.objects.get(name="Power, night")
    page = sign_in(alice, f"/sources/{source.public_id}/read/", viewport={"width": 390, "height": 500})
    button: Any = page.locator(".bar .primary").bounding_box()
    assert button["y"] + button["height"] <= 500
    for field in page.locator("input.register").all():
        box: Any = field.bounding_box()
        assert box["y"] + box["height"] <= button["y"]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_walking_order_is_changed_with_a_tap(
    household: tuple[User, Home], sign_in: Callable[..., Page], javascript: bool
) -> None:
    alice, home = household
    page = sign_in(alice, f"/homes/{home.public_id}/order/", java_script_enabled=javascript)
    page.get_by_role("button", name="Move Bath up").click()
    expect(page.locator("body")).to_contain_text("Bath is now number 1 of 5.")
    if javascript:
        expect(page.get_by_role("button", name="Move Bath down")).to_be_focused()
    page.reload()
    expect(page.locator(".order li").first).to_contain_text("Bath")


def test_the_walking_order_is_changed_by_dragging(household: tuple[User, Home], sign_in: Callable[..., Page]) -> None:
    alice, home = household
    page = sign_in(alice, f"/homes/{home.public_id}/order/")
    grips = page.locator(".grip")
    start: Any = grips.nth(4).bounding_box()
    end: Any = grips.nth(1).bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + 40, steps=12)
    page.mouse.move(end["x"] + 5, end["y"], steps=5)
    page.mouse.up()
    expect(page.locator("[data-out]")).to_have_text("Cellar is now number 2 of 5.")
    page.reload()
    expect(page.locator(".order li").nth(1)).to_contain_text("Cellar")


def test_labels_are_printed_two_in_a_row_on_both_papers(
    household: tuple[User, Home], sign_in: Callable[..., Page]
) -> None:
    alice, home = household
    page = sign_in(alice, f"/read/labels/?home={home.public_id}")
    page.evaluate("window.print = () => document.body.classList.add('printed')")
    page.get_by_role("button", name="Print").click()
    expect(page.locator("body")).to_have_class(re.compile("printed"))
    page.emulate_media(media="print")
    for width in (718, 740):  # 190 and 196 mm: A4 and Letter within their margins
        page.set_viewport_size({"width": width, "height": 1000})
        boxes: list[Any] = [label.bounding_box() for label in page.locator(".labels li").all()]
        assert [box["y"] for box in boxes[:2]] == [boxes[0]["y"]] * 2
        assert boxes[2]["y"] > boxes[0]["y"]
        assert boxes[1]["x"] + boxes[1]["width"] <= width
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
