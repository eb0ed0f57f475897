"""What the audit log costs as it grows: bytes, sealing, proving, and removing old looks.

    SCALE_DB=NAME python -m benchmarks._log_growth

NAME is a database that benchmarks.admin_scale filled and was told to keep, or one that is filled likewise; its log is
sealed and its old looks are removed.
"""

import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homelog.settings")
os.environ.setdefault("DATABASE_POOL", "0")
django.setup()

from django.db import connection  # noqa: E402

from audit import pruning, seals  # noqa: E402
from benchmarks._admin_data import NAME  # noqa: E402
from homelog.roles import as_owner  # noqa: E402

Made = TypeVar("Made")

SIZES = """
SELECT coalesce(parent.inhparent::regclass::text, 'the table itself'), sum(pg_relation_size(part.oid)) AS bytes
FROM (SELECT relid AS oid FROM pg_partition_tree('audit_log') UNION ALL
      SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT relid FROM pg_partition_tree('audit_log'))) AS part
LEFT JOIN pg_inherits AS parent ON parent.inhrelid = part.oid GROUP BY 1 ORDER BY 2 DESC
"""


def main() -> None:
    """Print the sizes, then each step with its seconds."""
    connection.settings_dict["NAME"] = NAME
    with as_owner():
        _timed("vacuum", lambda: _all("VACUUM ANALYZE audit_log"))
        ((entries, looks),) = _all("SELECT count(*), count(*) FILTER (WHERE audit_is_view(event_type)) FROM audit_log")
        print(f"{entries:,} entries, {looks:,} of them looks")
        for name, size in _all(SIZES):
            print(f"  {name:<26} {size / entries:6.1f} bytes an entry")
        print("seals", len(_timed("seal", seals.seal)))
        print(_timed("verify", seals.verify).faults)
        print("removed", _timed("prune", lambda: pruning.prune(400)))
        _timed("vacuum after", lambda: _all("VACUUM ANALYZE audit_log"))
        found = _timed("verify after", seals.verify)
        print(found.faults, found.pruned)
        _timed("seal after", seals.seal)


def _all(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


def _timed(what: str, work: Callable[[], Made]) -> Made:
    since = time.monotonic()
    made = work()
    print(f"{what}: {time.monotonic() - since:.1f} s", flush=True)
    return made


if __name__ == "__main__":
    main()
