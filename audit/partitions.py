"""The months of the log: how far they reach, and making those to come. Only the owner of the table can make them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone as clock

AHEAD = 24
"""How many months there ought to be, this one included: an installation that is never updated has two years."""

UNTIL = r"""
SELECT max((regexp_match(pg_get_expr(relpartbound, pg_class.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz)
FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid WHERE inhparent = to_regclass('audit_log')
"""

# The owner may not delete from the log either (triggers), so the default partition is exchanged whole.
EXCHANGE = """
ALTER TABLE audit_log DETACH PARTITION audit_log_other;
ALTER TABLE audit_log_other RENAME TO audit_log_exchanged;
SELECT audit_make_partition('audit_log_other', 'DEFAULT');
"""
MOVE = "INSERT INTO audit_log SELECT * FROM audit_log_exchanged"
COUNTS = """
SELECT (SELECT count(*) FROM audit_log_exchanged),
       (SELECT count(*) FROM audit_log_exchanged AS old JOIN audit_log AS new
        ON new.event_time = old.event_time AND new.id = old.id AND new IS NOT DISTINCT FROM old)
"""


class MovedWrongly(RuntimeError):
    """Not every entry arrived where it was moved to; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was done: months made, entries moved into one of them, entries that stay without a month."""

    months: int
    moved: int
    strays: int


def until() -> datetime | None:
    """The end of the last month that has a partition; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(UNTIL)
        end: datetime | None = cursor.fetchone()[0]
    return end


def strays() -> int:
    """How many entries are in the partition for times that had no month of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_log_other")
        return int(cursor.fetchone()[0])


def may_make() -> bool:
    """Whether the log is there and who is connected owns it: only the owner makes partitions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class"
            " WHERE oid = to_regclass('audit_log') AND to_regproc('audit_make_months') IS NOT NULL"
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def make_months(months: int = AHEAD) -> Made:
    """Make the partitions of this month and those after it, `months` in all, where they are missing.

    Entries of such a month that the default partition holds are moved, while nobody else writes. Raises MovedWrongly,
    and then nothing changed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        before = strays()
        if not before:
            return Made(_make(cursor, months), 0, 0)
        cursor.execute(EXCHANGE)
        made = _make(cursor, months)
        cursor.execute(MOVE)
        cursor.execute(COUNTS)
        stored, arrived = cursor.fetchone()
        if stored != arrived:
            raise MovedWrongly(f"{stored} entries should have been moved, {arrived} arrived. Nothing was changed.")
        cursor.execute("DROP TABLE audit_log_exchanged")
        after = strays()
        return Made(made, before - after, after)


def _make(cursor: Any, months: int) -> int:
    cursor.execute("SELECT audit_make_months(%s, %s)", [clock.now().date(), months])
    return int(cursor.fetchone()[0])
