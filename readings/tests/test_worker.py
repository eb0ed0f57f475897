"""Manifest, service worker and the page without network: the same for everybody, signed in or not."""

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.models import User
from readings.views import worker as views

pytestmark = pytest.mark.django_db


def test_the_manifest_names_icons_that_are_there_and_the_round(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    facts = answer.json()
    assert (facts["id"], facts["start_url"], facts["scope"], facts["display"]) == ("/", "/", "/", "standalone")
    assert [each["url"] for each in facts["shortcuts"]] == ["/read/"]
    assert {icon.get("purpose") for icon in facts["icons"]} == {None, "maskable"}
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in facts["icons"]}
    names = [icon["src"].removeprefix("/static/") for icon in facts["icons"]]
    assert [name for name in names if not finders.find(name)] == []
    assert b'<link rel="manifest" href="/manifest.webmanifest">' in client.get("/account/login/").content


def addresses(client: Client) -> Any:
    answer = client.get("/sw.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    found = re.match(r"const AT = (\{.*\});\n", answer.content.decode())
    assert found
    return json.loads(found[1])


def test_the_worker_comes_from_the_root_and_is_the_same_for_everybody(client: Client, alice: User) -> None:
    known = addresses(client)
    assert [path for path in [known["offline"], *known["files"]] if not path.startswith("/")] == []
    assert client.get(known["offline"]).status_code == 200
    client.force_login(alice)
    assert addresses(client) == known


def test_the_worker_is_another_one_when_what_it_brings_changes(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    before = addresses(client)
    monkeypatch.setattr(views, "static", lambda name: f"/static/{name}?new")
    assert addresses(client)["version"] != before["version"]


def test_nothing_of_a_person_stands_in_the_page_without_network(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.get("/offline/")
    assert "Alice" not in answer.text
    assert "csrf" not in answer.text


@pytest.mark.parametrize("path", ["/sw.js", "/manifest.webmanifest", "/offline/"])
def test_they_are_only_looked_at(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
