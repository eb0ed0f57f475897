"""What every answer carries: the policy against foreign content, and headers that keep a household's pages private."""

import gzip
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from homelog.testing import PASSWORD, make_readings, make_user
from homelog.testing_pages import HEADERS, POLICY, inline, policy
from sources.models import DataSource


def pages(source: DataSource) -> dict[str, str]:
    """The main pages of somebody who owns `source`, by name."""
    assert source.home is not None
    here, home = f"/sources/{source.public_id}/", f"/homes/{source.home.public_id}/"
    reading = f"{here}readings/{make_readings(source)[-1].public_id}/"
    return {
        "home": home,
        "edit a home": f"{home}edit/",
        "history of a home": f"{home}history/",
        "new home": "/homes/new/",
        "meters": "/sources/",
        "new source": "/sources/new/",
        "new source of a kind": f"/sources/new/?kind=water&home={source.home.public_id}",
        "source": here,
        "settings of a source": f"{here}edit/",
        "rules": f"{here}rules/",
        "history of a source": f"{here}history/",
        "entry": f"{here}read/",
        "readings": f"{here}readings/",
        "reading": reading,
        "correct a reading": f"{reading}correct/",
        "delete a reading": f"{reading}delete/",
        "import": f"{here}import/",
        "profile": "/account/",
        "e-mail": "/account/email/",
        "sign out": "/account/logout/",
    }


def assert_private(response: Any) -> None:
    assert policy(response.headers) == POLICY
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert {part.strip() for part in response.headers["Cache-Control"].split(",")} >= {"no-store", "private"}
    assert "microphone=()" in response.headers["Permissions-Policy"]


def test_every_main_page_is_private_and_brings_nothing_inline(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    for name, page in pages(source).items():
        response = client.get(page)
        assert (name, response.status_code) == (name, 200)
        assert_private(response)
        camera = "camera=(self)" if name in {"entry", "correct a reading", "picture"} else "camera=()"
        assert (name, camera in response.headers["Permissions-Policy"]) == (name, True)
        assert (name, inline(response.text)) == (name, [])


def test_a_page_travels_compressed_and_is_the_same_page(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    page = pages(source)["readings"]
    plain = client.get(page)
    small = client.get(page, headers={"accept-encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert small.headers["Content-Length"] == str(len(small.content))
    assert_private(small)
    assert without_tokens(gzip.decompress(small.content)) == without_tokens(plain.content)


def without_tokens(page: bytes) -> bytes:
    """The page without what is new in each answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", page)


@pytest.mark.parametrize("page", ["/account/login/", "/account/signup/", "/account/password/reset/"])
def test_the_pages_before_signing_in_are_private_and_bring_nothing_inline(client: Client, db: None, page: str) -> None:
    response = client.get(page)
    assert response.status_code == 200
    assert_private(response)
    assert inline(response.text) == []


def test_a_refusal_is_as_private_as_a_page(client: Client, source: DataSource, bob: User) -> None:
    client.force_login(bob)
    answers = {
        404: client.get(f"/sources/{source.public_id}/"),
        405: client.delete("/sources/"),
        302: Client().get("/"),
        400: client.get("/", headers={"host": "evil.example.org"}),
        403: Client(enforce_csrf_checks=True).post("/account/login/"),
    }
    for status, response in answers.items():
        assert response.status_code == status
        assert_private(response)
        assert inline(response.text) == []


def test_a_broken_page_is_as_private_and_tells_nothing_of_the_inside(
    client: Client, source: DataSource, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def break_down(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("the inside")

    settings.DEBUG = False
    monkeypatch.setattr("audit.views.page_of", break_down)
    client.raise_request_exception = False
    client.force_login(source.owner)
    response = client.get(f"/sources/{source.public_id}/history/")
    assert response.status_code == 500
    assert_private(response)
    assert inline(response.text) == []
    assert b"the inside" not in response.content
    assert b"Traceback" not in response.content


def test_django_admin_is_as_private_and_brings_nothing_inline(client: Client, source: DataSource) -> None:
    boss = make_user("boss", is_staff=True, is_superuser=True)
    client.force_login(boss)
    for page in ("/admin/", "/admin/audit/auditlog/", "/admin/sources/datasource/", "/admin/accounts/user/add/"):
        response = client.get(page)
        assert (page, response.status_code) == (page, 200)
        assert_private(response)
        assert (page, inline(response.text)) == (page, [])
        assert response.content.count(b'<link rel="icon" href="/static/icons/icon.svg"') == 1


def test_static_files_are_opened_to_no_other_site(client: Client, settings: Any) -> None:
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True  # as nothing is collected here
    answer = client.get("/static/icons/icon.svg", headers={"origin": "https://evil.example.org"})
    assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_broken_answer_would_be_found() -> None:
    page = '<p style="a" onclick="b"><script>c</script><style></style><a href=" javascript:d">e</a>'
    page += '<a href="JavaScript:d"></a><script src="f"></script>'
    assert sorted(inline(page)) == ["a href", "a href", "p onclick", "p style", "script", "style"]


def test_cookies_are_out_of_reach_of_scripts(client: Client, alice: User) -> None:
    client.get("/account/login/")
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
