"""How long a file waits to be imported, and how many of who acts do."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone as clock

KEPT = timedelta(days=1)


def files_waiting() -> int:
    """How many files of who acts wait, also for what they may change no more. What waited too long is thrown away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT files_waiting(%s)", [clock.now() - KEPT])
        return int(cursor.fetchone()[0])
