"""Each migration runs while somebody reads for long and others write: nobody waits longer than a lock is waited for.

What comes before the tables of readings has rows of nobody to hold up, and is applied first. Then the site is served
while tables change as a migration may change them.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.faults import altering, server, site
from benchmarks.faults.server import Database

BEFORE = (("readings", "0003_row_level_security"), ("audit", "0002_append_only"))
LONGEST = 2.0
"""Seconds a write may take: a second that the lock is waited for, and what the machine is busy with."""
METERS = (1, 2)
HELD, FREE = 1.5, 1.5
"""So long a reader holds on to what it reads, and so long it lets go."""
WRITES = (
    "UPDATE data_source SET description = description || '.' WHERE id = %(meter)s",
    """INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo, created_at)
       VALUES (gen_random_uuid(), %(meter)s, 7, now() - random() * interval '9 years', 'good', '', '{}', '', now())""",
    """INSERT INTO audit_log (event_time, event_type, actor_name, source_id, details)
       VALUES (now(), 'x', '', %(meter)s, '{}')""",
)
HELD_SOURCE = "SELECT FROM data_source WHERE id = %(meter)s FOR NO KEY UPDATE"
READS = "SELECT count(*) FROM reading JOIN data_source ON source_id = data_source.id, audit_log, home, import_batch"


class Crowd:
    """Who reads and writes: how long each statement took at most, and what failed."""

    def __init__(self, database: Database) -> None:
        self.database, self.until = database, threading.Event()
        self.worst, self.writes = 0.0, 0
        self.failed: list[str] = []

    def write(self, meter: int) -> None:
        """One statement after the other, to a meter of one's own."""
        with self.database.connect() as connection:
            while not self.until.is_set():
                for statement in WRITES:
                    begun = time.monotonic()
                    try:
                        with connection.transaction():
                            connection.execute(HELD_SOURCE, {"meter": meter})
                            connection.execute(statement, {"meter": meter})
                    except Exception as error:
                        self.failed.append(str(error))
                        raise
                    self.worst = max(self.worst, time.monotonic() - begun)
                    self.writes += 1
                time.sleep(0.01)

    def read(self) -> None:
        """Long transactions with a pause in between."""
        with self.database.connect() as connection:
            while not self.until.is_set():
                with connection.transaction():
                    connection.execute(READS)
                    self.until.wait(HELD)
                self.until.wait(FREE)


def run() -> list[str]:
    """One round; what is wrong."""
    with server.temporary() as (root, database):
        os.environ.update(site.environment(database, root))
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        from homelog.roles import as_owner

        for app, name in BEFORE:
            call_command("migrate", app, name, verbosity=0, skip_checks=True)
        with as_owner():
            executor = MigrationExecutor(connection)
            done = set(executor.loader.applied_migrations)
            rest = [migration for migration, _back in executor.migration_plan(executor.loader.graph.leaf_nodes())]
            _rows(executor.loader.project_state(sorted(done)).apps)
        took = {}
        with _working(database) as crowd:
            for migration in rest:
                begun, crowd.worst = time.monotonic(), 0.0
                call_command("migrate", migration.app_label, migration.name, verbosity=0, skip_checks=True)
                took[f"{migration.app_label}.{migration.name}"] = (time.monotonic() - begun, crowd.worst)
        for name, (seconds, worst) in took.items():
            print(f"{seconds:6.1f} s, longest write {worst:.2f} s: {name}")
        slow = [name for name, (_seconds, worst) in took.items() if worst > LONGEST]
        worst = max(worst for _seconds, worst in took.values())
        print(f"{len(rest)} migrations, {crowd.writes} writes, the longest {worst:.2f} s, {len(crowd.failed)} failed")
        beside = altering.run(site.environment(database, root), root, database)
        return [f"a write waited for long during {name}" for name in slow] + crowd.failed + beside


def _rows(apps: object) -> None:
    """A person with a home and a meter, as the models were then."""
    get = apps.get_model  # type: ignore[attr-defined]
    person = get("accounts", "User").objects.create(username="faults", email="faults@example.com")
    home = get("sources", "Home").objects.create(name="Cellar", timezone="Europe/Berlin", created_by_id=person.pk)
    for _meter in METERS:  # their keys are these, as they are the first
        get("sources", "DataSource").objects.create(
            owner_id=person.pk, home_id=home.pk, name="Tank", source_type="water", unit="l", counting="level"
        )


@contextmanager
def _working(database: Database) -> Iterator[Crowd]:
    crowd = Crowd(database)
    threads = [threading.Thread(target=crowd.write, args=[meter], daemon=True) for meter in METERS]
    threads.append(threading.Thread(target=crowd.read, daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        crowd.until.set()
        for thread in threads:
            thread.join(site.PATIENCE)
