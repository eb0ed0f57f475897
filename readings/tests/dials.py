"""Short ways to write readings down in tests: days counted from one instant, values as text."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from readings.consumption import Period, Point

START = datetime(2026, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    """An instant in UTC from ISO text without an offset."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(number: float) -> datetime:
    """The instant `number` days after START."""
    return START + timedelta(days=number)


def dial(*readings: tuple[float, str]) -> list[Point]:
    """Good readings from pairs of day and value."""
    return [Point(day(at), Decimal(value)) for at, value in readings]


def uses(found: list[Period]) -> list[Decimal | None]:
    """The use of each period."""
    return [period.use for period in found]


# Ten days each: 8, 7, 9, 8 and 10 a day. Median 8, quartiles 8 and 9.
DIAL = dial((0, "1000"), (10, "1080"), (20, "1150"), (30, "1240"), (40, "1320"), (50, "1420"))
# Median 120, deviations 4, 2, 0, 1, 5: median 2, which counts as a twentieth of 120.
PRESSURE = dial((0, "116"), (1, "122"), (2, "120"), (3, "119"), (4, "125"))
