"""How lines of the log look: text, or JSON, one object a line; no secret that stood in an address gets into them."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from accounts import request_ids

KEY = re.compile(r"(?<=/)(?![0-9a-f]{8}-[0-9a-f]{4}-)(?=[^/\s?]*\d)[A-Za-z0-9_:-]{20,}")
"""A part of a path that nobody would remember: the key of a new password, an invitation, a calendar; no public_id."""
QUERY = re.compile(r"(?<=[/\w-])\?\S+")
FIELDS = ("method", "view", "status", "ms", "user")
"""What a line may carry besides its message (`extra` of the logging call)."""


def without_keys(text: str) -> str:
    """The text with "…" for each key and each query of an address."""
    return QUERY.sub("?…", KEY.sub("…", text))


class TextFormatter(logging.Formatter):
    """WARNING homelog.errors [number of the request] message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback below it."""
        number = request_ids.current()
        record.number = f"[{number}] " if number else ""
        return without_keys(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (ISO 8601, UTC), level, logger, message, request, FIELDS, fault (the traceback)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_keys(record.getMessage()),
        }
        if number := request_ids.current():
            told["request"] = number
        told |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            told["fault"] = without_keys(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False, default=str)


def settings_of(form: str, *, debug: bool) -> dict[str, Any]:
    """Django's LOGGING for "text" or "json"; in JSON every request has its line."""
    formatter = JsonFormatter if form == "json" else TextFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "format": "{levelname} {name} {number}{message}", "style": "{"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO" if debug else "WARNING"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO"},  # else Django says it again, in its own way
            "homelog.requests": {"level": "INFO" if form == "json" else "WARNING"},
        },
    }
