"""What somebody wants of an export."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """since (included), until (not included): the readings of that time, all where it is None. belongings: in a CSV
    file also what belongs to the meters: how they count, their changes and rules. bom: begin a CSV file with the mark
    that tells spreadsheets its letters. rights, history: who may do what, and who did what, in a JSON file.
    """

    since: datetime | None = None
    until: datetime | None = None
    belongings: bool = False
    bom: bool = True
    rights: bool = False
    history: bool = False


EVERYTHING = Wanted(belongings=True, rights=True, history=True)
READINGS = Wanted()
