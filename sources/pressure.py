"""Which two sources are the upper and the lower value of one blood pressure."""

import re
from collections.abc import Iterable

from sources.models import DataSource

UPPER = re.compile(r"\b(upper|systol)", re.IGNORECASE)
LOWER = re.compile(r"\b(lower|diastol)", re.IGNORECASE)


def upper_and_lower(sources: Iterable[DataSource]) -> tuple[DataSource, DataSource] | None:
    """The two, told by their names; None where these do not tell, or where they count in different units."""
    pressures = [each for each in sources if each.source_type == "blood_pressure"]
    upper, lower = ([each for each in pressures if words.search(each.name)] for words in (UPPER, LOWER))
    if len(upper) != 1 or len(lower) != 1 or upper == lower or upper[0].unit != lower[0].unit:
        return None
    return upper[0], lower[0]
