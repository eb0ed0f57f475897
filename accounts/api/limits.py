"""How many calls a minute: counted in the database in one statement, so that any number of workers count as one.

Counted before the request's transaction opens: no call waits for another one of the same person, and one that is
rolled back counts as well. The table is UNLOGGED: after a crash of the database everybody starts at zero.
"""

import random
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from accounts.api.problems import Problem

COUNT = """
INSERT INTO api_count AS known (name, minute, calls)
VALUES (%s, floor(extract(epoch FROM clock_timestamp()) / 60)::bigint, 1)
ON CONFLICT (name) DO UPDATE SET minute = EXCLUDED.minute,
    calls = CASE WHEN known.minute = EXCLUDED.minute THEN known.calls + 1 ELSE 1 END
RETURNING calls, 60 - floor(extract(epoch FROM clock_timestamp()))::bigint %% 60
"""
CLEAN = "DELETE FROM api_count WHERE minute < floor(extract(epoch FROM clock_timestamp()) / 60)::bigint - 60"
CLEANED_ONCE_IN = 500


@dataclass(frozen=True, slots=True)
class Count:
    """What is left of an allowance after a call, and in how many seconds it is whole again."""

    most: int
    calls: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """What every answer says of it."""
        left = max(self.most - self.calls, 0)
        said = {"Limit": str(self.most), "Remaining": str(left), "Reset": str(self.seconds)}
        return {f"RateLimit-{name}": value for name, value in said.items()}

    @property
    def problem(self) -> Problem | None:
        """429 where it was one call too many."""
        if self.calls <= self.most:
            return None
        text = _("There were more than %(most)s requests in this minute. Try again in %(seconds)s seconds.")
        said = text % {"most": self.most, "seconds": self.seconds}
        return Problem("too_many", said, {"Retry-After": str(self.seconds), **self.headers})


def count(name: str, most: int) -> Count:
    """Count a call on an allowance of `most` a minute."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [name[:200]])
        calls, seconds = cursor.fetchone()
        if random.randrange(CLEANED_ONCE_IN) == 0:  # noqa: S311 - no secret
            cursor.execute(CLEAN)
    return Count(most, calls, seconds)
