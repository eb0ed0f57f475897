"""`manage.py doctor` finds what is wrong, and says so."""

import json
import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import checks
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone as clock

from accounts.models import User
from audit import seals
from audit.log import write
from homelog import doctor, doctor_ages, doctor_disks
from homelog.findings import Finding
from homelog.watching import state
from homelog.watching.state import State

pytestmark = pytest.mark.django_db

FORGED = """
INSERT INTO audit_seal (first_id, last_id, entries, digest, views, views_digest)
SELECT last_id + 1, last_id + 2, 2, sha256('x'), 0, sha256('') FROM audit_seal ORDER BY id DESC LIMIT 1
"""


@pytest.fixture(autouse=True)
def _the_test_s_own_connection(owner: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner looks at what this test has not committed."""
    settings.DATABASE_OWNER = {"USER": "somebody else than the site"}
    monkeypatch.setattr(doctor_ages, "as_owner", owner)


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
    assert f"The newest backup in {tmp_path} is 0 minutes old." in {each["sentence"] for each in told}


def test_what_the_system_checks_say_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [checks.Error("Too mighty.", "Use another role."), checks.Warning("Ends soon.")]
    monkeypatch.setattr(checks, "run_checks", lambda **kwargs: found)
    assert list(doctor.by_django([])) == [
        Finding("wrong", "Too mighty.", "Use another role."),
        Finding("look", "Ends soon."),
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
    assert said("wrong", doctor_disks.of_pictures()) == ""
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)  # root may write everywhere
    assert "media: no picture can be kept" in said("wrong", doctor_disks.of_pictures())


def test_disks_that_are_nearly_full_are_found(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert said("wrong", [*doctor_disks.of_pictures(), *doctor_disks.of_database()]) == ""
    monkeypatch.setattr(doctor_disks, "LEAST_FREE", 10**18)
    assert f"MB are free at {tmp_path}. Make room before" in said("wrong", doctor_disks.of_pictures())
    folder = doctor_disks.data_folder()
    assert folder is not None
    assert f"{folder} of the database. Make room before" in said("wrong", doctor_disks.of_database())


def test_the_disk_of_a_database_elsewhere_is_told_to_be_out_of_sight(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "db.example.org")
    assert "cannot be seen from here" in said("look", doctor_disks.of_database())


def test_a_log_that_was_never_sealed_or_carried_away_is_told() -> None:
    assert "was never sealed" in said("look", doctor_ages.of_seals(State()))
    assert "is carried to no other place" in said("look", doctor_ages.of_shipping(State()))


def test_seals_are_told_by_age_and_some_are_verified(owner: Any) -> None:
    write("sign_in", {"person": "Alice"})
    with owner():
        seals.seal()
    found = list(doctor_ages.of_ages(None))
    assert said("wrong", found) == ""
    assert "The newest seal of the audit log is 0 minutes old" in said("fine", found)
    assert "some chosen by chance, 1 in all: as they were made." in said("fine", found)
    with owner(), connection.cursor() as cursor:
        cursor.execute(FORGED)
    assert "are missing. manage.py audit_verify looks at all" in said("wrong", doctor_ages.of_ages(None))


def test_entries_that_were_written_while_the_clock_was_ahead_are_counted(owner: Any) -> None:
    write("sign_in", {"person": "Alice"})
    with owner():
        seals.seal()
    assert "the clock was ahead" not in said("look", doctor_ages.of_ages(None))
    for days in (3, 40):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            write("sign_in", {"person": "Alice"})
    told = said("look", doctor_ages.of_ages(None))
    assert "Entries of the audit log that were written while the clock was ahead: 2. A history shows them" in told


def test_without_the_owner_s_address_no_seal_is_verified_and_that_is_told(settings: Any) -> None:
    settings.DATABASE_OWNER = settings.DATABASES["default"]
    assert "No seal was verified" in said("look", doctor_ages.of_seals(State(seal_age=60)))


def test_what_waits_for_more_than_an_hour_is_found() -> None:
    late = State(seal_age=9_000, unsealed_for=9_000, places=2, shipped_age=9_000, unshipped_for=7_300)
    assert "have waited to be sealed for 2 hours" in said("wrong", doctor_ages.of_seals(late))
    assert "have waited for 2 hours to be carried" in said("wrong", doctor_ages.of_shipping(late))
    well = State(seal_age=9_000, places=1, shipped_age=9_000, unshipped_for=0)
    assert said("wrong", [*doctor_ages.of_seals(well), *doctor_ages.of_shipping(well)]) == ""


def test_backups_are_told_by_what_the_database_knows_where_no_folder_is_given() -> None:
    assert "never made a file" in said("look", doctor_ages.of_last_backup(State()))
    assert "was made 5 hours ago" in said("fine", doctor_ages.of_last_backup(State(backup_age=5 * 3600)))
    assert "was made 3 days ago. See why" in said("wrong", doctor_ages.of_last_backup(State(backup_age=3 * 86_400)))


def test_a_database_that_lacks_the_newest_migrations_is_told_to_migrate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "SQL", "SELECT no_such_function()")
    with transaction.atomic():
        assert "Run manage.py migrate." in said("wrong", doctor_ages.of_ages(None))
        transaction.set_rollback(True)


def test_a_mail_server_that_is_not_there_is_found(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert "The mail server 127.0.0.1 does not let the site in" in said("wrong", doctor.of_mail())


def test_old_and_missing_backups_are_found(tmp_path: Path) -> None:
    assert "No backup lies in" in said("wrong", doctor_ages.of_backups(tmp_path))
    file = tmp_path / "homelog-20261120-195043.tar"
    file.touch()
    old = time.time() - 48 * 3600
    os.utime(file, (old, old))
    assert f"The newest backup in {tmp_path} is 2 days old." in said("wrong", doctor_ages.of_backups(tmp_path))


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
