"""What there was to read when somebody began the reading round under way, kept in their session on the server: so that
the round counts neither what was read before nor, at its end, only what is left.

It is nobody else's matter, and no part of the history.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from readings.walk import Stop
from sources.models import DataSource

KEY = "round"
MOST = 500
LONGEST = timedelta(hours=12)
"""So long a round goes on; what is asked for later begins another one."""


def begin(session: Any, walk: Sequence[Stop], now: datetime) -> set[int]:
    """Go on with the round under way while some of it is open, else begin one through what is open in `walk`; the keys
    of its sources.
    """
    known = under_way(session, now)
    if any(stop.open and not known.isdisjoint(_keys(stop)) for stop in walk):
        return known
    return _keep(session, [key for stop in walk if stop.open for key in _keys(stop)], now, now)


def go_on(session: Any, walk: Sequence[Stop], source: DataSource, now: datetime) -> set[int]:
    """The same for who stands at `source`, which takes part from then on. Where the round was not in `walk` yet, which
    is another home, it goes on through what is open there.
    """
    known = under_way(session, now)
    is_here = any(not known.isdisjoint(_keys(stop)) for stop in walk)
    wanted = [stop for stop in walk if source in stop.sources or (stop.open and not is_here)]
    new = [key for stop in wanted for key in _keys(stop) if key not in known]
    return _keep(session, [*known, *new], now, since(session, now)) if new else known


def under_way(session: Any, now: datetime) -> set[int]:
    """The keys of the sources of the round under way; empty where none is."""
    kept = session.get(KEY)
    return set(kept["sources"]) if kept and now - datetime.fromisoformat(kept["at"]) < LONGEST else set()


def since(session: Any, now: datetime) -> datetime:
    """When the round under way began; `now`, where none is."""
    return datetime.fromisoformat(session[KEY].get("began", session[KEY]["at"])) if under_way(session, now) else now


def _keys(stop: Stop) -> list[int]:
    return [source.pk for source in stop.sources]


def _keep(session: Any, keys: Sequence[int], now: datetime, began: datetime) -> set[int]:
    session[KEY] = {"at": now.isoformat(), "began": began.isoformat(), "sources": keys[-MOST:]}
    return set(keys)
