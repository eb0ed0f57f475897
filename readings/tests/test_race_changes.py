"""Two who change one reading at once: whoever comes second sees what the first did."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.current import acting_as
from audit.models import AuditLog
from homelog.testing import make_home, make_readings, make_source, make_user
from readings.models import Reading
from readings.tests.entries import messages, page, said, stored
from readings.tests.test_falls_and_days import kept, worked_out
from sources.models import DataSource

PATIENCE = 20
WAITING = "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


@pytest.fixture
def reading(transactional_db: None) -> Reading:
    """The only reading of Alice's meter, 12431.7."""
    alice = make_user("alice")
    return make_readings(make_source(alice, make_home(alice)), ["12431.7"])[0]


def post_meanwhile(
    reading: Reading, name: str, change: Callable[[], object], typed: dict[str, str] | None = None
) -> Any:
    """The answer to a form that was sent before `change` was there and had to wait for it."""
    client = Client()
    client.force_login(reading.source.owner)

    def post() -> Any:
        try:
            return client.post(page(name, reading.source, None if typed else reading), typed)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with acting_as(reading.source.owner):
            reading.source.lock()
            sent = pool.submit(post)
            _wait_for_it()
            change()
        return sent.result(PATIENCE)


def _wait_for_it() -> None:
    deadline = monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute(WAITING)
            if cursor.rowcount:
                return
            sleep(0.02)
    raise AssertionError("The form did not wait for the lock.")


def deletions(reading: Reading) -> int:
    with acting_as(reading.source.owner):
        return AuditLog.objects.filter(event_type="delete_reading", source_id=reading.source_id).count()


def test_an_undo_spares_what_is_corrected_at_the_same_time(reading: Reading) -> None:
    def correct() -> None:
        reading.value = Decimal(12432)
        reading.save()

    answer = post_meanwhile(reading, "reading_undo", correct)
    assert messages(answer) == ["This reading was corrected since, so it was not undone. Delete it here instead."]
    assert [row[0] for row in stored(reading.source)] == [Decimal(12432)]


@pytest.mark.parametrize(("name", "status"), [("reading_undo", 302), ("reading_delete", 404), ("reading_update", 404)])
def test_a_reading_is_deleted_once_and_noted_once(reading: Reading, name: str, status: int) -> None:
    answer = post_meanwhile(reading, name, reading.delete)
    assert answer.status_code == status
    assert (stored(reading.source), deletions(reading)) == ([], 1)


def test_what_was_typed_before_a_conversion_that_it_waited_for_is_not_taken_for_the_new_unit(reading: Reading) -> None:
    def convert() -> None:
        source = DataSource.objects.get(pk=reading.source_id)
        source.unit, source.unit_way = "MWh", "convert"
        source.full_clean()
        source.save()

    answer = post_meanwhile(reading, "entry", convert, {"value": "12440", "unit": "kWh"})
    assert (answer.status_code, said(answer)) == (
        422,
        ["This meter counts in MWh now, and you typed this in kWh. Write it down in MWh."],
    )
    assert [value for value, *_others in stored(reading.source)] == [Decimal("12.4317")]


@pytest.mark.parametrize(("before", "after"), [("counter", "level"), ("level", "amount")])
@pytest.mark.parametrize("place", ["home", "person"])
def test_a_way_of_counting_and_a_zone_that_change_at_once_are_both_stored_and_days_are_those_of_both(
    reading: Reading, place: str, before: str, after: str
) -> None:
    source = reading.source
    whose = source.owner if place == "person" else source.home
    assert whose is not None
    with acting_as(source.owner):
        make_readings(source, ["12432"], reading.recorded_at + timedelta(hours=5))
        if place == "person":
            source.home = None
        source.counting = before
        source.save()

    def move() -> None:
        try:
            with acting_as(source.owner):
                type(whose).objects.filter(pk=whose.pk).update(timezone="Pacific/Auckland")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with acting_as(source.owner):
            source.lock()
            moved = pool.submit(move)
            _wait_for_it()
            source.counting = after
            source.save()
        moved.result(PATIENCE)
    with acting_as(source.owner):
        found = DataSource.objects.get(pk=source.pk)
        assert (found.counting, str(found.zone)) == (after, "Pacific/Auckland")
        assert kept(found) == worked_out(found)
        assert kept(found)[1]
