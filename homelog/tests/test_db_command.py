"""`manage.py db`: start, status, url, stop, and what it says when the database cannot be used."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from homelog import devdb


def db(*arguments: str) -> str:
    output = StringIO()
    call_command("db", *arguments, stdout=output)
    return output.getvalue()


def test_the_server_is_started_shown_and_ended_by_hand(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devdb, "FOLDER", folder)
    assert db("status") == "Not running.\n"
    started = db("start")
    server = devdb.ensure(folder)
    assert started == f"PostgreSQL {server.version} runs in {folder}, socket in {folder}/socket.\n"
    assert db("status") == started
    assert db("url") == server.url("homelog_app") + "\n"
    assert db("url", "--role", "homelog_owner") == server.url("homelog_owner") + "\n"
    assert [db("stop"), db("stop")] == ["Ended.\n", "It was not running.\n"]


def test_a_server_that_cannot_run_is_told_in_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devdb, "FOLDER", folder)
    monkeypatch.setenv("HOMELOG_PG_BIN", "/nowhere")
    with pytest.raises(CommandError) as refusal:
        db("start")
    assert str(refusal.value) == "HOMELOG_PG_BIN is /nowhere, where postgres, initdb, pg_ctl cannot be run."
