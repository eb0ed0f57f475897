"""The pages where a source that is worked out from others is made and changed, and what others say of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_source, make_sum, make_user, share
from readings.tests.test_source_page import words
from sources.models import DataSource, Home

NEW = reverse("sources:sum_create")


@pytest.fixture
def pump(source: DataSource, home: Home) -> DataSource:
    return make_source(source.owner, home, name="Heat pump", decimals=3)


@pytest.fixture
def rest(source: DataSource, pump: DataSource, home: Home) -> DataSource:
    return make_sum(source.owner, home, [source], [pump], decimals=3)


def chosen(*parts: tuple[DataSource, int]) -> dict[str, str]:
    return {f"part-{source.public_id}": str(sign) for source, sign in parts}


def parts_of(total: DataSource) -> dict[int | None, int]:
    with acting_as(total.owner):
        return dict(total.parts.values_list("part", "sign"))


def test_a_sum_is_made_once_in_the_unit_of_its_parts(
    client: Client, source: DataSource, pump: DataSource, home: Home, alice: User
) -> None:
    client.force_login(alice)
    html = client.get(f"{NEW}?home={home.public_id}").content.decode()
    assert "Heat pump" in words(html)
    body = {"name": "Rest", "home": home.public_id, "public_id": html.split('name="public_id" value="')[1][:36]}
    answers = [client.post(f"{NEW}?home={home.public_id}", {**body, **chosen((source, 1), (pump, -1))}) for _ in "12"]
    with acting_as(alice):
        (total,) = DataSource.objects.filter(counting="sum")
    assert [answer.headers["Location"] for answer in answers] == [total.get_absolute_url()] * 2
    assert (total.unit, total.decimals, total.source_type, total.home_id) == ("kWh", 3, "electricity", home.pk)
    assert parts_of(total) == {source.pk: 1, pump.pk: -1}


@pytest.mark.parametrize(
    ("signs", "unit", "sentence"),
    [
        ({"source": 1}, "kWh", "Choose 2 to 20 sources"),
        ({"source": -1, "pump": -1}, "kWh", "Nothing is added."),
        ({"source": 1, "pump": 1}, "m³", "Heat pump is in m³, which does not go together with kWh"),
    ],
)
def test_what_makes_no_sum_is_refused_with_a_sentence(
    signs: dict[str, int], unit: str, sentence: str, client: Client, source: DataSource, pump: DataSource, alice: User
) -> None:
    with acting_as(alice):
        DataSource.objects.filter(pk=pump.pk).update(unit=unit)
    known = {"source": source, "pump": pump}
    client.force_login(alice)
    answer = client.post(NEW, {"name": "Rest", **chosen(*((known[name], sign) for name, sign in signs.items()))})
    assert (answer.status_code, sentence in words(answer.content.decode())) == (422, True)
    with acting_as(alice):
        assert not DataSource.objects.filter(counting="sum").exists()


def test_only_what_one_sees_and_what_adds_up_can_be_chosen(
    client: Client, source: DataSource, rest: DataSource, bob: User, charlie: User
) -> None:
    own = make_source(charlie, None, name="Own")
    make_source(charlie, None, name="Room", counting="level", unit="°C")
    secret = make_source(bob, None, name="Bob's meter")
    client.force_login(charlie)
    body = words(client.get(NEW).content.decode())
    assert "Two meters first" in body
    answer = client.post(NEW, {"name": "Spy", **chosen((own, 1), (secret, 1), (source, 1), (rest, 1))})
    assert (answer.status_code, "Bob's meter" in answer.content.decode()) == (422, False)
    assert client.get(f"{NEW}?home={rest.home.public_id}").status_code == 404  # type: ignore[union-attr]


def test_sources_are_offered_beside_those_that_they_add_up_with(
    client: Client, source: DataSource, pump: DataSource, rest: DataSource, home: Home
) -> None:
    water = make_source(source.owner, home, name="Water", unit="m³")
    parts = reverse("sources:source_parts", args=[rest.public_id])
    client.force_login(source.owner)
    assert [water.name in client.get(path).content.decode() for path in (NEW, parts)] == [False, False]
    make_source(source.owner, home, name="Garden", unit="L")
    new, there = (words(client.get(path).content.decode()) for path in (NEW, parts))
    assert "What becomes of each source in kWh" in new
    assert "What becomes of each source in L, m³" in new
    assert ("What becomes of each source" in there, "Garden" in there) == (True, False)


def test_parts_are_changed_by_those_who_may_change_the_sum(
    client: Client, source: DataSource, pump: DataSource, rest: DataSource, bob: User, charlie: User
) -> None:
    path = reverse("sources:source_parts", args=[rest.public_id])
    before, body = parts_of(rest), chosen((source, 1), (pump, 1))
    assert client.post(path, body).status_code == 302
    for person, status in ((charlie, 404), (bob, 403)):
        if person == bob:
            share(rest, bob, "write")
        client.force_login(person)
        assert (client.get(path).status_code, client.post(path, body).status_code) == (status, status)
    assert parts_of(rest) == before
    client.force_login(source.owner)
    assert 'value="-1" selected' in client.get(path).content.decode()
    assert client.post(path, chosen((source, 1))).status_code == 422
    assert client.post(path, body).headers["Location"] == rest.get_absolute_url()
    assert parts_of(rest) == {source.pk: 1, pump.pk: 1}
    assert client.get(reverse("sources:source_parts", args=[source.public_id])).status_code == 302


def test_who_changes_the_parts_keeps_what_is_not_shared_or_takes_it_out_unnamed(
    client: Client, source: DataSource, pump: DataSource, rest: DataSource, bob: User
) -> None:
    other = make_source(bob, None, name="Bob's")
    share(rest, bob, "admin")
    share(source, bob)
    path = reverse("sources:source_parts", args=[rest.public_id])
    client.force_login(bob)
    body = client.get(path).content.decode()
    assert ("Heat pump" in body, "One of its parts is not shared with you" in body) == (False, True)
    assert client.post(path, chosen((source, 1))).status_code == 302
    assert parts_of(rest) == {source.pk: 1, pump.pk: -1}
    client.post(path, {**chosen((source, 1), (other, 1)), "drop_hidden": "on"})
    assert parts_of(rest) == {source.pk: 1, other.pk: 1}
    history = client.get(reverse("audit:source_history", args=[rest.public_id])).content.decode()
    assert ("You took a part out of what Rest is worked out from" in words(history), "Heat pump" in history) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("sign", "unit", "sentence"),
    [
        (None, "kWh", "Choose 2 to 20 sources"),
        (-1, "kWh", "Nothing is added."),
        (1, "m³", "which does not go together with kWh"),
    ],
)
def test_beside_a_part_that_is_not_shared_the_others_must_still_make_a_sum(
    client: Client, pump: DataSource, rest: DataSource, bob: User, sign: int | None, unit: str, sentence: str
) -> None:
    other = make_source(bob, None, name="Bob's", unit=unit, source_type="water" if unit == "m³" else "electricity")
    share(rest, bob, "admin")
    with acting_as(rest.owner):
        rest.parts.exclude(part=pump).delete()
    before = parts_of(rest)
    client.force_login(bob)
    sent = chosen((other, sign)) if sign else {}
    answer = client.post(reverse("sources:source_parts", args=[rest.public_id]), sent)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert parts_of(rest) == before
    with acting_as(rest.owner):
        rest.refresh_from_db()
    assert rest.unit == "kWh"


def test_a_deleted_part_is_told_and_forgotten_once_the_parts_are_saved(
    client: Client, source: DataSource, pump: DataSource, rest: DataSource, home: Home
) -> None:
    client.force_login(source.owner)
    told = words(client.get(reverse("sources:source_delete", args=[pump.public_id])).content.decode())
    assert "What is worked out from it They show no figures any more" in told
    client.post(reverse("sources:source_delete", args=[pump.public_id]), {"typed": pump.name})
    path, third = reverse("sources:source_parts", args=[rest.public_id]), make_source(source.owner, home, name="Third")
    assert parts_of(rest) == {source.pk: 1, None: -1}
    assert "One of its parts was deleted" in words(client.get(path).content.decode())
    client.post(path, chosen((source, 1), (third, 1)))
    assert parts_of(rest) == {source.pk: 1, third.pk: 1}


def test_settings_deleting_and_handing_over_say_what_is_special(
    client: Client, source: DataSource, rest: DataSource, bob: User
) -> None:
    share(source, bob, "admin")
    client.force_login(source.owner)

    def page(name: str, of: DataSource) -> str:
        return words(client.get(reverse(f"sources:{name}", args=[of.public_id])).content.decode())

    assert "They are worked out from its use." in page("source_update", source)
    assert "the new owner ends your right" in page("source_hand_over", source)
    settings = page("source_update", rest)
    assert ("Rules for its readings" in settings, "Meter number" in settings) == (False, False)
    assert "The parts stay, with all their readings." in page("source_delete", rest)
    assert "share those as well" in page("source_sharing", rest)
    fields = {"name": "What is left", "source_type": "electricity", "decimals": "0", "home": rest.home.public_id}  # type: ignore[union-attr]
    assert client.post(reverse("sources:source_update", args=[rest.public_id]), fields).status_code == 302
    with acting_as(source.owner):
        rest.refresh_from_db()
    assert (rest.name, rest.counting, rest.unit) == ("What is left", "sum", "kWh")
    assert client.post(reverse("sources:source_public", args=[rest.public_id]), {"public": "yes"}).status_code == 403
    assert client.get(reverse("sources:rule_list", args=[rest.public_id])).status_code == 403


def test_staff_put_sums_together_in_django_admin_and_are_told_what_is_none(
    client: Client, source: DataSource, pump: DataSource, rest: DataSource
) -> None:
    client.force_login(make_user("sam", is_staff=True, is_superuser=True))
    path = reverse("admin:sources_sourcepart_add")
    for total, part, sentence in (
        (source, pump, "Only a source that is worked out from others has parts."),
        (rest, rest, "Only a source whose use adds up can be a part"),
        (rest, pump, "This source is a part of the sum already."),
    ):
        answer = client.post(path, {"source": total.pk, "part": part.pk, "sign": "1"})
        assert (answer.status_code, sentence in answer.content.decode()) == (200, True)
    third = make_source(source.owner, rest.home, name="Third")
    assert client.post(path, {"source": rest.pk, "part": third.pk, "sign": "-1"}).status_code == 302
    assert parts_of(rest) == {source.pk: 1, pump.pk: -1, third.pk: -1}


def test_nobody_walks_to_a_sum(client: Client, rest: DataSource, home: Home) -> None:
    client.force_login(rest.owner)
    page = words(client.get(reverse("sources:home_order", args=[home.public_id])).content.decode())
    assert ("Heat pump" in page, "Rest" in page) == (True, False)


def test_the_settings_of_a_meter_do_not_offer_to_make_it_a_sum(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    path = reverse("sources:source_update", args=[source.public_id])
    assert 'value="sum"' not in client.get(path).content.decode()
    fields = {"name": "X", "source_type": "electricity", "unit": "kWh", "decimals": "1", "counting": "sum"}
    assert client.post(path, fields).status_code == 422


def run(sql: str, *parameters: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


ADD = """
INSERT INTO source_part (public_id, source_id, part_id, sign, created_at) VALUES (gen_random_uuid(), %s, %s, 1, now())
"""


def test_the_database_shows_parts_to_who_sees_the_sum_and_lets_its_administrators_add_what_they_see(
    source: DataSource, rest: DataSource, bob: User, charlie: User, owner: Callable[[], AbstractContextManager[None]]
) -> None:
    third = make_source(source.owner, make_home(source.owner, "Elsewhere"), name="Third")
    with acting_as(charlie):
        assert run("SELECT 1 FROM source_part") == 0
        assert run("DELETE FROM source_part") == 0
        with pytest.raises(ProgrammingError):
            run(ADD, rest.pk, third.pk)
    share(rest, bob, "admin")
    with acting_as(bob):
        assert run("SELECT 1 FROM source_part") == 2
        with pytest.raises(ProgrammingError, match="row-level security"):
            run(ADD, rest.pk, third.pk)
        with pytest.raises(ProgrammingError, match="row-level security"):
            run("UPDATE source_part SET part_id = %s WHERE sign = 1", third.pk)
    share(third, bob)
    with acting_as(bob):
        assert run(ADD, rest.pk, third.pk) == 1
