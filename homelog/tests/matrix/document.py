"""The access matrix as a page of the documentation."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from homelog.tests.matrix.addresses import addresses
from homelog.tests.matrix.household import VISITORS
from homelog.tests.matrix.lines import Line
from homelog.tests.matrix.of_admin import MODELS, STAFF, possible
from homelog.tests.matrix.table import AREAS

COMMAND = ".venv/bin/python -m homelog.tests.matrix"
HEAD = f"""# Who may do what at every address

Written by `{COMMAND}` from the table that the tests try against the running site: every line with every
visitor, that the answer is this one, that a refused request changes no row of any table, and that no name of the
household is in an answer to somebody without a right. What the database refuses by itself is tried besides.

- **sees**, **may**: allowed. **no (403)**: may see the thing, but not do this. **not there (404)**: nothing tells that
  it exists. **sign in**: sent to the sign-in page.
- Visitors to whom an area answers alike share a column. "By share" is a right on the source alone, "by home" one on
  the home and every source in it. Staff are ordinary people here: their rights hold in Django admin only.
- Methods that stand in no line are answered with 405 and do nothing.
"""


ADMIN = """## Django admin

For staff only: whoever is not signed in meets the sign-in page, whoever is no staff is turned away, owners included.
What staff do there they do under the database role `homelog_staff`, which sees all; it is in the audit log.
"""


def place() -> Path:
    """Where the page is."""
    return Path(settings.BASE_DIR) / "docs" / "access-matrix.md"


def page() -> str:
    """The whole page."""
    keys = dict(addresses())
    return "\n".join([HEAD, *(_area(title, lines, keys) for title, lines in AREAS.items()), _admin()])


def _area(title: str, lines: Sequence[Line], keys: dict[str, tuple[str, ...]]) -> str:
    columns: dict[tuple[str, ...], list[str]] = {}
    for who, words in VISITORS.items():
        columns.setdefault(tuple(line.word(who) for line in lines), []).append(words)
    heads = ["address", "method", "what it is for", *("; ".join(people) for people in columns.values())]
    rows = [
        [f"`{line.shape(keys[line.name])}`", line.method, line.purpose, *(cells[number] for cells in columns)]
        for number, line in enumerate(lines)
    ]
    return "\n".join([f"## {title}\n", _row(heads), _row(["---"] * len(heads)), *map(_row, rows), ""])


def _admin() -> str:
    """Django admin in one table: what each kind of staff may do with each model."""
    rows = []
    for model in MODELS:
        may = [", ".join(["look", *possible(model, who)]) if who != "nothing" else "no (403)" for who in STAFF]
        rows.append([f"`{model.replace('_', '.', 1)}`", *may])
    heads = ["model", *STAFF.values()]
    return "\n".join([ADMIN, _row(heads), _row(["---"] * len(heads)), *map(_row, rows), ""])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
