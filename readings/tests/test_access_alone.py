"""The look-ups of readings, drafts and imports by themselves, past row-level security: this floor holds alone, too."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from homelog.testing import START, make_home, make_readings, make_source, share
from readings.access import (
    NoReading,
    draft_for,
    home_for_export,
    home_for_import,
    import_for_undo,
    imports_for_undo,
    reading_for_read,
)
from readings.importers import ImportRow
from readings.imports import store
from readings.models import ImportBatch, ImportDraft
from sources.models import DataSource, Home

Owner = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def meters(home: Home, alice: User) -> list[DataSource]:
    """Two meters of the home, and one of another home of Alice's."""
    barn = make_home(alice, "Barn")
    return [make_source(alice, place, name=name) for place, name in ((home, "A"), (home, "B"), (barn, "C"))]


@pytest.fixture
def brought(meters: list[DataSource], alice: User) -> list[ImportBatch]:
    """What one file brought into each of them; what another brought is beside it."""
    file_id = uuid7()
    return [imported(source, alice, file_id) for source in meters] + [imported(meters[0], alice, uuid7(), later=1)]


@pytest.fixture(autouse=True)
def rows_of_all(owner: Owner, brought: list[ImportBatch]) -> Iterator[None]:
    """From here on the database shows everything to everybody."""
    with owner():
        yield


def imported(source: DataSource, by: User, file_id: UUID, later: int = 0) -> ImportBatch:
    at = (START + timedelta(days=later)).replace(tzinfo=None)
    with acting_as(by):
        return store(source, [ImportRow(1, at, None, Decimal(7 + later))], "may.csv", "CSV, UTF-8", file_id=file_id)


def test_a_reading_is_found_through_its_own_source_alone(meters: list[DataSource], alice: User, bob: User) -> None:
    (one,) = make_readings(meters[0], ("99",), start=START + timedelta(days=5))
    assert reading_for_read(alice, meters[0].public_id, one.public_id) == one
    with pytest.raises(NoReading):
        reading_for_read(alice, meters[1].public_id, one.public_id)
    with pytest.raises(Http404):
        reading_for_read(bob, meters[0].public_id, one.public_id)


def test_a_home_takes_and_gives_its_own_meters_alone(
    home: Home, meters: list[DataSource], alice: User, bob: User
) -> None:
    share(meters[1], bob, "write")
    assert set(home_for_import(alice, home.public_id)[1]) == set(meters[:2])
    assert home_for_export(alice, home.public_id)[1] == meters[:2]
    with pytest.raises(Http404):
        home_for_import(bob, home.public_id)


def test_a_file_that_was_brought_is_its_bringers_and_locked_where_it_must_be(
    meters: list[DataSource], alice: User, bob: User
) -> None:
    share(meters[0], bob, "write")
    draft = ImportDraft.objects.create(source=meters[0], file_name="june.csv", content=b"", created_by=alice)
    for locked in (True, False):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert draft_for(alice, meters[0].public_id, draft.public_id, locked=locked) == draft
        assert ("FOR UPDATE" in asked.captured_queries[-1]["sql"]) is locked
    for user, source in ((bob, meters[0]), (alice, meters[1])):
        with pytest.raises(Http404):
            draft_for(user, source.public_id, draft.public_id)


def test_an_import_is_undone_at_its_own_source_alone(
    meters: list[DataSource], brought: list[ImportBatch], alice: User
) -> None:
    assert import_for_undo(alice, meters[0].public_id, brought[0].public_id) == brought[0]
    for public_id in (brought[1].public_id, uuid7()):
        with pytest.raises(Http404, match="There is no such import here"):
            import_for_undo(alice, meters[0].public_id, public_id)


def test_what_a_file_brought_into_a_home_is_undone_together_there(
    home: Home, brought: list[ImportBatch], alice: User
) -> None:
    assert set(imports_for_undo(alice, home.public_id, brought[0].file_id)) == {*brought[:2]}
    with pytest.raises(Http404, match="There is no such import here"):
        imports_for_undo(alice, home.public_id, uuid7())


def test_who_may_write_undoes_their_own_imports_and_those_that_are_undone_do_not_count(
    home: Home, meters: list[DataSource], brought: list[ImportBatch], alice: User, bob: User
) -> None:
    home.members.create(user=bob, level="write", granted_by=alice)
    mine = imported(meters[1], bob, brought[3].file_id, later=2)
    with pytest.raises(PermissionDenied, match="You may undo your own imports, not"):
        imports_for_undo(bob, home.public_id, mine.file_id)
    with pytest.raises(PermissionDenied, match="You may undo your own imports, not"):
        import_for_undo(bob, meters[0].public_id, brought[3].public_id)
    assert import_for_undo(bob, meters[1].public_id, mine.public_id) == mine
    ImportBatch.objects.filter(pk=brought[3].pk).update(undone_at=START)
    assert set(imports_for_undo(bob, home.public_id, mine.file_id)) == {brought[3], mine}
