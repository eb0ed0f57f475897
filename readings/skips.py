"""What a person passed over today, kept in their session on the server: it survives a closed phone, but not the day.

By whose calendar: by that of the source. It is nobody else's matter, and no part of the history.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sources.models import DataSource

KEY = "skipped"
MOST = 500


def skip(session: Any, sources: Iterable[DataSource], now: datetime) -> None:
    """Pass these over for today; of many the last MOST are kept."""
    recent = list({**session.get(KEY, {}), **{str(source.pk): _day(source, now) for source in sources}}.items())
    session[KEY] = dict(recent[-MOST:])


def skipped(session: Any, sources: Iterable[DataSource], now: datetime) -> set[int]:
    """The keys of those that are passed over today."""
    kept = session.get(KEY, {})
    return {source.pk for source in sources if kept and kept.get(str(source.pk)) == _day(source, now)}


def _day(source: DataSource, now: datetime) -> str:
    return now.astimezone(source.zone).date().isoformat()
