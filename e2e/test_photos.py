"""A photo and details of a reading in the browser, with JavaScript and without."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from e2e.conftest import sideways
from homelog.testing import make_home, make_readings, make_source, make_user
from readings.models import Reading
from sources.models import DataSource
from sources.picture_files import path
from sources.tests.images import encoded, image, size_of, turned

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


@pytest.fixture
def meter(transactional_db: None) -> DataSource:
    """Alice's meter, read three times."""
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    make_readings(source)
    return source


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures as a phone has them."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "large.jpg").write_bytes(encoded(made=image(3000, 2000), quality=100, exif=b""))
    (folder / "noise.png").write_bytes(encoded("PNG", Image.effect_noise((2400, 1800), 60).convert("RGB")))
    (folder / "turned.jpg").write_bytes(turned())
    (folder / "no.jpg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return folder


def newest(source: DataSource) -> Reading:
    with acting_as(source.owner):
        return Reading.objects.of(source).order_by("-recorded_at")[0]


def enter(page: Page, value: str) -> None:
    """Type a value and open the fold."""
    page.get_by_label("New reading").fill(value)
    page.locator("details.more summary").click()


@pytest.mark.parametrize("script", [True, False])
def test_a_photo_is_brought_seen_replaced_and_removed(
    script: bool, meter: DataSource, files: Path, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(meter.owner, f"/sources/{meter.public_id}/read/", java_script_enabled=script)
    enter(page, "126")
    page.get_by_label("Photo").set_input_files(files / "turned.jpg")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/sources/{meter.public_id}/")
    reading = newest(meter)
    assert size_of(path(reading.photo.name).read_bytes()) == (48, 64)

    its_page = re.compile(f"/readings/{reading.public_id}/(#.*)?$")
    page.goto(f"/sources/{meter.public_id}/readings/{reading.public_id}/")
    seen = page.locator(".photo img")
    seen.scroll_into_view_if_needed()
    expect(seen).to_have_js_property("complete", True)
    assert seen.evaluate("image => image.naturalWidth") == 48
    assert sideways(page) == 0
    page.get_by_role("link", name="Replace or remove").click()
    page.get_by_label("Photo", exact=False).first.set_input_files(files / "large.jpg")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(its_page)
    assert size_of(path(newest(meter).photo.name).read_bytes()) == (1600, 1067)

    page.get_by_role("link", name="Replace or remove").click()
    page.get_by_label("Remove the photo").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(its_page)
    expect(page.locator(".photo")).to_have_count(0)
    expect(page.get_by_text("Photo: removed")).to_be_visible()
    assert newest(meter).photo.name == ""


@pytest.mark.parametrize("script", [True, False])
def test_what_is_no_picture_is_refused_and_a_good_one_waits(
    script: bool, meter: DataSource, files: Path, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(meter.owner, f"/sources/{meter.public_id}/read/", java_script_enabled=script)
    enter(page, "99999")
    page.get_by_label("Photo").set_input_files(files / "no.jpg")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is no picture that can be read here.").first).to_be_visible()
    expect(page.get_by_label("New reading")).to_have_value("99999")

    page.get_by_label("Photo").set_input_files(files / "turned.jpg")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The picture you chose is kept")).to_be_visible()
    page.get_by_role("button", name="It is right, save it").click()
    page.wait_for_url(f"**/sources/{meter.public_id}/")
    assert (newest(meter).value, bool(newest(meter).photo)) == (99999, True)


def test_a_large_picture_is_shown_and_made_smaller_before_it_is_sent(
    meter: DataSource, files: Path, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(meter.owner, f"/sources/{meter.public_id}/read/", has_touch=True)
    enter(page, "126")
    expect(page.get_by_role("button", name="Take a photo")).to_be_visible()
    field = page.get_by_label("Photo")
    field.set_input_files(files / "noise.png")
    expect(page.get_by_role("img", name="The chosen picture")).to_be_visible()
    assert sideways(page) == 0

    page.get_by_role("button", name="Without a picture").click()
    assert field.evaluate("input => input.files.length") == 0
    expect(page.get_by_role("img", name="The chosen picture")).to_be_hidden()
    field.set_input_files(files / "noise.png")
    page.evaluate(
        """() => document.querySelector("form.entry").addEventListener("submit", (event) => {
            if (!event.defaultPrevented) sessionStorage.sent = document.querySelector("[data-picture]").files[0].size;
        })"""
    )
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/sources/{meter.public_id}/")
    assert int(page.evaluate("sessionStorage.sent")) < (files / "noise.png").stat().st_size / 2
    assert size_of(path(newest(meter).photo.name).read_bytes()) == (1600, 1200)


def test_take_a_photo_opens_the_camera_and_choosing_the_gallery(
    meter: DataSource, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(meter.owner, f"/sources/{meter.public_id}/read/", has_touch=True)
    enter(page, "126")
    page.evaluate(
        """() => document.querySelector("[data-picture]").addEventListener("click", (event) => {
            document.body.dataset.capture = event.target.getAttribute("capture") ?? "none";
        })"""
    )
    with page.expect_file_chooser():
        page.get_by_role("button", name="Take a photo").click()
    assert page.evaluate("document.body.dataset.capture") == "environment"
    with page.expect_file_chooser():
        page.get_by_label("Photo").click()
    assert page.evaluate("document.body.dataset.capture") == "none"


def test_details_get_rows_as_needed(meter: DataSource, sign_in: Callable[..., Page]) -> None:
    page = sign_in(meter.owner, f"/sources/{meter.public_id}/read/")
    enter(page, "126")
    rows = page.locator(".rows > div")
    expect(rows).to_have_count(1)
    page.get_by_label("Name of detail 1").fill("Weather")
    page.get_by_label("Value of detail 1").fill("sunny")
    page.get_by_role("button", name="Another detail").click()
    expect(page.get_by_label("Name of detail 2")).to_be_focused()
    page.keyboard.type("Outside")
    page.get_by_label("Value of detail 2").fill("7 °C")
    for _row in range(18):
        page.get_by_role("button", name="Another detail").click()
    expect(page.get_by_role("button", name="Another detail")).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/sources/{meter.public_id}/")
    assert newest(meter).metadata == {"Weather": "sunny", "Outside": "7 °C"}


def test_details_without_javascript(meter: DataSource, sign_in: Callable[..., Page]) -> None:
    page = sign_in(meter.owner, f"/sources/{meter.public_id}/read/", java_script_enabled=False)
    enter(page, "126")
    expect(page.locator(".rows > div")).to_have_count(3)
    page.get_by_label("Name of detail 2").fill("Weather")
    page.get_by_label("Value of detail 2").fill("sunny")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/sources/{meter.public_id}/")
    assert newest(meter).metadata == {"Weather": "sunny"}
