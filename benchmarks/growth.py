"""What readings and the log cost as they grow: bytes, writing, pages, sealing, proving, removing old looks.

    python -m benchmarks.growth [READINGS] [ENTRIES] [wear]

Each size has a database of its own on a server under var/growth-db, kept for the next run. The queries of the pages are
asked through the whole site as homelog_app under row-level security, then once more with EXPLAIN (ANALYZE, BUFFERS):
pages of 8 kB touched say what grows, whatever else the machine does. With `wear` the log is sealed, proved and its old
looks are removed, which can be done once.
"""

import os
import sys
from typing import Any

from benchmarks import _growth_data as data
from benchmarks._growth_data import rows, timed
from benchmarks.faults import site
from benchmarks.faults.server import Database

READINGS, ENTRIES = 100_000, 100_000
MEMORY = {"shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "15min", "track_io_timing": "on"}

SIZES = """
WITH tables AS (SELECT %(table)s::regclass AS oid UNION SELECT relid FROM pg_partition_tree(%(table)s))
SELECT coalesce(up.inhparent::regclass::text, c.oid::regclass::text) AS family, sum(pg_relation_size(c.oid))::float
FROM pg_class AS c LEFT JOIN pg_inherits AS up ON up.inhrelid = c.oid
WHERE c.oid IN (SELECT oid FROM tables)
   OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM tables))
GROUP BY 1 HAVING sum(pg_relation_size(c.oid)) > 0 ORDER BY 2 DESC
"""
CLEANED = """
SELECT sum(autovacuum_count), sum(autoanalyze_count), sum(n_dead_tup) FROM pg_stat_user_tables
WHERE relname LIKE 'audit\\_log%'
"""
COUNT = {"reading": "SELECT count(*) FROM reading", "audit_log": "SELECT count(*) FROM audit_log"}


def main(readings: int = READINGS, entries: int = ENTRIES, *, wear: bool = False) -> None:
    """Fill where there is nothing yet, then measure."""
    database = Database(data.FOLDER)
    try:
        with database.connect() as connection:
            for name, value in MEMORY.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        database.stop()
        database.start()
        os.environ.update(site.environment(database, data.FOLDER.parent, DATABASE_POOL="0", DEBUG="on"))
        import django

        django.setup()
        _measure(f"growth_{readings}_{entries}", readings, entries, wear)
    finally:
        database.stop()


def _measure(name: str, readings: int, entries: int, wear: bool) -> None:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import _growth_pages as pages
    from homelog.roles import as_owner

    with as_owner():
        is_new = not rows("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if is_new:
            rows(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0, skip_checks=True)
    with as_owner():
        if is_new:
            data.fill(readings, entries)
        for table in COUNT:
            _told_sizes(table)
    pages.measure()
    if wear:
        with as_owner():
            _wear()


def _told_sizes(table: str) -> None:
    ((count,),) = rows(COUNT[table])
    found: list[tuple[Any, ...]] = rows(SIZES, {"table": table})
    whole = sum(size for _name, size in found)
    print(f"{table}: {count:,} rows, {whole / 1e9:.2f} GB, {whole / count:.0f} bytes a row")
    for family, size in found:
        print(f"  {family:36} {size / count:6.1f} bytes a row")


def _wear() -> None:
    from audit import pruning, seals

    ((entries, looks),) = rows("SELECT count(*), count(*) FILTER (WHERE audit_is_view(event_type)) FROM audit_log")
    print(f"{entries:,} entries, {looks:,} of them looks, load {os.getloadavg()[0]:.1f}")
    timed("a bare COPY of all", _copy, entries)
    timed("seal", seals.seal, entries)
    print(timed("verify", seals.verify, entries).faults)
    timed("a bare COPY of all", _copy, entries)
    gone = timed("prune", lambda: pruning.prune(400))
    print(f"removed {gone:,}")
    timed("prune again, nothing is due", lambda: pruning.prune(400))
    timed("vacuum after", lambda: rows("VACUUM ANALYZE audit_log"))
    print(f"load {os.getloadavg()[0]:.1f}")
    found = timed("verify after", seals.verify, entries - gone)
    print(found.faults, found.pruned)
    print("cleaned by autovacuum, analyzed, dead:", *rows(CLEANED))


def _copy() -> None:
    """The reference: every entry read and sent, nothing done with it."""
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy("COPY (SELECT * FROM audit_log) TO STDOUT") as lines:
        for _block in lines:
            pass


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:3] if each.isdecimal()), wear="wear" in sys.argv)
