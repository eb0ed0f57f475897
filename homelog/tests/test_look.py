"""The look: the base page, the error pages, icons, and what the sheet promises (weight, nothing inline)."""

import re
from collections.abc import Iterable
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from pytest_django.asserts import assertHTMLEqual

from homelog.icons import icon
from readings.views.worker import PARTS
from sources.units import KINDS

ROOT = Path(settings.BASE_DIR)
SHEET = ROOT / "static" / "css" / "app.css"
HEADINGS = {
    "400": "That could not be understood",
    "400_host": "HomeLog has another name",
    "403": "You may look, but not do that",
    "403_csrf": "This page has been open for too long",
    "404": "There is nothing here",
    "405": "Not that way",
    "409": "Somebody was faster",
    "413": "That is too much at once",
    "422": "That does not fit",
    "429": "Not so fast",
    "500": "Something broke on our side",
    "503": "HomeLog is not reachable just now",
}


def text_of(tag: str, html: str) -> str:
    """The text of the first element with this tag."""
    found = re.search(rf"<{tag}[^>]*>(.*?)</{tag}>", html, re.DOTALL)
    assert found is not None
    return found[1].strip()


@pytest.mark.parametrize("name", HEADINGS)
def test_an_error_page_needs_no_request_and_says_what_happened(name: str) -> None:
    html = render_to_string(f"{name}.html")
    assert (text_of("h1", html), text_of("title", html)) == (HEADINGS[name], f"{HEADINGS[name]} · HomeLog")


@pytest.mark.parametrize("name", ["403", "404", "409", "413", "422", "429"])
def test_a_refusal_may_bring_its_own_sentence(name: str) -> None:
    html = render_to_string(f"{name}.html", {"reason": "Readings of 1899 are <too> old."})
    assert re.findall(r"<p>(.*?)</p>", html) == ["Readings of 1899 are &lt;too&gt; old."]


def test_the_page_of_a_broken_server_names_the_number_in_the_log() -> None:
    html = render_to_string("500.html", {"error_id": "0198-af"})
    assert text_of('p class="meta"', html.replace("</p>", '</p class="meta">')) == (
        'If you report it, name this number: <span class="serial">0198-af</span>'
    )


class Person:
    """Somebody signed in, as far as a template can tell."""

    is_authenticated = True


def page(user: object, **context: object) -> str:
    """The base page for this person."""
    return render_to_string("base.html", {"user": user, **context})


def test_the_navigation_marks_the_section_one_is_in() -> None:
    current = re.findall(r'<a href="([^"]*)" aria-current="page">', page(Person(), section="account"))
    assert current == ["/account/"]


def test_a_stranger_sees_the_ways_in_and_no_section() -> None:
    html = page(AnonymousUser())
    assert re.findall(r'<a class="(?:quiet|btn)" href="([^"]*)">', html) == ["/account/login/", "/account/signup/"]
    assert 'class="tabs"' not in html


def test_a_message_with_undo_posts_to_the_address_it_carries() -> None:
    request: HttpRequest = RequestFactory().get("/")
    deleted = Message(26, "Reading deleted.", extra_tags="/readings/1/restore/")
    html = render_to_string("partials/messages.html", {"messages": [deleted]}, request)
    token = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken" value="\w+">')
    assert len(token.findall(html)) == 1
    assertHTMLEqual(
        token.sub("", html),
        '<div class="toasts" role="status"><div class="toast "><p>Reading deleted.</p>'
        '<form class="undo" method="post" action="/readings/1/restore/"><button class="link">Undo</button></form>'
        "</div></div>",
    )


def test_every_kind_of_source_has_a_drawing_and_a_hue() -> None:
    fallback = icon("no such icon")
    drawn = {kind.icon for kind in KINDS.values() if icon(kind.icon) != fallback}
    assert {kind.icon for kind in KINDS.values()} - drawn == {"gauge"}
    assert {kind.hue for kind in KINDS.values()} <= set(re.findall(r"\.k-(\w+)", SHEET.read_text()))


OF_SIGNING_IN = {"mailed.js", "passkeys.js"}
"""Loaded by pages of signing in and the second factor, which load nothing else but app.js."""


def packed(files: Iterable[Path]) -> int:
    """Bytes of these files as a browser gets them, each compressed by itself."""
    return sum(len(brotli.compress(file.read_bytes(), quality=11)) for file in files)


def with_imports(script: Path) -> set[Path]:
    """A script with all that it imports."""
    imported = re.findall(r'^import .* from "\./(.+)"', script.read_text(), re.MULTILINE)
    return {script}.union(*(with_imports(script.parent / name) for name in imported))


def scripts_of(template: Path) -> set[Path]:
    """The scripts that a page loads, those included that wait for a tap."""
    names = re.findall(r'"js/([\w.]+)"', template.read_text())
    return set().union(*(with_imports(ROOT / "static" / "js" / name) for name in ["app.js", *names]))


def test_sheet_and_scripts_of_each_page_keep_their_budget_of_eight_kilobytes_each() -> None:
    templates = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
    found = {template.name: scripts_of(template) for template in templates}
    assert {file.name for file in found["entry.html"]} == {"app.js", "entry.js", "extras.js", "numbers.js"}
    every = {file.name for file in (ROOT / "static" / "js").glob("*.js")}
    assert {file.name for files in found.values() for file in files} == every
    assert packed([SHEET]) <= 8_000
    assert {name: size for name, files in found.items() if (size := packed(files)) > 8_000} == {}


def test_the_service_worker_fetched_once_after_the_first_page_keeps_a_budget_of_its_own() -> None:
    script = b"\n".join((ROOT / "static" / "worker" / f"{part}.js").read_bytes() for part in PARTS)
    assert len(brotli.compress(script, quality=11)) <= 6_000
    assert {file.stem for file in (ROOT / "static" / "worker").iterdir()} == {*PARTS}


def test_the_scripts_of_signing_in_are_on_no_other_page() -> None:
    templates = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
    users = {file for file in templates if any(f"js/{name}" in file.read_text() for name in OF_SIGNING_IN)}
    assert {file.relative_to(ROOT).parts[:2] for file in users} == {("templates", "mfa"), ("templates", "account")}


def test_no_template_has_inline_style_script_or_handler() -> None:
    inline = re.compile(r"<style|<script(?![^>]*\ssrc=)|\s(?:style|on[a-z]+)\s*=\s*[\"']|javascript:", re.IGNORECASE)
    templates = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
    assert len(templates) > 50
    assert {
        str(file.relative_to(ROOT)): inline.findall(file.read_text())
        for file in templates
        if inline.search(file.read_text())
    } == {}


def test_only_figures_stand_in_the_row_of_figures() -> None:
    """Its style shapes the groups of a <dl>; anything else in it shrinks to the width of one letter."""
    found = {
        tag
        for page in ROOT.glob("*/templates/**/*.html")
        for tag in re.findall(r'<(\w+) class="kpis[ "]', page.read_text("utf-8"))
    }
    assert found == {"dl"}
