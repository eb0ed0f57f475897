"""The household of the tests: Alice owns, Bob shares (level given), Charlie is a stranger. Defaults for everything.

Whatever is made here is made as its owner through the ordinary road (`acting_as`), so the limited role and the audit
log take part in every test.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection

from accounts.current import acting_as
from accounts.models import User
from readings.models import Reading
from sources.models import DataSource, Home, HomeMember, SourceAccess

PASSWORD = "quiet-copper-lantern-42"  # noqa: S105
START = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
_numbers = count(1)

Answer = TypeVar("Answer")


def make_user(name: str = "", **fields: Any) -> User:
    """A person; the password is PASSWORD, the address verified."""
    from allauth.account.models import EmailAddress

    name = name or f"person{next(_numbers)}"
    fields.setdefault("email", f"{name.lower()}@example.com")
    user = User(username=name.lower(), **{"display_name": name.title(), **fields})
    user.set_password(PASSWORD)
    user.save()
    if user.email:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_home(owner: User, name: str = "Rama IX flat", **fields: Any) -> Home:
    """A home whose administrator is `owner`."""
    with acting_as(owner):
        home = Home.objects.create(created_by=owner, name=name, **{"timezone": "Europe/Berlin", **fields})
        HomeMember.objects.create(home=home, user=owner, level="admin", granted_by=owner)
    return home


def make_source(owner: User, home: Home | None = None, **fields: Any) -> DataSource:
    """An electricity meter of `owner` (6 digits, 1 decimal), in `home` if one is given.

    Under another name it has no number, or it would be a register of the same meter.
    """
    defaults = {"name": "Electricity", "source_type": "electricity", "unit": "kWh", "counting": "counter"}
    number = "" if "name" in fields else "MEA 7741"
    with acting_as(owner):
        return DataSource.objects.create(
            owner=owner, home=home, **{**defaults, "digits": 6, "decimals": 1, "meter_number": number, **fields}
        )


def make_readings(
    source: DataSource,
    values: Iterable[str | int | Decimal] = ("100", "110", "125.5"),
    start: datetime = START,
    step: timedelta = timedelta(days=1),
    by: User | None = None,
    **fields: Any,
) -> list[Reading]:
    """Readings of `source`, one every `step` from `start` on, written down by the owner or by `by`."""
    with acting_as(by or source.owner):
        return [
            Reading.objects.create(source=source, value=Decimal(value), recorded_at=start + number * step, **fields)
            for number, value in enumerate(values)
        ]


def make_sum(
    owner: User, home: Home | None, added: Iterable[DataSource], taken: Iterable[DataSource] = (), **fields: Any
) -> DataSource:
    """What `owner` works out from other sources: some added, others taken away."""
    total = make_source(owner, home, **{"name": "Rest", "counting": "sum", "digits": None, **fields})
    with acting_as(owner):
        for sign, parts in ((1, added), (-1, taken)):
            for part in parts:
                total.parts.create(part=part, sign=sign)
    return total


def share(source: DataSource, user: User, level: str = "read") -> SourceAccess:
    """`user` gets `level` on `source` from its owner."""
    with acting_as(source.owner):
        return SourceAccess.objects.create(source=source, user=user, level=level, granted_by=source.owner)


def at_once(count: int, work: Callable[[int], Answer]) -> list[Answer]:
    """What `work` answers for 0 to count - 1, each in a thread with a connection of its own; all start together."""
    start = Barrier(count)

    def one(number: int) -> Answer:
        try:
            start.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
