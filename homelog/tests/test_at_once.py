"""Two people in one instant: who comes second waits, and is told what became of it. The first one's transaction is held
open until the database says that the second waits for it.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.current import acting_as
from accounts.models import User
from accounts.tests.api.calls import program_of
from audit.models import AuditLog
from homelog.testing import START, at_once, make_home, make_readings, make_source, make_user
from readings.models import Day, Reading
from sources.deleting import delete_home, delete_source
from sources.models import DataSource, DataValidator, Home
from sources.ownership import hand_over

PATIENCE = 30


@pytest.fixture
def anna(transactional_db: None) -> User:
    return make_user("anna")


@pytest.fixture
def cabin(anna: User) -> Home:
    return make_home(anna, "Cabin")


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def after(first: Callable[[], Any], second: Callable[[], Any], person: User) -> Any:
    """What `second` answers, begun while what `person` did `first` is not committed yet."""

    def alone() -> Any:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with acting_as(person):
            first()
            doing = pool.submit(alone)
            until_somebody_waits(doing)
        return doing.result(PATIENCE)


def until_somebody_waits(doing: Future[Any]) -> None:
    end = monotonic() + PATIENCE
    while monotonic() < end and not doing.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
        sleep(0.02)


def test_a_source_added_to_a_home_that_is_being_deleted_is_not_made(anna: User, cabin: Home) -> None:
    client = browser(anna)
    form = {
        "name": "Water",
        "home": str(cabin.public_id),
        "source_type": "water",
        "unit": "m³",
        "decimals": "0",
        "counting": "counter",
        "rhythm": "auto",
    }
    answer = after(lambda: delete_home(cabin), lambda: client.post("/sources/new/?kind=water", form), anna)
    assert answer.status_code == 409, answer.content.decode()
    assert "What you wanted to change was deleted a moment ago, so nothing was saved." in answer.content.decode()
    with acting_as(anna):
        assert not DataSource.objects.exists()
        assert not AuditLog.objects.filter(event_type="create_source").exists()
    assert client.get("/").status_code == 200


def test_a_rule_for_a_source_that_is_being_deleted_is_not_kept_and_says_that_it_is_gone(
    anna: User, cabin: Home
) -> None:
    source = make_source(anna, cabin)
    with acting_as(anna):
        rule = source.validators.create(min_value=Decimal(0))
    client, address = browser(anna), f"/sources/{source.public_id}/rules/{rule.public_id}/"
    form = {"min_value": "1", "on_violation": "reject", "unit": "kWh"}
    answer = after(lambda: delete_source(source), lambda: client.post(address, form), anna)
    assert (answer.status_code, "There is no such source any more." in answer.content.decode()) == (404, True)
    with acting_as(anna):
        assert not DataValidator.objects.exists()


def test_of_two_who_delete_one_source_the_second_finds_it_gone_and_the_history_tells_it_once(
    anna: User, cabin: Home
) -> None:
    source = make_source(anna, cabin)
    client, address = browser(anna), f"/sources/{source.public_id}/delete/"
    answer = after(lambda: delete_source(source), lambda: client.post(address, {"typed": source.name}), anna)
    assert (answer.status_code, "This is deleted already." in answer.content.decode()) == (404, True)
    with acting_as(anna):
        assert AuditLog.objects.filter(event_type="delete_source").count() == 1


def test_a_former_owner_does_not_delete_a_source_that_is_being_handed_over(anna: User, cabin: Home) -> None:
    source, heir = make_source(anna, cabin), make_user("heir")
    client, address = browser(anna), f"/sources/{source.public_id}/delete/"
    answer = after(lambda: hand_over(source, heir), lambda: client.post(address, {"typed": source.name}), anna)
    assert (answer.status_code, "handed over a moment ago" in answer.content.decode()) == (403, True)
    with acting_as(heir):
        assert DataSource.objects.get().owner == heir
        assert not AuditLog.objects.filter(event_type="delete_source").exists()


def test_a_reading_written_while_the_zone_of_its_home_changes_counts_for_its_day_there(anna: User, cabin: Home) -> None:
    source = make_source(anna, cabin, counting="level")
    make_readings(source, ["1"])
    late = START.replace(hour=17) + timedelta(days=3)

    def write() -> None:
        Reading.objects.create(source=source, value=Decimal(5), recorded_at=late)

    def move() -> None:
        with acting_as(anna):
            home = Home.objects.get(pk=cabin.pk)
            home.timezone = "Asia/Tokyo"
            home.save()

    after(write, move, anna)
    with acting_as(anna):
        days = dict(Day.objects.filter(source=source).values_list("day", "total"))
        assert days == {date(2026, 1, 1): 1, date(2026, 1, 5): 5}


@pytest.mark.parametrize("what", ["edit", "archive", "remove", "rule", "home"])
def test_what_is_changed_while_it_is_being_deleted_stays_deleted(anna: User, cabin: Home, what: str) -> None:
    source = make_source(anna, cabin)
    with acting_as(anna):
        rule = source.validators.create(min_value=0)
    address, form = (
        f"/sources/{source.public_id}",
        {
            "name": "Water",
            "source_type": "water",
            "unit": "m³",
            "decimals": "0",
            "counting": "counter",
            "rhythm": "auto",
        },
    )
    wanted = {
        "edit": (f"{address}/edit/", {**form, "home": str(cabin.public_id)}),
        "archive": (f"{address}/archive/", {}),
        "remove": (f"{address}/picture/edit/", {"remove": "1"}),
        "rule": (f"{address}/rules/{rule.public_id}/", {"min_value": "1", "on_violation": "reject"}),
        "home": (f"/homes/{cabin.public_id}/edit/", {"name": "Villa", "timezone": "Europe/Berlin"}),
    }[what]
    client = browser(anna)

    def delete() -> None:
        if what == "home":
            delete_home(cabin)
        elif what == "rule":
            rule.delete()
        else:
            delete_source(source)

    answer = after(delete, lambda: client.post(*wanted), anna)
    assert answer.status_code in (404, 409), answer.content.decode()
    with acting_as(anna):
        left = [DataSource.objects.count(), Home.objects.count(), DataValidator.objects.count()]
    assert left == {"home": [1, 0, 1], "rule": [1, 1, 0]}.get(what, [0, 1, 0])


def test_two_who_note_one_new_meter_at_its_two_registers_do_not_wait_for_each_other(anna: User, cabin: Home) -> None:
    """Both changes tell all registers of the meter its new number."""
    registers = [make_source(anna, cabin, name=name, meter_number="MEA 1") for name in ("Day", "Night")]
    for register in registers:
        make_readings(register, ["100"])
    typed = {"reason": "replaced", "old_final": "110", "new_initial": "0", "take_number": "on", "save": "1"}

    def note(number: int, round_: int) -> int:
        address = f"/sources/{registers[number].public_id}/meter-changes/add/"
        sent = {**typed, "changed_at": f"2026-02-{round_ + 1:02}T10:00", "new_number": f"MEA {round_}"}
        return browser(anna).post(address, sent).status_code

    for round_ in range(2, 6):
        assert at_once(2, partial(note, round_=round_)) == [302, 302]


@pytest.mark.parametrize("what", ["reading", "rule", "changed rule", "change", "file"])
def test_what_was_sent_while_the_unit_is_being_changed_is_not_taken_for_the_new_one(anna: User, what: str) -> None:
    source = make_source(anna, None, source_type="water", unit="L", digits=8, decimals=0)
    make_readings(source, ["1200"])
    with acting_as(anna):
        at = START + timedelta(hours=1)
        change = source.meter_changes.create(changed_at=at, old_final=Decimal(1250), new_initial=Decimal(0))
        rule = source.validators.create(max_per_day=Decimal(2000))
    client, here = browser(anna), f"/sources/{source.public_id}"
    program = program_of(anna)

    def convert() -> None:
        stored = DataSource.objects.get(pk=source.pk)
        stored.unit, stored.unit_way = "m³", "convert"
        stored.full_clean()
        stored.save()

    def send() -> int:
        if what == "reading":
            return client.post(f"{here}/read/", {"value": "10", "unit": "L"}).status_code
        if what == "rule":
            return client.post(
                f"{here}/rules/", {"max_per_day": "500", "on_violation": "reject", "unit": "L"}
            ).status_code
        if what == "changed rule":
            sent = {"on_violation": "flag"}
            return int(program("PATCH", f"{here}/validators/{rule.public_id}", sent).status_code)
        if what == "change":
            return int(program("PATCH", f"{here}/meter-changes/{change.public_id}", {"reason": "reset"}).status_code)
        text = "Date;Reading (L)\n2026-02-01 08:00;10\n"
        address, headers = f"/api/v1{here}/imports", program.headers
        return program.client.post(address, text, content_type="text/csv", headers=headers).status_code

    status = after(convert, send, anna)
    with acting_as(anna):
        values = [*Reading.objects.of(source).order_by("recorded_at").values_list("value", flat=True)]
        ends = [*source.meter_changes.values_list("old_final", flat=True)]
        rules = [*source.validators.values_list("max_per_day", flat=True)]
    assert (status, values, ends, rules) == (
        {"reading": 422, "rule": 422, "changed rule": 200, "change": 200, "file": 201}[what],
        [Decimal("1.2"), *([Decimal("0.01")] if what == "file" else [])],
        [Decimal("1.25")],
        [Decimal(2)],
    )


def test_a_reading_that_staff_delete_while_the_unit_is_being_changed_comes_back_in_the_new_one(anna: User) -> None:
    staff = make_user("staff")
    staff.is_staff = staff.is_superuser = True
    staff.save()
    source = make_source(anna, None, source_type="water", unit="L", digits=8, decimals=0)
    (reading,) = make_readings(source, ["1200"])

    def convert() -> None:
        stored = DataSource.objects.get(pk=source.pk)
        stored.unit, stored.unit_way = "m³", "convert"
        stored.full_clean()
        stored.save()

    client, address = browser(staff), reverse("admin:readings_reading_delete", args=[reading.pk])
    assert after(convert, lambda: client.post(address, {"post": "yes"}), anna).status_code == 302
    back = reverse("audit:put_back", args=[source.public_id, reading.public_id])
    assert browser(anna).post(back).status_code == 302
    with acting_as(anna):
        assert [*Reading.objects.of(source).values_list("value", flat=True)] == [Decimal("1.2")]
