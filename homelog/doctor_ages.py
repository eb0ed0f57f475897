"""What `manage.py doctor` says of seals, of the places that the audit log is carried to, and of backups."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.utils import timezone as clock

from audit import queries, seals
from homelog.findings import Finding, first_line, long
from homelog.roles import as_owner
from homelog.watching import state
from homelog.watching.state import State

BACKUP_AGE = timedelta(hours=36)
WAIT = timedelta(hours=1)
"""So long an entry may wait to be sealed, or a seal to be carried away, where either is done at all."""
HOW = "docs/backup.md says how audit_ship does it each minute."


def of_ages(backups: Path | None) -> Iterator[Finding]:
    """Of seals, of what was carried away, and of backups: of those in the folder, where one is given."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(state.SQL)
            found = state.of(cursor.fetchone())
    except DatabaseError as error:
        yield Finding(
            "wrong", f"Seals and backups could not be looked at: {first_line(error)}", "Run manage.py migrate."
        )
        return
    yield from of_seals(found)
    yield from of_shipping(found)
    yield from of_backups(backups) if backups is not None else of_last_backup(found)


def of_seals(found: State) -> Iterator[Finding]:
    """How old the newest seal is, and whether some of them still prove what they did."""
    if found.seal_age is None:
        yield Finding("look", "The audit log was never sealed: nothing proves that nobody changed it.", HOW)
        return
    if found.unsealed_for > WAIT.total_seconds():
        text = f"Entries of the audit log have waited to be sealed for {long(found.unsealed_for)}."
        yield Finding("wrong", text, "See why audit_ship does not run: journalctl --unit homelog-ship.")
    else:
        yield Finding(
            "fine", f"The newest seal of the audit log is {long(found.seal_age)} old; nothing waits for long."
        )
    if settings.DATABASE_OWNER.get("USER") == settings.DATABASES[DEFAULT_DB_ALIAS]["USER"]:
        yield Finding("look", "No seal was verified: that takes DATABASE_OWNER_URL.", "docs/watch.md has the line.")
        return
    yield from _of_sample()


def _of_sample() -> Iterator[Finding]:
    try:
        with as_owner():
            verdict, ahead = seals.sample(), queries.ahead()
    except DatabaseError as error:
        text = f"No seal was verified, as the owner cannot connect: {first_line(error)}"
        yield Finding("wrong", text, "Look at DATABASE_OWNER_URL.")
        return
    if ahead:
        text = f"Entries of the audit log that were written while the clock was ahead: {ahead}."
        todo = "A history shows them to whoever asks for those days. Let the machine follow a time server."
        yield Finding("look", text, todo)
    for fault in verdict.faults:
        yield Finding(
            "wrong", fault, "manage.py audit_verify looks at all of them; docs/backup.md tells what it means."
        )
    if not verdict.faults:
        text = f"Verified its newest seals and some chosen by chance, {verdict.seals} in all: as they were made."
        yield Finding("fine", text)


def of_shipping(found: State) -> Iterator[Finding]:
    """Whether the log is carried off this machine, and whether a place is behind."""
    if not found.places:
        text = "The audit log is carried to no other place: who owns this server could make it anew with its seals."
        yield Finding("look", text, HOW)
    elif (found.unshipped_for or 0) > WAIT.total_seconds():
        text = f"Sealed entries have waited for {long(found.unshipped_for or 0)} to be carried to one of their places."
        todo = "See what audit_ship says. A place that is not used any more: delete its line from audit_cursor."
        yield Finding("wrong", text, todo)
    else:
        yield Finding("fine", f"What is sealed was carried to {found.places} place{'s' * (found.places != 1)}.")


def of_last_backup(found: State) -> Iterator[Finding]:
    """How old the newest backup is that the database knows of; whether the file is still there it does not know."""
    if found.backup_age is None:
        yield Finding("look", "manage.py backup never made a file.", "docs/backup.md says how every night.")
    else:
        yield _of_age(timedelta(seconds=found.backup_age), "The newest backup was made {} ago.")


def of_backups(folder: Path) -> Iterator[Finding]:
    """How old the newest backup in a folder is."""
    newest = max((each.stat().st_mtime for each in folder.glob("homelog-*.tar")), default=None)
    if newest is None:
        text = "manage.py backup makes one; docs/backup.md says how every night."
        yield Finding("wrong", f"No backup lies in {folder}.", text)
    else:
        yield _of_age(
            timedelta(seconds=clock.now().timestamp() - newest), f"The newest backup in {folder} is {{}} old."
        )


def _of_age(age: timedelta, sentence: str) -> Finding:
    is_old = age > BACKUP_AGE
    todo = "See why: systemctl status homelog-nightly, or the log of cron." if is_old else ""
    return Finding("wrong" if is_old else "fine", sentence.format(long(age.total_seconds())), todo)
