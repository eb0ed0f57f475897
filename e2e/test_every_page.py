"""Every page on a phone and a desktop, light and dark: no accessibility violation, no sideways scroll."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from PIL import Image
from playwright.sync_api import Page

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from e2e.conftest import DESKTOP, PHONE, sideways
from homelog.idp.testing import played_by
from homelog.testing import PASSWORD, make_home, make_readings, make_source, make_sum, make_user, share
from readings.models import ImportDraft
from sources.invitations import make
from sources.models import DataSource, Home

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def both_offered() -> Iterator[None]:
    """LINE and Google have their buttons; nobody presses them here."""
    with played_by(SimpleNamespace(client_id="demo", secret="demo", url="http://127.0.0.1:9")):  # type: ignore[arg-type]
        yield


@pytest.fixture
def household(transactional_db: None) -> tuple[User, Home, DataSource]:
    """Alice with a home, three meters of different kinds, two years of readings, a rule and a share."""
    alice, bob = make_user("alice"), make_user("bob")
    home = make_home(alice)
    start = datetime.now(UTC) - timedelta(days=700)
    source = make_source(alice, home, place_name="Hallway cupboard")
    make_readings(source, range(1000, 1720, 10), start=start, step=timedelta(days=9.7))
    plain: dict[str, Any] = {"decimals": 0, "digits": None, "meter_number": "BP 1"}
    pressure = make_source(
        alice, home, name="Upper", source_type="blood_pressure", unit="mmHg", counting="level", **plain
    )
    make_readings(pressure, ["120", "131", "124"], start=start + timedelta(days=650), step=timedelta(days=7))
    make_source(alice, home, name="Lower", source_type="blood_pressure", unit="mmHg", counting="level", **plain)
    other = make_source(alice, home, name="Other arm", source_type="blood_pressure", unit="mmHg", counting="level")
    make_readings(other, ["118", "127"], start=start + timedelta(days=650), step=timedelta(days=9))
    fuel = make_source(alice, home, name="Pellets", source_type="pellets", unit="kg", counting="amount", decimals=0)
    make_readings(fuel, ["15", "30"], start=start + timedelta(days=650), step=timedelta(days=20))
    make_sum(alice, home, [source])
    with acting_as(alice):
        source.validators.create(non_decreasing=True)
        source.meter_changes.create(changed_at=start - timedelta(days=1), old_final=7, new_initial=0, old_number="A 1")
        first, last = source.readings.order_by("recorded_at")[0], source.readings.order_by("recorded_at")[2]
        first.notes, first.change_reason = "by torch", "the note was missing"
        first.save()
        last.delete()
        home.members.create(user=make_user("charlie"), level="read", granted_by=alice)
        make(source, alice, "read", "dora@example.com")
    share(source, bob, "admin")
    return alice, home, source


SEVERAL = (
    b"date;Day kWh;Night kWh\n03/04/2024;10;5\n14/05/2024;30;4\n15/06/2024;20;9\n16/06/2024;x;9\n17/06/2024;45;9\n"
)
"""A file with all that the preview can ask: two meters, falls, a row that is refused."""


def paths(page: Page, home: Home, source: DataSource) -> list[str]:
    """The pages of a signed-in person, who came with an invitation."""
    with acting_as(source.owner):
        reading = source.readings.all()[0]
        corrected = source.readings.get(notes="by torch")
        gone = AuditLog.objects.get(source_id=source.pk, event_type="delete_reading").reading_id
        others = [other.public_id for other in DataSource.objects.exclude(pk=source.pk)]
        total = source.part_of.get().source.public_id
        change = source.meter_changes.get()
        share_id = source.shares.get().public_id
        DataSource.objects.filter(pk=source.pk).update(is_public=True)
        about = {"file_name": "meters.csv", "content": SEVERAL, "created_by": source.owner}
        drafts = [ImportDraft.objects.create(**about, **place) for place in ({"source": source}, {"home": home})]
    inviter = make_user("inviter")
    theirs = make_source(inviter, make_home(inviter, "Cottage"), name="Pump")
    with acting_as(inviter):
        key = make(theirs, inviter, "write")[1]
    page.goto(f"/invitation/#{key}")
    page.wait_for_url("**/invitation/offer/")
    at = f"/sources/{source.public_id}"
    days = [(datetime.now(UTC) - timedelta(days=each)).date() for each in (90, 60)]
    return [
        f"/homes/{home.public_id}/",
        f"/homes/{home.public_id}/use/",
        f"/homes/{home.public_id}/year/{datetime.now(UTC).year}/",
        f"/homes/{home.public_id}/edit/",
        f"/homes/{home.public_id}/history/",
        "/homes/new/",
        f"/homes/{home.public_id}/order/",
        "/read/",
        f"/read/today/?home={home.public_id}",
        "/read/labels/",
        "/read/sheet/",
        "/read/kept/",
        "/sources/",
        "/sources/new/",
        "/sources/new/?kind=water",
        "/sources/new/sum/",
        f"/sources/{total}/parts/",
        f"/sources/{total}/use/?from={days[0]}&to={days[1]}",
        f"{at}/",
        *(f"/sources/{other}/" for other in others),
        f"{at}/?by=day",
        f"{at}/?by=week",
        f"{at}/?by=year",
        f"{at}/use/?from={days[0]}&to={days[1]}",
        f"/sources/{others[0]}/read/",
        f"{at}/read/",
        f"{at}/read/?round=1",
        f"{at}/readings/",
        f"{at}/readings/{reading.public_id}/",
        f"{at}/readings/{corrected.public_id}/",
        f"{at}/readings/{gone}/",
        f"{at}/readings/{reading.public_id}/correct/",
        f"{at}/readings/{reading.public_id}/delete/",
        f"{at}/edit/",
        f"{at}/rules/",
        f"{at}/meter-changes/",
        f"{at}/meter-changes/add/",
        f"{at}/meter-changes/add/?after={reading.public_id}",
        f"{at}/meter-changes/{change.public_id}/",
        f"{at}/import/",
        f"{at}/export/",
        f"/homes/{home.public_id}/export/?format=csv&since=2026-02-01&until=2026-01-01",
        f"{at}/import/{drafts[0].public_id}/",
        f"/homes/{home.public_id}/import/",
        f"/homes/{home.public_id}/import/{drafts[1].public_id}/",
        f"{at}/history/",
        f"{at}/sharing/",
        f"{at}/sharing/{share_id}/end/",
        f"{at}/hand-over/",
        f"{at}/delete/",
        f"/homes/{home.public_id}/delete/",
        f"/homes/{home.public_id}/sharing/",
        "/invitation/",
        "/account/password/reset/key/",
        "/invitation/offer/",
        f"/p/{source.public_id}/",
        "/account/",
        "/account/devices/",
        "/api/v1/docs/",
        "/account/email/",
        "/account/password/change/",
        "/account/logout/",
        "/offline/",
        "/no/such/page/",
    ]


def delicate(page: Page, alice: User) -> list[str]:
    """The pages of Alice's ways in, once she gave her password anew: they are shown for a while, so they come first."""
    page.goto("/account/reauthenticate/?next=/account/second-factor/")
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    page.wait_for_url("**/account/second-factor/")
    at = "/account/second-factor"
    key = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Key", "credential": {}})
    RecoveryCodes.activate(alice)
    SocialAccount.objects.create(user=alice, provider="line", uid="U1", extra_data={"name": "Alice"})
    return [
        f"{at}/totp/activate/",
        f"{at}/webauthn/",
        f"{at}/webauthn/keys/{key.pk}/edit/",
        f"{at}/webauthn/keys/{key.pk}/remove/",
        f"{at}/recovery-codes/",
        f"{at}/recovery-codes/generate/",
        f"{at}/",
        "/account/connections/",
        "/account/delete/",
        "/account/data/",
        "/account/keys/",
        "/account/reauthenticate/",
    ]


