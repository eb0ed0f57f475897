"""Django admin in the browser: under the site's policy, on phone and desktop, light and dark; choosing by typing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, make_user, share
from sources.models import DataSource

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def boss(transactional_db: None) -> User:
    """Staff, with every right in admin."""
    return make_user("boss", is_staff=True, is_superuser=True)


@pytest.fixture
def source(transactional_db: None) -> DataSource:
    """Alice's meter, read and shared with Bob."""
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    make_readings(source)
    share(source, make_user("bob"))
    return source


@pytest.mark.parametrize("view", ["phone-dark", "desktop-light"], indirect=True)
def test_every_page_works_under_the_policy_of_the_site(
    sign_in: Callable[..., Page], boss: User, source: DataSource, view: dict[str, Any]
) -> None:
    page = sign_in(boss, "/admin/", **view)
    models = page.locator("#content-main table a[href$='/']:not(.addlink):not(.changelink)")
    lists = [str(link.get_attribute("href")) for link in models.all()]
    assert "/admin/readings/reading/" in lists
    with acting_as(source.owner):
        reading = reverse("admin:readings_reading_change", args=[source.readings.all()[0].pk])
    rows = [reverse("admin:sources_datasource_change", args=[source.pk]), "/admin/sources/sourceaccess/add/"]
    rows += [reverse("admin:accounts_user_change", args=[boss.pk]), "/admin/audit/auditlog/?by=staff", reading]
    for path in (*lists, *rows):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path


def test_a_source_and_a_person_are_chosen_by_typing(
    sign_in: Callable[..., Page], boss: User, source: DataSource
) -> None:
    page = sign_in(boss, "/admin/sources/sourceaccess/add/", viewport={"width": 1280, "height": 800})
    for field, typed, shown in (("source", "elec", "Electricity"), ("user", "ali", "Alice")):
        page.click(f".field-{field} .select2-selection")
        page.fill(".select2-search__field", typed)
        page.click(f".select2-results__option:has-text('{shown}')")
        expect(page.locator(f".field-{field} .select2-selection__rendered")).to_contain_text(shown)
    page.click("[name=_save]")
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_the_log_is_taken_along_as_a_file(sign_in: Callable[..., Page], boss: User, source: DataSource) -> None:
    page = sign_in(boss, "/admin/audit/auditlog/?kind=readings")
    with page.expect_download() as download:
        page.click("text=Download as CSV")
    assert download.value.suggested_filename == "audit-log.csv"
    assert "create_reading" in download.value.path().read_text()
