"""How fast a download is written and how much memory it takes, beside a bare COPY TO STDOUT of the same rows.

    python -m benchmarks.export_rate [READINGS] [ROUNDS] [keep]

A source with 1,000,000 readings (where nothing is said), a note in every tenth and details in every hundredth, is
written down in each format as the site does it, as homelog_app under row-level security, and thrown away piece by
piece. In turns with that COPY sends the rows alone, as the owner of the table and as text, thrown away as well. Memory
is the greatest that the process had beyond what it had before. Nothing stays, unless `keep` is said; then the next run
finds the source and need not write it again.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homelog.settings")
django.setup()

from django.db import connection  # noqa: E402

from accounts.current import Actor, actor_of  # noqa: E402
from accounts.models import User  # noqa: E402
from homelog.roles import as_owner  # noqa: E402
from homelog.testing import make_home, make_source, make_user  # noqa: E402
from readings.exports import Wanted, csv_parts, json_parts, xlsx_parts  # noqa: E402
from sources.models import DataSource, Home  # noqa: E402

COUNT, ROUNDS = 1_000_000, 2
SPAN = timedelta(days=3650)
FILL = """
INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo, created_at,
    created_by_id)
SELECT gen_random_uuid(), %(source)s, round(12000.0 * n / %(count)s, 3),
    %(start)s + n * (%(span)s::interval / %(count)s), 'good', CASE n %% 10 WHEN 0 THEN 'read by torch' ELSE '' END,
    CASE n %% 100 WHEN 0 THEN '{"weather": "sunny, 7 °C"}'::jsonb ELSE '{}' END, '', now(), %(person)s
FROM generate_series(0, %(count)s - 1) AS n
"""
COPY = """
COPY (SELECT public_id, recorded_at, value, quality_flag, notes, metadata, created_at, created_by_id, updated_at,
    updated_by_id, import_batch_id FROM reading WHERE source_id = {source} ORDER BY recorded_at) TO STDOUT
"""
WHOLE = Wanted(belongings=True)
FORMATS: dict[str, Callable[[DataSource, Actor], Iterable[str | bytes]]] = {
    "CSV": lambda source, who: csv_parts(source, who, WHOLE),
    "JSON": lambda source, who: json_parts(source, who, WHOLE),
    "XLSX": lambda source, who: xlsx_parts([source], who, WHOLE),
}


def place(count: int) -> tuple[User, DataSource]:
    """A person with a source that has so many readings."""
    person = User.objects.filter(username="export-rate").first() or make_user("export-rate", timezone="Europe/Berlin")
    home = Home.objects.filter(created_by=person).first() or make_home(person, "Export rate")
    name = f"Of {count}"
    source = DataSource.objects.filter(home=home, name=name).select_related("home", "owner").first()
    if source is None:
        source = make_source(person, home, name=name, digits=9)
        with connection.cursor() as cursor:
            about: dict[str, object] = {
                "source": source.pk,
                "start": datetime.now(UTC) - SPAN,
                "span": f"{SPAN.days} days",
            }
            cursor.execute(FILL, about | {"count": count, "person": person.pk})  # type: ignore[arg-type]
            cursor.execute("ANALYZE reading")
    return person, source


def copied(source: DataSource) -> Iterable[bytes]:
    """The bare rows, as the database sends them."""
    with connection.cursor() as cursor, cursor.copy(COPY.format(source=source.pk)) as copy:
        yield from map(bytes, copy)


def resident(name: str) -> int:
    """The memory of this process in kB: what it has (VmRSS), or the most it had (VmHWM) since told anew."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def told(name: str, pieces: Callable[[], Iterable[str | bytes]], count: int) -> float:
    """Write it and throw it away; print what it took, and return how many rows a second that is."""
    Path("/proc/self/clear_refs").write_text("5")
    before, begun, busy = resident("VmRSS"), time.perf_counter(), time.process_time()
    size = sum(len(piece) if isinstance(piece, bytes) else len(piece.encode()) for piece in pieces())
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    more = (resident("VmHWM") - before) / 1000
    print(
        f"{name:5} {count:9} rows: {seconds:6.1f} s, of them {busy:5.1f} in Python; {count / seconds:9.0f} rows/s; "
        f"{size / 1e6:6.1f} MB; {more:5.1f} MB of memory more"
    )
    return count / seconds


def main(count: int = COUNT, rounds: int = ROUNDS, *, keep: bool = False) -> None:
    """Measure each format with few readings and with many."""
    with as_owner():
        _person, few = place(max(count // 20, 1))
        person, many = place(count)
    who = actor_of(person)
    try:
        for name, parts in FORMATS.items():
            told(name, lambda parts=parts: parts(few, who), max(count // 20, 1))  # type: ignore[misc]
        for number in range(rounds):
            for name, parts in FORMATS.items():
                with as_owner():
                    bare = told("COPY", lambda: copied(many), count)
                rate = told(name, lambda parts=parts: parts(many, who), count)  # type: ignore[misc]
                print(f"round {number + 1}: {name} : COPY = {rate / bare:.2f} of its rate")
    finally:
        if not keep:
            with as_owner():
                Home.objects.filter(created_by=person).delete()
                DataSource.objects.filter(owner=person).delete()
                User.objects.filter(pk=person.pk).delete()


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()] + [COUNT, ROUNDS][len(sys.argv[1:3]) :]
    main(numbers[0], numbers[1], keep="keep" in sys.argv)