SMALL = """[...document.querySelectorAll('button, .btn, nav a, summary, select, input:not([type=hidden])')]
.filter((e) => e.checkVisibility() && !e.closest('.check, td'))
.map((e) => (e.type === 'radio' ? e.closest('label') : e))
.map((e) => [e.outerHTML.slice(0, 90), Math.round(e.getBoundingClientRect().height)])
.filter(([, height]) => height > 0 && height < 44)"""
"""The touch targets that are too small, and how high they are."""


def test_on_a_phone_every_page_is_accessible_fits_and_can_be_hit_by_a_thumb(
    household: tuple[User, Home, DataSource], sign_in: Callable[..., Page], axe: Callable[..., list[str]]
) -> None:
    alice, home, source = household
    page = sign_in(alice, has_touch=True, color_scheme="light")
    wrong = {}
    for path in [*delicate(page, alice), *paths(page, home, source)]:
        page.goto(path)
        found = [axe(page), sideways(page), page.evaluate(SMALL)]
        page.emulate_media(color_scheme="dark")
        found.append(axe(page, "color-contrast"))
        page.set_viewport_size({"width": 320, "height": 640})
        found.append(sideways(page))
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        if any(found):
            wrong[path] = found
    assert wrong == {}


def test_on_a_desktop_every_page_is_accessible_and_fits(
    household: tuple[User, Home, DataSource], sign_in: Callable[..., Page], axe: Callable[..., list[str]]
) -> None:
    alice, home, source = household
    page = sign_in(alice, viewport=DESKTOP, color_scheme="dark")
    wrong = {}
    for path in [*delicate(page, alice), *paths(page, home, source)]:
        page.goto(path)
        # What every rule says of a page it said on the phone; colours lie over others here.
        found = [axe(page, "color-contrast"), sideways(page)]
        page.emulate_media(color_scheme="light")
        found.append(axe(page, "color-contrast"))
        page.emulate_media(color_scheme="dark")
        if any(found):
            wrong[path] = found
    assert wrong == {}


