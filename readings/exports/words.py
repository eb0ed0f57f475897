"""How instants and plain data are written down in every file."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def instant(at: datetime, zone: ZoneInfo | None = None) -> str:
    """An instant in ISO 8601, to the last digit that is stored: in UTC with a Z, else with the offset of `zone`."""
    if zone is None:
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return at.astimezone(zone).isoformat()


def as_json(value: object) -> str:
    """Plain data as JSON without spaces, readable in any script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
