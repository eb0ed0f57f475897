"""Addresses of pages that are named by ids alone. A page leads to dozens of them; each is worked out once a process."""

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, reverse

STAND_IN = UUID(int=0)


def address(name: str, *ids: UUID) -> str:
    """The same as `reverse(name, args=ids)`. Raises NoReverseMatch where no such page has so many ids."""
    return _pattern(name, len(ids), get_script_prefix()).format(*ids)


@cache
def _pattern(name: str, count: int, _prefix: str) -> str:
    return reverse(name, args=[STAND_IN] * count).replace(str(STAND_IN), "{}")
