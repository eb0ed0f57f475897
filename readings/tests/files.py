"""Small files of readings, made up for tests, and what the readings of a source come to. No tests here."""

from decimal import Decimal

from accounts.current import acting_as
from readings.consumption import between
from readings.models import Reading
from readings.queries import around, changes_of
from sources.models import DataSource

PLAIN = b"time,kWh\n2025-01-01 00:00,100\n2025-01-02 00:00,110.5\n2025-01-03 00:00,110.5\n2025-01-04 00:00,131\n"
"""Four days, 31 kWh."""

WIDE = (
    "Datum;Dag;Nacht\r\n16-01-2025;132,25;41\r\n15-01-2025;110;30\r\n14-01-2025;110;20\r\n13-01-2025;100,5;10\r\n"
).encode("utf-16")
"""Four days, newest first, two registers: 31.75 and 31."""

WATER = (
    "\ufeffGarten;01.02.24;\r\n;;\r\nDatum;Zeit;Zählerstand\r\n"
    "29.10.22;11:39;81,000\r\n21.12.22;16:55;89,125\r\n23.12.23;09:05;1090,5\r\n;;\r\nMade with care, in Köln;;"
).encode()
"""Three readings by hand between titles and a footer: 1009.5."""

UNCLEAR = b"date,kWh\n03/04/2025,100\n05/06/2025,110\n"
"""Dates that can be read in two ways."""

ONE_BAD = b"time,kWh\n2025-01-01,100\n2025-01-02,1x0\n2025-01-03,120\n"
"""Three days, of which the second cannot be read."""


def stored(source: DataSource) -> list[tuple[str, str, str]]:
    """The readings of a source, oldest first: when by its clock, value, quality."""
    with acting_as(source.owner):
        rows = Reading.objects.of(source).order_by("recorded_at").values_list("recorded_at", "value", "quality_flag")
        return [(f"{at.astimezone(source.zone):%Y-%m-%d %H:%M}", f"{value:f}", quality) for at, value, quality in rows]


def total_use(source: DataSource) -> Decimal | None:
    """What the stored readings of a source say was used from the first to the last."""
    with acting_as(source.owner):
        instants = list(Reading.objects.of(source).order_by("recorded_at").values_list("recorded_at", flat=True))
        return between(around(source, instants), changes_of(source), instants[0], instants[-1])
