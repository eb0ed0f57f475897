"""Signing up, in and out, connecting and disconnecting with LINE and Google, and a passkey, in a browser."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site_settings
from django.test import override_settings
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.conftest import sideways
from homelog.idp.server import DemoIdp
from homelog.idp.testing import FIRST, GOOGLE_ALICE, GWEN, LINE_NOK, LINE_PLOY, OTTO, played_by
from homelog.testing import PASSWORD, make_home, make_user
from sources.invitations import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LABEL = {"line": "Log in with LINE", "google": "Continue with Google"}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoIdp]:
    """It runs for all tests here: keys take a while to make."""
    idp = DemoIdp()
    idp.start()
    yield idp
    idp.stop()


@pytest.fixture
def idp(server: DemoIdp, transactional_db: None, live_server: Any) -> Iterator[DemoIdp]:
    """A server on the loopback plays both, and the pages' policy knows it, as settings do at the start."""
    server.reset()
    policy = site_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    allowed = {"DIRECTIVES": {**policy, "form-action": [*policy["form-action"], server.url]}}
    hosts = [urlsplit(live_server.url).netloc]
    with played_by(server), override_settings(CONTENT_SECURITY_POLICY=allowed, SIGN_IN_HOSTS=hosts):
        yield server


def agree(page: Page, sub: str) -> None:
    """Choose somebody at the provider."""
    page.locator(f"[href*='as={sub}']").click()


@pytest.mark.parametrize(("provider", "scripts"), [("line", False), ("google", True)])
def test_somebody_signs_up_out_and_in(visit: Callable[..., Page], idp: DemoIdp, provider: str, scripts: bool) -> None:
    page = visit("/account/login/", java_script_enabled=scripts)
    page.get_by_role("button", name=LABEL[provider]).click()
    agree(page, FIRST[provider])
    expect(page.locator("h1")).to_have_text("Make an account")
    page.click("main .primary")
    page.wait_for_url(lambda url: "/account/" not in url)
    person = User.objects.get()
    assert person.display_name in {"Nok Suwan", "Gwen Hale"}
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name=LABEL[provider]).click()
    agree(page, FIRST[provider])
    page.wait_for_url(lambda url: "/account/" not in url)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "sub", "label"), [("LINE", LINE_NOK, "Nok Suwan"), ("Google", GWEN, "gwen@example.com")]
)
def test_somebody_connects_and_disconnects(
    sign_in: Callable[..., Page], idp: DemoIdp, name: str, sub: str, label: str
) -> None:
    page = sign_in(make_user("alice"), "/account/connections/")
    page.get_by_role("button", name=f"Connect {name}", exact=True).click()
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    agree(page, sub)
    expect(page.get_by_text(label)).to_be_visible()
    page.get_by_role("button", name=f"Disconnect {name}").click()
    expect(page.get_by_role("button", name=f"Connect {name}", exact=True)).to_be_visible()


def test_who_is_invited_sees_by_whom_and_comes_back_by_way_of_line(visit: Callable[..., Page], idp: DemoIdp) -> None:
    alice = make_user("alice")
    home = make_home(alice, "Flat")
    with acting_as(alice):
        key = make(home, alice, "write")[1]
    page = visit(f"/invitation/#{key}", viewport={"width": 320, "height": 640})
    expect(page.locator("h1")).to_have_text("Alice invites you to Flat")
    assert sideways(page) == 0
    page.get_by_role("link", name="Make an account").click()
    page.get_by_role("button", name=LABEL["line"]).click()
    agree(page, LINE_NOK)
    page.click("main .primary")
    expect(page.locator("h1")).to_have_text("Alice invites you to Flat")
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url(f"**/homes/{home.public_id}/")


def test_who_turns_back_and_who_has_an_account_is_told_the_way(visit: Callable[..., Page], idp: DemoIdp) -> None:
    make_user("alice")
    page = visit("/account/login/")
    page.get_by_role("button", name=LABEL["google"]).click()
    page.click(".cancel")
    expect(page.locator("h1")).to_have_text("You turned back")
    page.get_by_role("link", name="Choose another way").click()
    page.get_by_role("button", name=LABEL["google"]).click()
    agree(page, GOOGLE_ALICE)
    expect(page.locator("h1")).to_have_text("You have an account already")


@pytest.mark.parametrize(("provider", "name", "scripts"), [("line", "LINE", False), ("google", "Google", True)])
def test_who_came_by_it_alone_shows_once_more_that_it_is_them(
    visit: Callable[..., Page], idp: DemoIdp, axe: Callable[[Page], list[str]], provider: str, name: str, scripts: bool
) -> None:
    page = visit("/account/login/", java_script_enabled=scripts, viewport={"width": 320, "height": 640})
    page.get_by_role("button", name=LABEL[provider]).click()
    agree(page, FIRST[provider])
    page.click("main .primary")
    page.wait_for_url(lambda url: "/account/" not in url)
    page.goto("/account/password/set/")
    expect(page.locator("h1")).to_have_text("Is it you?")
    assert (axe(page) if scripts else [], sideways(page)) == ([], 0)
    again = page.get_by_role("button", name=f"Sign in with {name} again, to show that it is you")
    again.click()
    page.click(".cancel")
    expect(page.get_by_text("You turned back. Nothing was changed.")).to_be_visible()
    again.click()
    agree(page, {"line": LINE_PLOY, "google": OTTO}[provider])
    expect(page.get_by_text("is not the one that is connected here")).to_be_visible()
    page.get_by_role("link", name="Begin again").click()
    again.click()
    agree(page, FIRST[provider])
    page.wait_for_url("**/account/password/set/")
    expect(page.locator("[name=password1]")).to_be_visible()


def test_a_passkey_is_added_and_signs_in(
    visit: Callable[..., Page], sign_in: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    make_user("alice")
    page = sign_in(User.objects.get(), "/account/second-factor/webauthn/add/")
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    page.wait_for_url("**/webauthn/add/")
    assert (axe(page), sideways(page)) == ([], 0)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    page.check("[name=passwordless]")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("h1")).to_have_text("Recovery codes")
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/account/" not in url)


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/", "/account/line/login/"])
def test_the_doors_are_accessible_with_their_buttons(
    visit: Callable[..., Page], idp: DemoIdp, view: dict[str, Any], axe: Callable[[Page], list[str]], path: str
) -> None:
    page = visit(path, **view)
    assert (axe(page), sideways(page)) == ([], 0)
