"""Putting back a deleted reading, and an earlier state of a corrected one."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from audit.tests.test_history import told
from homelog.testing import START, make_readings, make_source, share
from readings.importers import ImportRow
from readings.imports import store, undo
from readings.models import Reading
from readings.tests.entries import messages, page
from sources.models import DataSource

NOW = datetime(2026, 5, 3, 16, 2, tzinfo=UTC)
ON = "on 3 May 2026, 18:02"


@pytest.fixture(autouse=True)
def in_may() -> Iterator[None]:
    """The clock starts at NOW."""
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def reading(source: DataSource, client: Client) -> Reading:
    """Alice's 110 between 100 and 125.5, estimated and with a note; she is signed in."""
    client.force_login(source.owner)
    return make_readings(source, quality_flag="estimated", notes="by <b>torch</b>", metadata={"by": "me"})[1]


def at(reading: Reading) -> str:
    return f"/sources/{reading.source.public_id}/readings/{reading.public_id}/put-back/"


def whole(source: DataSource) -> list[tuple[Any, ...]]:
    """All that is stored of each reading but its inner number, oldest first."""
    fields = [field.attname for field in Reading._meta.concrete_fields if field.attname != "id"]
    with acting_as(source.owner):
        return list(Reading.objects.of(source).order_by("recorded_at").values_list(*fields))


def delete(reading: Reading, by: User | None = None) -> None:
    with acting_as(by or reading.source.owner):
        Reading.objects.of(reading.source).get(public_id=reading.public_id).delete()


def change(reading: Reading, by: User | None = None, **values: Any) -> None:
    with acting_as(by or reading.source.owner):
        for name, value in values.items():
            setattr(reading, name, value)
        reading.save()


def buttons(response: Any) -> list[dict[str, str]]:
    """What the buttons that put back to an earlier state send, newest state first."""
    panel = response.content.decode().partition('class="feed"')[2]
    named = re.findall(r'name="(to|version)" value="([^"]*)"', panel)
    pairs = [(name, unescape(value)) for name, value in named]
    return [dict(pairs[number : number + 2]) for number in range(0, len(pairs), 2)]


# A deleted one


def test_a_deleted_reading_still_has_a_page_with_its_life_and_the_way_back(
    client: Client, source: DataSource, reading: Reading
) -> None:
    delete(reading)
    answer = client.get(page("reading", source, reading))
    assertContains(answer, "<h1>This reading is deleted</h1>", html=True)
    assertContains(answer, '<span class="vh">110.0 kWh</span>', html=True)
    assertContains(answer, "by &lt;b&gt;torch&lt;/b&gt;")
    assertContains(answer, f'action="{at(reading)}"')
    assert [line.partition(" Quality")[0] for line in told(answer)] == [
        f"You deleted it {ON}",
        f"You wrote down 110.0 kWh {ON}",
    ]


def test_it_comes_back_as_it_was(client: Client, source: DataSource, reading: Reading) -> None:
    change(reading, value=Decimal("111.50"))
    before = whole(source)
    delete(reading)
    assert len(whole(source)) == 2
    answer = client.post(at(reading))
    assertRedirects(answer, page("reading", source, reading), fetch_redirect_response=False)
    assert messages(answer) == ["Put back: 111.5 kWh, read on 2 Jan 2026, 09:00."]
    assert whole(source) == before
    life = [line.partition(" Quality")[0].partition(" Put it")[0] for line in told(client.get(answer["Location"]))]
    assert life == [
        f"You put it back {ON}",
        f"You deleted it {ON}",
        f"You corrected 110.0 to 111.5 kWh {ON}",
        f"You wrote down 110.0 kWh {ON}",
    ]


def test_the_undo_of_a_deletion_puts_back(client: Client, source: DataSource, reading: Reading) -> None:
    before = whole(source)
    answer = client.get(client.post(page("reading_delete", source, reading))["Location"])
    form = re.search(r'<form class="undo" method="post" action="([^"]*)"', answer.content.decode())
    assert form is not None
    client.post(form[1])
    assert whole(source) == before


def test_put_back_twice_it_is_there_once(client: Client, source: DataSource, reading: Reading) -> None:
    before = whole(source)
    delete(reading)
    for _time in range(2):
        assertRedirects(client.post(at(reading)), page("reading", source, reading), fetch_redirect_response=False)
    assert whole(source) == before


def test_a_rule_that_refuses_it_says_why(client: Client, source: DataSource, reading: Reading) -> None:
    delete(reading)
    with acting_as(source.owner):
        source.validators.create(max_value=105)
    answer = client.post(at(reading))
    sentence = "110 is above 105, the most this source may show."
    assertContains(answer, sentence, status_code=422)
    assertContains(answer, f'href="/sources/{source.public_id}/rules/"', status_code=422)
    assert len(whole(source)) == 2


