"""Links with a key behind "#", opened in a browser: what the server gets to see, and that one ends where one wanted."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import urlopen

import pytest
from django.core import mail
from django.core.signals import request_started
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.conftest import sideways, sign_up
from homelog.testing import make_home, make_user
from sources.invitations import make
from sources.models import Home, HomeMember, SourceInvitation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "seven-brass-kettles-9"


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """What stood in path, query and Referer of each request that the server got."""
    found: list[str] = []

    def note(environ: dict[str, Any], **kwargs: Any) -> None:
        parts = (environ.get(name, "") for name in ("PATH_INFO", "QUERY_STRING", "HTTP_REFERER"))
        found.append(" ".join(parts))

    request_started.connect(note)
    yield found
    request_started.disconnect(note)


@pytest.fixture
def home(transactional_db: None) -> Home:
    """Alice's home."""
    return make_home(make_user("alice"), "Flat")


@pytest.fixture
def key(home: Home) -> str:
    """Of an invitation to it."""
    alice = User.objects.get(username="alice")
    with acting_as(alice):
        return make(home, alice, "write")[1]


def key_in_mail() -> str:
    """The key of the link in the newest mail."""
    found = re.search(r"#(\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def unused() -> int:
    """How many invitations nobody accepted yet."""
    with acting_as(User.objects.get(username="alice")):
        return SourceInvitation.objects.filter(used_at=None).count()


def pasted(page: Page, key: str) -> None:
    """Do by hand what the script does otherwise."""
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Go on").click()


def test_an_invitation_opens_at_once_and_no_request_has_its_key_in_an_address(
    visit: Callable[..., Page], key: str, asked: list[str]
) -> None:
    page = visit("/account/login/")
    page.goto(f"/invitation/#{key}")
    expect(page.locator("h1")).to_have_text("Alice invites you to Flat")
    assert page.url.endswith("/invitation/offer/")
    assert len(asked) > 3
    assert [each for each in asked if key in each or key[:20] in each] == []
    page.go_back()
    page.wait_for_url("**/account/login/")
    assert unused() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_who_has_no_account_makes_one_on_the_way_and_is_in(
    visit: Callable[..., Page], home: Home, key: str, asked: list[str], scripts: bool
) -> None:
    page = visit(f"/invitation/#{key}", java_script_enabled=scripts)
    if not scripts:
        pasted(page, key)
    page.get_by_role("link", name="Make an account").click()
    sign_up(page)
    expect(page.locator("h1")).to_have_text("Alice invites you to Flat")
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url(f"**/homes/{home.public_id}/")
    with acting_as(home.created_by):
        assert HomeMember.objects.get(user__email="nok@example.com").home == home
    assert [each for each in asked if key in each] == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_new_password_is_set_by_the_link_in_the_mail(
    visit: Callable[..., Page], home: Home, asked: list[str], scripts: bool
) -> None:
    page = visit("/account/password/reset/", java_script_enabled=scripts)
    page.fill("[name=email]", "alice@example.com")
    page.click("main .primary")
    expect(page.locator("h1")).to_have_text("Look into your mail")
    key = key_in_mail()
    page.goto(f"/account/password/reset/key/#{key}")
    if not scripts:
        pasted(page, key)
    page.fill("[name=password1]", NEW)
    page.fill("[name=password2]", NEW)
    page.click("main .primary")
    expect(page.locator("h1")).to_have_text("Your new password is saved")
    assert User.objects.get(username="alice").check_password(NEW)
    assert [each for each in asked if key in each or key.partition("-")[2] in each] == []
    page.goto(f"/account/password/reset/key/#{key}")
    if not scripts:
        pasted(page, key)
    expect(page.locator(".errors")).to_contain_text("This key does not work.")
    assert key not in page.url or not scripts


@pytest.mark.parametrize("old", ["/invitations/{key}/", "/invitation/%23{key}"])
@pytest.mark.parametrize("scripts", [True, False])
def test_links_of_before_and_those_that_a_scanner_wrote_anew_lead_there_too(
    visit: Callable[..., Page], key: str, old: str, scripts: bool
) -> None:
    page = visit(old.format(key=key), java_script_enabled=scripts)
    if not scripts:
        expect(page.get_by_text("Paste the link that you were sent")).to_be_visible()
        pasted(page, old.format(key=key))
    expect(page.locator("h1")).to_have_text("Alice invites you to Flat")


def test_another_link_in_the_same_tab_and_places_on_the_page_are_told_apart(
    visit: Callable[..., Page], key: str
) -> None:
    page = visit("/invitation/#no-such-key-as-this-one")
    error = page.locator(".errors")
    expect(error).to_contain_text("There is no such invitation.")
    expect(page.get_by_label("Key")).to_have_value("no-such-key-as-this-one")
    error.get_by_role("link", name="Key").click()
    expect(page.get_by_label("Key")).to_be_focused()
    page.evaluate("location.hash = '#main'")
    expect(page.get_by_label("Key")).to_have_value("no-such-key-as-this-one")
    page.evaluate(f"location.hash = '#{key}'")
    expect(page.locator("h1")).to_have_text("Alice invites you to Flat")


def test_a_scanner_of_mail_that_runs_no_scripts_uses_nothing_up(live_server: Any, home: Home, key: str) -> None:
    for address in (f"/invitation/#{key}", f"/invitations/{key}/"):
        with urlopen(live_server.url + address) as answer:  # noqa: S310 - the site of this test
            assert answer.status == 200
    assert unused() == 1


def test_a_person_of_the_household_takes_the_link_on_a_phone_without_signing_in_twice(
    sign_in: Callable[..., Page], home: Home, key: str
) -> None:
    page = sign_in(make_user("bob"), f"/invitation/#{key}", has_touch=True)
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url(f"**/homes/{home.public_id}/")
    page.goto(f"/invitation/#{key}")
    page.wait_for_url(f"**/homes/{home.public_id}/")


@pytest.mark.parametrize("path", ["/invitation/", "/account/password/reset/key/"])
def test_the_pages_for_a_key_are_accessible_on_every_screen(
    path: str, visit: Callable[..., Page], view: dict[str, Any], axe: Callable[[Page], list[str]], home: Home
) -> None:
    page = visit(path, **view)
    assert (axe(page), sideways(page)) == ([], 0)
    pasted(page, "no")
    expect(page.locator(".errors")).to_be_visible()
    assert (axe(page), sideways(page)) == ([], 0)
