"""Lines of the addresses in audit/urls.py: histories, and putting back."""

from homelog.tests.matrix.household import Household
from homelog.tests.matrix.lines import Line


def _own_gone(house: Household, who: str) -> dict[str, object]:
    return {"public_id": house.owned_by(who).gone}


def _another_gone(house: Household, who: str) -> dict[str, object]:
    return {"public_id": house.of_another(who).gone}


def _corrected(house: Household, who: str) -> dict[str, object]:
    return {"public_id": house.known["corrected"]}


HISTORY = [
    Line("audit:source_history", "GET", "The history of a source; of its readings below admin"),
    Line("audit:source_history_csv", "GET", "The same as a file"),
    Line("audit:home_history", "GET", "The history of a home", of="home", least="admin"),
    Line("audit:home_history_csv", "GET", "The same as a file", of="home", least="admin"),
    Line(
        *("audit:put_back", "POST", "Put back a reading that one wrote down"),
        least="write",
        keys=_own_gone,
        changes="reading",
    ),
    Line(
        *("audit:put_back", "POST", "Put back a reading that somebody else wrote down"),
        least="admin",
        keys=_another_gone,
        changes="reading",
    ),
    Line(
        *("audit:put_back", "POST", "Give a corrected reading its earlier state again"),
        least="write",
        keys=_corrected,
        body=lambda h, who: {"to": h.known["first_state"], "version": h.known["version"]},
        changes="reading",
    ),
]

AREAS = {"History": HISTORY}
