"""Tables are changed while the site is served and keeps its plans: who asks may be told once to come again."""

import threading
import time
from collections import Counter
from pathlib import Path

from benchmarks.faults import household, site
from benchmarks.faults.restarts import Caller
from benchmarks.faults.server import Database

CHANGES = (
    "ALTER TABLE {table} ADD COLUMN added_later text DEFAULT 'x'",
    "ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(999)",
    "CREATE INDEX CONCURRENTLY added_later_{table} ON {table} (added_later)",
    "DROP INDEX added_later_{table}",
    "ALTER TABLE {table} DROP COLUMN added_later",
    "ANALYZE {table}",
)
COLUMNS = {"reading": "quality_flag", "data_source": "name", "home": "name"}
CALLERS, PAUSE = 6, 1.0
TOLD = "503"
"""What is answered where a column got wider: PostgreSQL refuses a plan from before, and with it the transaction."""


def run(environment: dict[str, str], root: Path, database: Database) -> list[str]:
    """Some call, and every change one after the other, of a database that is migrated; what is wrong."""
    site.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    people, until = household.make(environment, "beside"), threading.Event()
    with site.serving(environment, root) as running:
        callers = [Caller(running, people, number, until) for number in range(CALLERS)]
        for caller in callers:
            caller.start()
        time.sleep(5)
        for table, column in COLUMNS.items():
            for change in CHANGES:
                with database.connect() as connection:
                    connection.execute(change.format(table=table, column=column).encode())
                time.sleep(PAUSE)
        until.set()
        for caller in callers:
            caller.join(site.PATIENCE)
    seen: Counter[str] = sum((caller.seen for caller in callers), Counter())
    fine = seen.pop("fine", 0)
    told = sum(seen.pop(what) for what in [*seen] if what.split()[1] == TOLD)
    changes = len(COLUMNS) * len(CHANGES)
    print(f"tables changed {changes} times: {fine} answers as ever, {told} times {TOLD}", flush=True)
    wrong = [f"{times} times: {what}" for what, times in seen.items()]
    if told > CALLERS * len(COLUMNS):
        wrong.append(f"{told} times {TOLD}: more than once for each caller and column")
    return wrong
