"""The picture of a source: set, replaced, removed by those who may change it, shown to those who may see it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, share
from sources.models import DataSource
from sources.tests.images import encoded, image, size_of, upload

pytestmark = pytest.mark.usefixtures("media")

NAMES = ("source_picture", "source_picture_small")


def page(source: DataSource, name: str = "source_picture_update") -> str:
    return reverse(f"sources:{name}", args=[source.public_id])


def named(source: DataSource) -> str:
    with acting_as(source.owner):
        found: str = DataSource.objects.get(pk=source.pk).thumbnail.name
        return found


def set_picture(client: Client, source: DataSource, content: bytes | None = None) -> Any:
    return client.post(page(source), {"picture": upload(content)})


def test_a_picture_is_set_and_shown_in_lists_and_on_the_page(client: Client, source: DataSource, alice: User) -> None:
    client.force_login(alice)
    assertContains(client.get(reverse("sources:source_update", args=[source.public_id])), page(source))
    assertContains(client.get(page(source)), 'type="file" name="picture"')
    assertRedirects(set_picture(client, source, encoded(made=image(900, 600))), source.get_absolute_url())
    for address in (reverse("sources:source_list"), source.get_absolute_url()):
        assertContains(client.get(address), f'src="{page(source, "source_picture_small")}"')
    sizes = [size_of(b"".join(client.get(page(source, name)).streaming_content)) for name in NAMES]  # type: ignore[attr-defined]
    assert sizes == [(900, 600), (128, 128)]


def test_a_picture_is_replaced_and_removed_and_the_history_says_so(
    client: Client, source: DataSource, alice: User
) -> None:
    client.force_login(alice)
    set_picture(client, source)
    first = named(source)
    set_picture(client, source)
    assert named(source) not in {first, ""}
    assertRedirects(
        client.post(page(source), {"remove": "1"}), reverse("sources:source_update", args=[source.public_id])
    )
    assert named(source) == ""
    assert [client.get(page(source, name)).status_code for name in NAMES] == [404, 404]
    history = client.get(reverse("audit:source_history", args=[source.public_id]))
    for what in ("Picture: added", "Picture: replaced", "Picture: removed"):
        assertContains(history, what, count=1)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose a picture."),
        ({"picture": upload(b"<svg/>")}, "This is no picture that can be read here. Send a JPEG, PNG or WebP picture."),
    ],
)
def test_what_is_no_picture_is_refused(
    sent: Any, sentence: str, client: Client, source: DataSource, alice: User, media: Path
) -> None:
    client.force_login(alice)
    answer = client.post(page(source), sent)
    assert (answer.status_code, answer.context["form"].errors) == (422, {"picture": [sentence]})
    assert (named(source), list(media.rglob("*.jpg"))) == ("", [])


@pytest.mark.parametrize(("level", "sees", "changes"), [(None, 404, 404), ("read", 200, 403), ("write", 200, 403)])
def test_who_may_see_it_and_who_may_not_change_it(
    level: str | None, sees: int, changes: int, client: Client, source: DataSource, alice: User, bob: User
) -> None:
    client.force_login(alice)
    set_picture(client, source)
    before = named(source)
    if level:
        share(source, bob, level)
    client.force_login(bob)
    assert [client.get(page(source, name)).status_code for name in NAMES] == [sees, sees]
    answers = [client.get(page(source)), set_picture(client, source), client.post(page(source), {"remove": "1"})]
    assert ([answer.status_code for answer in answers], named(source)) == ([changes] * 3, before)


def test_visitors_see_no_picture_of_a_public_source(client: Client, source: DataSource, alice: User) -> None:
    client.force_login(alice)
    set_picture(client, source)
    make_readings(source)
    with acting_as(alice):
        DataSource.objects.filter(pk=source.pk).update(is_public=True)
    client.logout()
    assertNotContains(client.get(f"/p/{source.public_id}/"), "/picture/")
    assert [client.get(page(source, name)).status_code for name in NAMES] == [302, 302]


def test_other_methods_are_refused(client: Client, source: DataSource, alice: User) -> None:
    client.force_login(alice)
    assert [client.post(page(source, name)).status_code for name in NAMES] == [405, 405]
    assert client.put(page(source)).status_code == 405