@pytest.mark.parametrize("view", ["phone-dark", "desktop-light"], indirect=True)
@pytest.mark.parametrize(("count", "named"), [(8, 8), (60, 0)])
def test_a_round_through_many_meters_is_one_bar_that_fits(
    transactional_db: None, sign_in: Callable[..., Page], view: dict[str, Any], count: int, named: int
) -> None:
    alice = make_user("alice")
    home = make_home(alice)
    meters = [make_source(alice, home, name=f"Flat {number:02}, cold water") for number in range(1, count + 1)]
    page = sign_in(alice, f"/sources/{meters[5].public_id}/read/?round=1", **view)
    assert page.locator(".steps a").count() == named
    assert page.locator(".along").all_inner_texts() == ([] if named else ["6 of 60"])
    assert sideways(page) == 0


@pytest.mark.parametrize("view", ["phone-dark", "desktop-light"], indirect=True)
def test_nothing_moves_in_a_chart_that_is_pointed_at(
    household: tuple[User, Home, DataSource], sign_in: Callable[..., Page], view: dict[str, Any]
) -> None:
    alice, _, source = household
    page = sign_in(alice, f"/sources/{source.public_id}/", **view)
    top = "document.querySelector('.chart .plot').getBoundingClientRect().top + scrollY"
    before, tops = page.evaluate(top), set()
    for slot in page.locator(".slot .hit").all():
        # The bars of the slot lie over its middle.
        slot.hover(force=True)
        assert page.locator("[data-tip-out]").inner_text()
        tops.add(page.evaluate(top))
    assert tops == {before}


def test_a_table_shows_at_its_edge_that_it_goes_on_only_where_it_does(
    household: tuple[User, Home, DataSource], sign_in: Callable[..., Page]
) -> None:
    alice, _, source = household
    page = sign_in(alice, f"/sources/{source.public_id}/", viewport={"width": 1280, "height": 800})
    table = page.locator("section[aria-labelledby=readings] .scroll")
    for narrow in (False, True):
        table.evaluate("(box, narrow) => { box.style.maxWidth = narrow ? '200px' : ''; }", narrow)
        drawn = Image.open(BytesIO(table.screenshot())).convert("RGB")
        edge = {drawn.getpixel((drawn.width - 3, y)) for y in range(4, 12)}
        assert (edge != {(255, 255, 255)}) is narrow


@pytest.mark.parametrize("view", ["phone-dark", "desktop-light"], indirect=True)
def test_what_was_used_is_in_view_beside_each_reading(
    household: tuple[User, Home, DataSource], sign_in: Callable[..., Page], view: dict[str, Any]
) -> None:
    alice, _, source = household
    page = sign_in(alice, f"/sources/{source.public_id}/", **view)
    table = page.locator("section[aria-labelledby=readings]")
    narrow = view["has_touch"]
    assert [each.is_visible() for each in table.locator("tbody tr:first-child .tight").all()] == [narrow] * 2
    assert table.locator("tbody tr:first-child .roomy").first.is_visible() is not narrow
    box, shown = table.bounding_box(), table.locator("tbody tr:first-child td").first.bounding_box()
    assert box is not None
    assert shown is not None
    assert shown["x"] + shown["width"] <= box["x"] + box["width"]
