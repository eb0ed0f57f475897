"""How far the replica is behind the first server, for doctor and /metrics."""

from dataclasses import dataclass

from accounts.replica import REPLICA, WRITTEN
from homelog.postgresql import aside

BEHIND = """
SELECT pg_is_in_recovery(), greatest(pg_wal_lsn_diff(%s, coalesce(pg_last_wal_replay_lsn(), '0/0')), 0),
       extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """size: bytes of the log that the replica has not replayed; seconds: since what it replayed last was committed, 0
    where nothing is missing. follows: whether it is a replica at all, and was not promoted.
    """

    follows: bool
    size: int
    seconds: float


def measured() -> Lag:
    """Asks both servers. Raises Django's database errors within a few seconds."""
    (written,) = aside.asked(WRITTEN) or (None,)
    follows, size, seconds = aside.asked(BEHIND, [written], REPLICA) or (False, 0, 0)
    return Lag(bool(follows), int(size), float(seconds or 0) if size else 0.0)
