"""`manage.py doctor` finds what is wrong, and says so."""

import json
import os
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import OperationalError, connection

from accounts.models import User
from homelog import doctor

pytestmark = pytest.mark.django_db


def said(level: str, findings: Any) -> str:
    return " ".join(f"{each.sentence} {each.todo}" for each in findings if each.level == level)


def test_a_site_that_is_well_is_told_so(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "run_checks", lambda **kwargs: [])  # the settings of tests are no deployment's
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "homelog-20261126-195043.tar").touch()
    User.objects.create_superuser("root", "root@example.org", "a meter in the cellar")
    found = list(doctor.examine(tmp_path))
    assert said("wrong", found) == ""
    out = StringIO()
    call_command("doctor", "--json", "--backups", str(tmp_path), stdout=out)
    told = json.loads(out.getvalue())
    assert "The newest backup is 0 hours old." in {each["sentence"] for each in told}


def test_what_the_system_checks_say_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [checks.Error("Too mighty.", "Use another role."), checks.Warning("Ends soon.")]
    monkeypatch.setattr(checks, "run_checks", lambda **kwargs: found)
    assert list(doctor.by_django([])) == [
        doctor.Finding("wrong", "Too mighty.", "Use another role."),
        doctor.Finding("look", "Ends soon."),
    ]


def test_more_connections_than_the_database_takes_are_found(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATABASE_POOL = 100
    monkeypatch.setenv("HOMELOG_WORKERS", "50")
    assert "The site may open 5000 connections" in said("wrong", doctor.of_database())


def test_nobody_being_administrator_is_told() -> None:
    assert "manage.py first_run tells how to make one" in said("look", doctor.of_database())


def test_a_folder_for_pictures_that_cannot_be_written_to_is_found(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    assert said("wrong", doctor.of_disk()) == ""
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)  # root may write everywhere
    assert "media: no picture can be kept" in said("wrong", doctor.of_disk())


def test_a_disk_that_is_nearly_full_is_found(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    assert "Make room before the disk is full" in said("wrong", doctor.of_disk())


def test_a_mail_server_that_is_not_there_is_found(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert "The mail server 127.0.0.1 does not let the site in" in said("wrong", doctor.of_mail())


def test_old_and_missing_backups_are_found(tmp_path: Path) -> None:
    assert "No backup lies in" in said("wrong", doctor.of_backups(tmp_path))
    file = tmp_path / "homelog-20261120-195043.tar"
    file.touch()
    old = time.time() - 48 * 3600
    os.utime(file, (old, old))
    assert "The newest backup is 48 hours old." in said("wrong", doctor.of_backups(tmp_path))


def test_a_database_that_does_not_answer_is_told_and_the_rest_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused\nIs it running?")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", stdout=out)
    assert "The database does not answer at" in out.getvalue()
    assert "Is it running" not in out.getvalue()
    assert " GB are free at " in out.getvalue()
