"""A server of its own under var/growth-db and a database in it, filled as the owner, in order of time.

Half of the readings belong to one source, the rest to others with a thousand each, over ten years; every trigger and
index is there while they are written. The entries of the log spread over two years, and a fifth of them are looks.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from benchmarks.faults import site

FOLDER = site.ROOT / "var" / "growth-db"
EACH, STEPS, MONTHS = 1_000, 10, 24

Made = TypeVar("Made")

READINGS = """
INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo, created_at,
                     created_by_id)
SELECT gen_random_uuid(), s.id, 100000 + 0.5 * n, at, CASE WHEN n %% 500 = 7 THEN 'questionable' ELSE 'good' END, '',
       '{}', '', at, s.owner_id
FROM (SELECT id, owner_id, CASE WHEN id = min(id) OVER () THEN %(biggest)s ELSE %(each)s END AS many
      FROM data_source) AS s,
     LATERAL generate_series(s.many * %(step)s / %(steps)s, s.many * (%(step)s + 1) / %(steps)s - 1) AS n,
     LATERAL (SELECT now() - interval '3650 days' + (n + s.id %% 997 / 997.0) * (interval '3649 days' / s.many) AS at)
       AS moment
ORDER BY at
"""
ENTRIES = """
INSERT INTO audit_log (event_time, event_type, actor_id, actor_name, home_id, source_id, reading_id, remote_address,
                       details)
SELECT at, kind, s.owner_id, 'Person ' || s.owner_id, s.home_id, s.id,
       CASE WHEN kind LIKE '%%reading' THEN gen_random_uuid() END, '192.0.2.66',
       jsonb_build_object('home', 'Home ' || s.home_id, 'source', s.name, 'unit', s.unit)
       || CASE WHEN kind LIKE '%%reading' THEN jsonb_build_object('new', jsonb_build_object('value', n::text,
          'recorded_at', at, 'quality_flag', 'good')) ELSE '{}' END
FROM (SELECT now() - interval '730 days' + n * (interval '730 days' / %(entries)s) AS at, n,
             (ARRAY['create_reading', 'create_reading', 'create_reading', 'create_reading', 'create_reading',
                    'update_reading', 'update_source', 'view_source', 'view_source', 'create_rule'])[1 + n %% 10]
             AS kind,
             (SELECT min(id) FROM data_source) + CASE WHEN n %% 7 = 0 THEN 0
                 ELSE floor(random() * (SELECT count(*) FROM data_source))::bigint END AS source
      FROM generate_series(%(entries)s::bigint * %(step)s / %(steps)s,
                           %(entries)s::bigint * (%(step)s + 1) / %(steps)s - 1) AS n) AS drawn
JOIN data_source AS s ON s.id = drawn.source ORDER BY at
"""


def timed(what: str, work: Callable[[], Made], rows: int = 0) -> Made:
    """Do it, and print the seconds; with `rows`, how many a second."""
    since = time.monotonic()
    made = work()
    spent = time.monotonic() - since
    print(f"{what}: {spent:.1f} s" + (f", {rows / spent:,.0f} a second" if rows else ""), flush=True)
    return made


def rows(sql: str, values: object = None) -> list[tuple[Any, ...]]:
    """What a statement answers, over the default connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)  # type: ignore[arg-type]
        return list(cursor.fetchall()) if cursor.description else []


def fill(readings: int, entries: int) -> None:
    """People with two meters each, then the readings and the log, in STEPS steps whose rates are told."""
    from benchmarks import _admin_data as people

    count = max(1, readings // 2 // EACH // 2)
    for text in (people.PEOPLE, people.ADDRESSES, people.HOMES, people.MEMBERS, people.SOURCES):
        rows(text.replace(" % ", " %% "), {"people": count})
    rows("ANALYZE")
    rows("SELECT audit_make_months((now() - interval '731 days')::date, %s)", [MONTHS + 1])
    for name, text, many in (("readings", READINGS, readings), ("entries", ENTRIES, entries)):
        for step in range(STEPS):
            given = {"biggest": readings // 2, "each": EACH, "entries": entries, "step": step, "steps": STEPS}
            timed(f"{name} {step + 1} of {STEPS}", lambda text=text, given=given: rows(text, given), many // STEPS)  # type: ignore[misc]
    timed("vacuum", lambda: rows("VACUUM ANALYZE"))
