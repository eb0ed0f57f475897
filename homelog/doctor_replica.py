"""What `manage.py doctor` says of the server that pages are read from, where there is one."""

from collections.abc import Iterator

from accounts import replica
from homelog.errors import UNREACHABLE
from homelog.findings import Finding, first_line
from homelog.postgresql import lag

FAR_BEHIND = 16_000_000
"""So many bytes, the size of one file of the write-ahead log."""


def of_replica() -> Iterator[Finding]:
    """Whether it answers and follows, and how far it is behind."""
    if not replica.is_configured():
        return
    try:
        found = lag.measured()
    except UNREACHABLE as error:
        text = f"The replica does not answer, and every page comes from the first server: {first_line(error)}"
        yield Finding("look", text, "Start it; look at REPLICA_URL.")
        return
    if not found.follows:
        text = "The server of REPLICA_URL follows nobody, and no page comes from it: it was promoted, or is no replica."
        yield Finding("wrong", text, "Let DATABASE_URL name the one that is written to, and make the replica anew.")
        return
    text = f"The replica is {found.size // 1000:,} kB and {found.seconds:.0f} seconds behind."
    yield Finding("look" if found.size > FAR_BEHIND else "fine", text)
