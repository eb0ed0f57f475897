"""Making an account and entering, in a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from e2e.conftest import sideways, sign_up
from homelog.testing import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_new_person_signs_up_and_sees_where_to_begin(visit: Callable[..., Page]) -> None:
    page = visit("/", timezone_id="Asia/Bangkok")
    page.get_by_role("link", name="Make an account").first.click()
    sign_up(page)
    expect(page.locator("h1")).to_be_visible()
    nok = User.objects.get(email="nok@example.com")
    assert (nok.display_name, nok.timezone) == ("Nok", "Asia/Bangkok")


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/", "/account/password/reset/"])
def test_the_doors_are_accessible_on_every_screen(
    path: str, visit: Callable[..., Page], view: dict[str, Any], axe: Callable[[Page], list[str]], db: None
) -> None:
    page = visit(path, **view)
    assert (axe(page), sideways(page)) == ([], 0)


def test_a_wrong_password_is_said_and_the_right_one_enters(visit: Callable[..., Page]) -> None:
    make_user("alice")
    page = visit("/account/login/")
    page.fill("[name=login]", "alice@example.com")
    page.fill("[name=password]", "not this one")
    page.click("main .primary")
    expect(page.locator(".errorlist, .errors").first).to_be_visible()
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    page.wait_for_url(lambda url: "/account/login/" not in url)
