"""The site does not start on a database that does not wait for the disk."""

import pytest
from django.db import connection

from homelog.durability import judge, waits_for_the_disk


def test_each_way_not_to_wait_is_found() -> None:
    assert [message.id for message in judge({"fsync": "off", "full_page_writes": "off"})] == ["homelog.E009"] * 2
    (only,) = judge({"fsync": "on", "full_page_writes": "on", "synchronous_commit": "off"})
    assert only.msg == "PostgreSQL has synchronous_commit off: a crash loses readings that were answered as saved."
    for level in ("on", "local", "remote_write", "remote_apply"):
        assert list(judge({"fsync": "on", "full_page_writes": "on", "synchronous_commit": level})) == []


def test_only_development_may_go_without(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    assert list(waits_for_the_disk()) == []
    monkeypatch.setenv("DEBUG", "off")
    assert any("synchronous_commit off" in message.msg for message in waits_for_the_disk())