def test_a_rule_that_flags_marks_it(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    (reading,) = make_readings(source, ["110"])
    delete(reading)
    with acting_as(source.owner):
        source.validators.create(max_value=105, on_violation="flag")
    answer = client.post(at(reading))
    assert messages(answer) == [
        "Put back: 110.0 kWh, read on 1 Jan 2026, 09:00. Marked as questionable until somebody confirms it."
    ]


def test_another_reading_at_its_time_stays_and_is_shown(client: Client, source: DataSource, reading: Reading) -> None:
    delete(reading)
    other = make_readings(source, ["112"], start=reading.recorded_at)[0]
    before = whole(source)
    answer = client.post(at(reading))
    assertContains(answer, "There is a reading at this very time already: 112.0 kWh.", status_code=409)
    assertContains(answer, f'href="{other.get_absolute_url()}"', status_code=409)
    assert whole(source) == before


def test_who_wrote_it_down_is_gone_and_it_comes_back_all_the_same(
    client: Client, source: DataSource, bob: User, owner: Callable[[], AbstractContextManager[None]]
) -> None:
    share(source, bob, "write")
    (reading,) = make_readings(source, ["7"], by=bob)
    delete(reading)
    with owner():
        bob.delete()
    client.force_login(source.owner)
    assert client.post(at(reading)).status_code == 302
    with acting_as(source.owner):
        assert Reading.objects.of(source).get().value == 7


# Who may


@pytest.mark.parametrize(("level", "status"), [(None, 404), ("read", 403), ("write", 403), ("admin", 302)])
def test_who_may_put_back_the_reading_of_another(
    level: str | None, status: int, client: Client, source: DataSource, reading: Reading, bob: User
) -> None:
    if level:
        share(source, bob, level)
    delete(reading)
    before = whole(source)
    client.force_login(bob)
    assert client.post(at(reading)).status_code == status
    assert whole(source) == before or status == 302
    if status == 403:
        answer = client.get(page("reading", source, reading))
        assertNotContains(answer, at(reading))
        assertContains(answer, "or an administrator of this source, can put it back.")


def test_who_may_write_puts_back_their_own_also_after_somebody_elses_deletion(
    client: Client, source: DataSource, bob: User
) -> None:
    share(source, bob, "write")
    (reading,) = make_readings(source, ["7"], by=bob)
    before = whole(source)
    delete(reading, by=source.owner)
    client.force_login(bob)
    assertContains(client.get(page("reading", source, reading)), at(reading))
    assert client.post(at(reading)).status_code == 302
    assert whole(source) == before


def test_an_administrator_puts_back_the_reading_of_another_in_their_name(
    client: Client, source: DataSource, bob: User
) -> None:
    share(source, bob, "write")
    (reading,) = make_readings(source, ["7"], by=bob)
    before = whole(source)
    delete(reading, by=bob)
    client.force_login(source.owner)
    assert client.post(at(reading)).status_code == 302
    assert whole(source) == before


def test_visitors_are_sent_to_sign_in_and_other_methods_are_refused(client: Client, reading: Reading) -> None:
    assert [getattr(client, method)(at(reading)).status_code for method in ("get", "put", "delete")] == [405] * 3
    client.logout()
    assertRedirects(client.post(at(reading)), f"/account/login/?next={at(reading)}")


def test_a_reading_is_put_back_only_through_its_own_source(
    client: Client, source: DataSource, reading: Reading
) -> None:
    other = make_source(source.owner, source.home, name="Water")
    delete(reading)
    for name in ("reading", "put_back"):
        address = page("reading", other, reading) + ("put-back/" if name == "put_back" else "")
        assert (client.get if name == "reading" else client.post)(address).status_code == 404
    assert whole(other) == []


# An earlier state


def test_each_earlier_state_of_a_corrected_reading_can_be_put_back(
    client: Client, source: DataSource, reading: Reading
) -> None:
    change(reading, value=Decimal("111"), notes="again")
    change(reading, value=Decimal("112"), quality_flag="good", recorded_at=START + timedelta(hours=30))
    answer = client.get(page("reading", source, reading))
    offered = buttons(answer)
    assert len(offered) == 2
    assertContains(answer, "Put it back to this", count=2)
    answer = client.post(at(reading), offered[1])
    assertRedirects(answer, page("reading", source, reading), fetch_redirect_response=False)
    assert messages(answer) == ["Put back: 110.0 kWh, read on 2 Jan 2026, 09:00."]
    with acting_as(source.owner):
        reading.refresh_from_db()
    stored = (reading.value, reading.recorded_at, reading.quality_flag, reading.notes, reading.metadata)
    assert stored == (Decimal("110"), START + timedelta(days=1), "estimated", "by <b>torch</b>", {"by": "me"})
    assert told(client.get(page("reading", source, reading)))[0].startswith(f"You corrected 112.0 to 110.0 kWh {ON} ")


def test_who_may_only_read_is_offered_no_earlier_state(
    client: Client, source: DataSource, reading: Reading, bob: User
) -> None:
    change(reading, value=Decimal("111"))
    offered = buttons(client.get(page("reading", source, reading)))[0]
    before = whole(source)
    share(source, bob)
    client.force_login(bob)
    assert buttons(client.get(page("reading", source, reading))) == []
    assert client.post(at(reading), offered).status_code == 403
    assert whole(source) == before


def test_an_earlier_state_is_not_put_over_a_correction_nobody_saw(
    client: Client, source: DataSource, reading: Reading
) -> None:
    change(reading, value=Decimal("111"))
    offered = buttons(client.get(page("reading", source, reading)))[0]
    change(reading, value=Decimal("112"))
    before = whole(source)
    answer = client.post(at(reading), offered)
    assertContains(answer, "This reading was changed since you opened it: it says 112.0 kWh now.", status_code=409)
    assert whole(source) == before


def test_an_earlier_state_of_a_reading_deleted_meanwhile_is_not_put_back(
    client: Client, source: DataSource, reading: Reading
) -> None:
    change(reading, value=Decimal("111"))
    offered = buttons(client.get(page("reading", source, reading)))[0]
    delete(reading)
    answer = client.post(at(reading), offered)
    assertContains(answer, "Somebody deleted this reading in the meantime.", status_code=409)
    assert len(whole(source)) == 2


def test_an_earlier_state_that_a_rule_refuses_by_now_says_why(
    client: Client, source: DataSource, reading: Reading
) -> None:
    change(reading, value=Decimal("111"))
    offered = buttons(client.get(page("reading", source, reading)))[0]
    with acting_as(source.owner):
        source.validators.create(min_value=110.5)
    answer = client.post(at(reading), offered)
    assertContains(answer, "110 is below 110.5, the least this source may show.", status_code=422)


@pytest.mark.parametrize("mark", ["x", "2026-05-03T16:02:00+00:00_1", "\x00"])
def test_a_state_that_is_none_is_answered_with_404(client: Client, reading: Reading, mark: str) -> None:
    assert client.post(at(reading), {"to": mark, "version": ""}).status_code == 404


# Imported ones


def imported(source: DataSource) -> Reading:
    """The first of two readings that Alice imported."""
    rows = [ImportRow(2, None, START, Decimal(5)), ImportRow(3, None, START + timedelta(days=1), Decimal(6))]
    with acting_as(source.owner):
        store(source, rows, "Water.csv", "csv")
        reading = Reading.objects.of(source).select_related("import_batch").order_by("recorded_at")[0]
        reading.source = source
    return reading


@pytest.mark.parametrize("level", ["read", "write", "admin"])
def test_an_imported_reading_tells_of_its_import(client: Client, source: DataSource, bob: User, level: str) -> None:
    reading = imported(source)
    share(source, bob, level)
    client.force_login(bob)
    assert told(client.get(page("reading", source, reading))) == [
        f"Alice imported it from the file Water.csv {ON}",
    ]


def test_an_imported_reading_comes_back_with_its_import(client: Client, source: DataSource) -> None:
    reading = imported(source)
    before = whole(source)
    delete(reading)
    client.force_login(source.owner)
    assert told(client.get(page("reading", source, reading))) == [
        f"You deleted it {ON}",
        f"You imported it from the file Water.csv {ON}",
    ]
    client.post(at(reading))
    assert whole(source) == before


def test_what_went_with_its_import_is_not_put_back_alone(client: Client, source: DataSource) -> None:
    reading = imported(source)
    change(reading, value=Decimal("5.5"))
    with acting_as(source.owner):
        batch = source.imports.get()
        batch.source = source
        undo(batch)
    client.force_login(source.owner)
    answer = client.get(page("reading", source, reading))
    assertContains(answer, "It went when the import that brought it was taken back.")
    assert (buttons(answer), client.post(at(reading)).status_code) == ([], 404)


@pytest.mark.parametrize("number", [1, 3])
def test_the_life_of_a_reading_costs_the_same_however_long_it_is(
    client: Client, source: DataSource, reading: Reading, number: int, django_assert_num_queries: Any
) -> None:
    for step in range(number):
        change(reading, value=Decimal(111 + step))
    client.get(page("reading", source, reading))
    with django_assert_num_queries(11):
        client.get(page("reading", source, reading))
    delete(reading)
    with django_assert_num_queries(9):
        client.get(page("reading", source, reading))
