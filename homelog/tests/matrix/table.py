"""All lines, area by area; each app has its own."""

from homelog.tests.matrix import of_accounts, of_audit, of_readings, of_sources
from homelog.tests.matrix.lines import Line

AREAS: dict[str, list[Line]] = {
    **of_readings.AREAS,
    **of_audit.AREAS,
    **of_sources.AREAS,
    **of_accounts.AREAS,
}


def lines_of(name: str) -> list[Line]:
    """The lines of an address."""
    return [line for lines in AREAS.values() for line in lines if line.name == name]
