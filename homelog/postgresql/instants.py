"""Instants as Django gives them, read by psycopg's compiled loader: Django's own is written in Python."""

from datetime import tzinfo
from functools import lru_cache
from typing import Any

from psycopg.abc import AdaptContext
from psycopg.adapt import AdaptersMap, Loader
from psycopg.types import datetime as known

NAME = "timestamptz"


@lru_cache
def quick(adapters: AdaptersMap, zone: tzinfo | None) -> AdaptersMap:
    """Django's `adapters`, with the quick way to read instants, which it gives in `zone`."""

    class InstantLoader(Loader):
        """`timezone` is what Django's loader has, too: it asks for it before each question."""

        timezone = zone

        def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
            super().__init__(oid, context)
            self._read = compiled(oid, context).load

        def load(self, data: Any) -> Any:
            """The instant."""
            return self._read(data).replace(tzinfo=zone)

    own = AdaptersMap(adapters)
    own.register_loader(NAME, known.TimestamptzLoader)
    compiled: Any = own.get_loader(own.types[NAME].oid, InstantLoader.format)
    own.register_loader(NAME, InstantLoader)
    return own
