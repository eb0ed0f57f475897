"""Whoever is told to end (SIGTERM, SIGHUP) ends what it started: servers are stopped on the way out, as by Ctrl-C."""

import signal
import sys
from types import FrameType

ENDS = (signal.SIGTERM, signal.SIGHUP)


def in_order() -> None:
    """From here on both signals leave through every `finally`; a second one does not disturb that."""
    for each in ENDS:
        signal.signal(each, _end)


def _end(number: int, frame: FrameType | None) -> None:
    for each in ENDS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)
