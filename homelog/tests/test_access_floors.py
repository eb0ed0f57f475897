"""Each floor holds alone: with the checks of pages and queries switched off, the database shows and changes nothing.

The other way round: a page that forgets its check is found by the matrix.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Value

from accounts import prepared
from homelog.tests.matrix.addresses import addresses
from homelog.tests.matrix.household import NOT_SIGNED_IN, SECRET, VISITORS, Household, rolled_back
from homelog.tests.matrix.lines import Line
from homelog.tests.matrix.table import AREAS, lines_of
from homelog.tests.matrix.trying import attempts, judged
from readings.access import reading_for_write
from readings.models import ImportDraft
from readings.views import importing, table
from sources.access import source_for
from sources.models import DataSource, Home
from sources.querysets import HomeQuerySet, SourceQuerySet
from sources.views import rules, sharing

pytestmark = pytest.mark.django_db

NAMES = dict(addresses())
HOUSEHOLD = [line for lines in AREAS.values() for line in lines if line.of in {"source", "home"}]
ANYHOW = {
    # Who administers one source may change its settings, and so its place.
    ("sources:home_order", "admin"): {"data_source"},
    # A file that is looked at is its own bringer's alone, even of a member who may only look.
    ("readings:home_import", "home_reader"): {"import_draft"},
    ("readings:home_import_preview", "home_reader"): {"import_draft"},
    # What a file for the home brought into a source that is shared with them, they may undo there.
    ("readings:home_import_undo", "writer"): {"import_batch", "reading"},
    ("readings:home_import_undo", "admin"): {"import_batch", "reading"},
}
"""What the database rightly allows by another page."""
WITHOUT_A_RIGHT = ("stranger", "former", "invited", "staff")


@pytest.fixture
def checks_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every page takes everybody for the owner of everything."""

    def everything(self: Any, *args: object) -> Any:
        return self.annotate(level=Value(4))

    def any_draft(user: object, source_id: object, public_id: UUID) -> ImportDraft:
        return ImportDraft.objects.select_related("source").get(public_id=public_id)

    monkeypatch.setattr(SourceQuerySet, "at_level", everything)
    monkeypatch.setattr(HomeQuerySet, "visible_to", everything)
    monkeypatch.setattr(importing, "draft_for", any_draft)
    prepared.forget()
    yield
    monkeypatch.undo()
    prepared.forget()


def title(line: object) -> str:
    return f"{line.name} {line.method} {line.purpose}" if isinstance(line, Line) else str(line)


def test_the_checks_are_off(checks_off: None, house: Household) -> None:
    stranger = house.people["stranger"]
    with rolled_back():
        own = DataSource.objects.visible_to(stranger).query, Home.objects.visible_to(stranger).query
    assert [str(query).count("WHERE") for query in own] == [0, 0]


@pytest.mark.parametrize("line", HOUSEHOLD, ids=title)
def test_the_database_alone_keeps_out_who_has_no_right(line: Line, checks_off: None, house: Household) -> None:
    found = attempts(house, line, WITHOUT_A_RIGHT, NAMES[line.name], [line.method.lower()])
    assert [(key, one.status) for key, one in found.items() if SECRET in one.text + one.location] == []
    assert [(key, one.status) for key, one in found.items() if one.status == 200 or one.changed] == []


@pytest.mark.parametrize("line", [line for line in HOUSEHOLD if line.method == "POST"], ids=title)
def test_the_database_alone_lets_nobody_do_more_than_their_right(
    line: Line, checks_off: None, house: Household
) -> None:
    refused = [who for who in VISITORS if who not in NOT_SIGNED_IN and line.is_refused(who)]
    found = attempts(house, line, refused, NAMES[line.name], ["post"])
    may = {who: tables for (name, who), tables in ANYHOW.items() if name == line.name}
    assert [(key, one.changed) for key, one in found.items() if one.changed - may.get(key[0], set())] == []


def _looser(what: str) -> Callable[..., DataSource]:
    return lambda user, public_id, *args: source_for(user, public_id, what)


def _unchecked(user: object, source_id: Any, public_id: Any, **kwargs: object) -> Any:
    source = DataSource.objects.get(public_id=source_id)
    source.level = 4
    reading = source.readings.get(public_id=public_id)
    reading.source = source
    return reading


FAULTS = [
    ("sources:rule_list", rules, "source_for", _looser("see")),
    ("sources:source_sharing", sharing, "source_for", _looser("see")),
    ("sources:source_uninvite", sharing, "source_for", _looser("see")),
    ("readings:reading_delete", table, "reading_for_delete", reading_for_write),
    ("readings:reading_update", table, "reading_for_write", _unchecked),
]


@pytest.mark.parametrize(("name", "module", "check", "looser"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_page_that_forgets_its_check_is_found(
    name: str, module: Any, check: str, looser: Any, house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, check, looser)
    assert [complaint for line in lines_of(name) for complaint in judged(house, line, NAMES[name])] != []
