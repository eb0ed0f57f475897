"""The cache in the database: values are JSON, whoever wrote a row runs nothing in the process that reads it."""

import base64
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache
from django.db import connection, transaction

from homelog.postgresql import cache as ours

UNPICKLED: list[str] = []


def mark() -> None:
    """In an attack this would be any program."""
    UNPICKLED.append("ran")


class Plant:
    """Whoever unpickles it runs `mark`."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return mark, ()


def write_row(name: str, text: str) -> None:
    """What somebody with SQL may write, as the site's own role."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cache_entry VALUES (%s, %s, now() + interval '1 hour')", [cache.make_key(name), text]
        )


@pytest.mark.parametrize(
    "value", [None, False, 0, 1, 2.5, "", "ä\x00\ud800", [1761990000.123456, 1761989999.5], {"who": "Ann", "n": [None]}]
)
def test_what_json_can_say_comes_back_as_it_was(value: Any, db: None) -> None:
    cache.set("name", value)
    found = cache.get("name", "nothing")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "value", [(1, 2), {1: "a"}, {"when": datetime(2026, 1, 1, tzinfo=UTC)}, {1}, b"bytes", float("nan"), [(1,)]]
)
def test_what_json_would_change_is_refused_aloud(value: Any, db: None) -> None:
    for write in (cache.set, cache.add):
        with pytest.raises((TypeError, ValueError)):
            write("name", value)
    assert cache.get("name", "nothing") == "nothing"


def test_a_pickled_row_is_not_loaded_and_counts_as_absent(db: None) -> None:
    planted = base64.b64encode(pickle.dumps(Plant())).decode()
    write_row("name", planted)
    DatabaseCache("cache_entry", {"VERSION": 2}).get("name")  # Django's own backend runs it
    assert UNPICKLED == ["ran"]
    assert (cache.get("name"), cache.get_many(["name"]), UNPICKLED) == (None, {}, ["ran"])
    cache.set("name", [1])
    assert cache.get("name") == [1]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "1" * 5_000])
def test_a_row_that_is_no_json_counts_as_absent(text: str, db: None) -> None:
    write_row("name", text)
    assert cache.get("name", "nothing") == "nothing"


def test_rows_of_releases_that_pickled_have_other_names(db: None) -> None:
    assert cache.make_key("name") != cache.make_key("name", version=1)


def test_values_end_are_prolonged_and_added_once(db: None) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        assert (cache.add("name", 1, 60), cache.add("name", 2, 60), cache.get("name")) == (True, False, 1)
        assert (cache.touch("name", 120), cache.touch("other", 120)) == (True, False)
        cache.set("for-ever", "x", None)
    with time_machine.travel(now + timedelta(seconds=119), tick=False):
        assert (cache.get("name"), "name" in cache) == (1, True)
    with time_machine.travel(now + timedelta(seconds=121), tick=False):
        assert (cache.get("name"), cache.get("for-ever"), cache.touch("name", 9)) == (None, "x", False)
        assert (cache.add("name", 3, 60), cache.get("name")) == (True, 3)
        assert (cache.delete("name"), cache.get("name"), cache.delete("name")) == (True, None, False)


def test_what_is_over_is_swept_and_what_is_too_much_is_thrown_away(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "SWEPT_ONCE_IN", 1)
    with time_machine.travel(datetime(2026, 5, 1, 12, tzinfo=UTC)):
        cache.set("over", 1, 60)
    cache.set("lives", 1)
    assert rows() == 1
    small = ours.JsonCache("cache_entry", {"OPTIONS": {"MAX_ENTRIES": 9}})
    for number in range(12):
        small.set(f"more-{number:02}", 1)
    assert rows() <= 10


def rows() -> int:
    """How many entries the table has, those that are over included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache_entry")
        return int(cursor.fetchone()[0])


def test_who_waits_too_long_for_another_s_entry_has_not_added_it(transactional_db: None) -> None:
    def another() -> tuple[bool, Any]:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '50ms'")
                return cache.add("name", 2), cache.get("name")
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        assert cache.add("name", 1)
        assert pool.submit(another).result() == (False, None)
    assert cache.get("name") == 1
