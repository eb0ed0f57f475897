"""The words and marks that charts get, for lines and sparklines; bars are looked at on the source page."""

from datetime import timedelta
from decimal import Decimal

import pytest

from readings.due import Due
from readings.templatetags.drawings import dial_line, sparkline
from readings.tests.dials import dial, utc
from readings.tiles import Tile
from sources.models import DataSource, Home

BERLIN = Home(timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("days", "marks"),
    [
        (
            730,
            [
                ("4.24", "start", "2026"),
                ("29.03", "middle", "Jul"),
                ("54.24", "middle", "2027"),
                ("79.03", "middle", "Jul"),
            ],
        ),
        (0.01, [("0", "start", "1 Dec"), ("100", "end", "")]),
        (20, [("0", "start", "1 Dec"), ("100", "end", "21 Dec")]),
    ],
)
def test_a_line_has_round_dates_under_it_or_its_ends(days: float, marks: list[tuple[str, str, str]]) -> None:
    source = DataSource(home=BERLIN, counting="counter", source_type="water", decimals=1)
    shift = utc("2025-12-01T00:00") - dial((0, "0"))[0].at
    points = [type(point)(point.at + shift, point.value) for point in dial((0, "0"), (days, "9"))]
    assert dial_line(source, points)["marks"] == marks


def year(counting: str, *values: str | None) -> Tile:
    """A tile of a source with these months."""
    source = DataSource(home=BERLIN, counting=counting, source_type="water", unit="m³", decimals=1)
    last = Due(source, utc("2026-11-01T00:00"), Decimal(1), timedelta(0).days, False)
    return Tile(last, None, [None if value is None else Decimal(value) for value in values])


def test_a_sparkline_says_its_range() -> None:
    drawn = sparkline(year("counter", None, "2", "4"))
    assert drawn == (
        '<svg class="spark" role="img" aria-label="The last twelve full months: from 2.0 to 4.0 m³ a month"'
        ' width="100%" height="44" viewBox="0 -6 1000 212" preserveAspectRatio="none">'
        '<polygon class="a" points="500,200 500,100 1000,0 1000,200"/>'
        '<polyline class="l" points="500,100 1000,0" vector-effect="non-scaling-stroke"/></svg>'
    )


def test_single_deliveries_make_no_sparkline() -> None:
    assert sparkline(year("amount", "2", "4", None, "5")) == ""
    assert sparkline(year("amount", "2", "4", "4", "5")).startswith("<svg")
