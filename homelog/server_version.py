"""A system check: PostgreSQL has the repairs that row-level security, the last of HomeLog's three guards, rests on."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error, Warning
from django.db import connection

SOUND = {15: 9, 16: 5, 17: 1}
"""By major version the first release in which who changes roles, as staff do, meets the policies of the role they have:
CVE-2023-2455 and CVE-2024-10976. A version that is not named had it from its first release on.
"""

DISCREET = {15: 14, 16: 10, 17: 6}
"""By major version the first release whose statistics tell nobody of rows that a policy hides (CVE-2025-8713), and in
whose backups nothing can be hidden that runs when they are put back (CVE-2025-8714, CVE-2025-8715).
"""


def is_repaired() -> Iterator[CheckMessage]:
    """What is wrong with the server that answers the site."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        (number,) = cursor.fetchone()
    yield from judge(number)


def judge(number: int) -> Iterator[CheckMessage]:
    """What is wrong with a release, told as PostgreSQL does: 150014 is 15.14."""
    major, minor = divmod(number, 10_000)
    hint = f"Install the newest PostgreSQL {major}.x of your system and restart it; the data stay as they are."
    if minor < SOUND.get(major, 0):
        text = (
            f"PostgreSQL {major}.{minor} can show rows that row-level security hides (CVE-2023-2455, CVE-2024-10976)."
        )
        yield Error(text, hint, id="homelog.E012")
    elif minor < DISCREET.get(major, 0):
        text = f"PostgreSQL {major}.{minor} lets statistics and backups give hidden rows away (CVE-2025-8713 to 8715)."
        yield Warning(text, hint, id="homelog.W002")
