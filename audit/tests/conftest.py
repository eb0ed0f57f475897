"""What the tests of the log look at it with."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from audit import seals
from audit.log import write
from audit.models import AuditLog

Log = Callable[[], list[AuditLog]]


@pytest.fixture
def log(owner: Callable[[], AbstractContextManager[None]]) -> Log:
    """`log()` answers with the entries written since it was asked last, oldest first, whoever may see them."""
    seen = 0

    def entries() -> list[AuditLog]:
        nonlocal seen
        with owner():
            found = list(AuditLog.objects.filter(pk__gt=seen).order_by("pk"))
        seen = max([seen, *(entry.pk for entry in found)])
        return found

    entries()
    return entries


@pytest.fixture
def sealed(owner: Callable[[], AbstractContextManager[None]], monkeypatch: pytest.MonkeyPatch) -> list[seals.Seal]:
    """Twelve entries in seals of five numbers each."""
    monkeypatch.setattr(seals, "STRETCH", 5)
    for number in range(12):
        write("sign_in", {"person": f"Person {number}"})
    with owner():
        return seals.seal()


def facts(entry: AuditLog) -> tuple[Any, ...]:
    """An entry as (event, actor, home, source, reading, details)."""
    return entry.event_type, entry.actor_id, entry.home_id, entry.source_id, entry.reading_id, entry.details
