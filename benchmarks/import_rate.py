"""How fast the database takes an import, beside a raw COPY into a table like reading with the same keys.

    python -m benchmarks.import_rate [ROWS] [ROUNDS]

Both are given the same prepared rows, in turns, in one transaction that is rolled back, so nothing stays. The raw COPY
is done by the owner of the table, the import as the site does it: as homelog_app, under row-level security, through the
staging table. What Python does to understand, judge and write the rows down as text is timed apart.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homelog.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone as clock  # noqa: E402

from accounts.current import acting_as  # noqa: E402
from homelog.roles import as_owner  # noqa: E402
from homelog.testing import make_home, make_source, make_user  # noqa: E402
from readings import imports, staging  # noqa: E402
from readings.importers import series, understand  # noqa: E402
from readings.models import ImportBatch  # noqa: E402
from sources.models import DataSource  # noqa: E402

ROWS, ROUNDS = 200_000, 3
START = datetime(2015, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=15)

REFERENCE = """
CREATE TABLE import_rate (LIKE reading INCLUDING ALL);
ALTER TABLE import_rate
    ADD FOREIGN KEY (source_id) REFERENCES data_source (id),
    ADD FOREIGN KEY (created_by_id) REFERENCES "user" (id),
    ADD FOREIGN KEY (updated_by_id) REFERENCES "user" (id),
    ADD FOREIGN KEY (import_batch_id) REFERENCES import_batch (id);
"""
COPY = (
    "COPY import_rate (public_id, value, recorded_at, quality_flag, notes, metadata, source_id, photo, created_at,"
    " created_by_id, import_batch_id) FROM STDIN"
)


def raw(batch: ImportBatch, lines: list[str]) -> float:
    """Seconds that a raw COPY of the whole rows takes."""
    rest = f"\t{batch.source_id}\t\t{batch.created_at}\t{batch.created_by_id}\t{batch.pk}\n"
    text = "".join(f"{line}{rest}" for line in lines)
    with connection.cursor() as cursor:
        begun = time.perf_counter()
        with cursor.copy(COPY) as copy:
            copy.write(text)
        return time.perf_counter() - begun


def imported(batch: ImportBatch, lines: list[str]) -> float:
    """Seconds that the statements of an import take."""
    text = "".join(f"{line}\n" for line in lines)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE homelog_app")
        begun = time.perf_counter()
        cursor.execute(staging.STAGE)
        with cursor.copy(staging.COPY) as copy:
            copy.write(text)
        cursor.execute(staging.INSERT, [batch.source_id, batch.created_at, batch.created_by_id, batch.pk])
        cursor.execute(staging.UNSTAGE)
        return time.perf_counter() - begun


def file_of(count: int) -> bytes:
    """A file as a supplier would give it: a quarter of an hour to a line, times in UTC, three decimals."""
    lines = (f"{START + number * STEP:%Y-%m-%dT%H:%MZ},{1000 + number * 0.125:.3f}\n" for number in range(count))
    return ("time,kWh\n" + "".join(lines)).encode()


def measure(source: DataSource, count: int, rounds: int) -> None:
    """Print every round, and the ratio of the best."""
    content = file_of(count)
    begun = time.perf_counter()
    understanding = understand(content)
    print(f"file understood:                     {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    (found,) = series(understanding)
    rows = found.rows
    seconds = time.perf_counter() - begun
    print(f"file read into rows:                 {seconds:.2f} s, {count / seconds:.0f} rows/s")
    begun = time.perf_counter()
    plan = imports.plan(source, rows, clock.now())
    print(f"plan, in Python and four statements: {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    lines = [staging.as_line(row).removesuffix("\n") for row in plan.new]
    print(f"rows as text, with their ids:        {time.perf_counter() - begun:.2f} s")
    batch = ImportBatch.objects.create(source=source, file_name="rate", format="none", created_by_id=source.owner_id)
    best: dict[str, float] = {}
    for name, run in [("raw COPY", raw), ("import", imported)] * rounds:
        point = transaction.savepoint()
        seconds = run(batch, lines)
        transaction.savepoint_rollback(point)
        best[name] = min(seconds, best.get(name, seconds))
        print(f"{name:9} {len(lines)} rows: {seconds:6.2f} s, {len(lines) / seconds:8.0f} rows/s")
    print(f"import : raw COPY = {best['raw COPY'] / best['import']:.2f} of its rate")
    begun, busy = time.perf_counter(), time.process_time()
    (found,) = series(understand(content))
    imports.store(source, found.rows, "rate", "none", answers={})
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    print(f"read, judged and stored:             {seconds:.2f} s, of them {busy:.2f} s in Python")


def main(count: int = ROWS, rounds: int = ROUNDS) -> None:
    """Measure with a household of its own, of which nothing stays: a dial, and amounts of a quarter of an hour each."""
    with as_owner(), transaction.atomic():
        person = make_user("import-rate")
        home = make_home(person)
        with connection.cursor() as cursor:
            cursor.execute(REFERENCE)
        for counting in ("counter", "amount"):
            print(f"-- {counting}")
            source = make_source(person, home, name=counting, counting=counting, digits=9)
            with acting_as(person):
                source.validators.create(non_decreasing=True, min_value=0)
                source.validators.create(max_per_day=10_000, on_violation="flag")
                measure(source, count, rounds)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
