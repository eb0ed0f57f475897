"""Fields that no form has, sent by hand with every valid form: whose something is and where it belongs stay."""

import pytest
from django.db import connection

from homelog.testing import make_home, make_source
from homelog.tests.matrix.addresses import addresses
from homelog.tests.matrix.household import Household, as_owner_of_the_tables, rolled_back
from homelog.tests.matrix.lines import Line
from homelog.tests.matrix.table import AREAS
from sources.models import DataSource

pytestmark = pytest.mark.django_db

NAMES = dict(addresses())
SENT = [line for lines in AREAS.values() for line in lines if line.method == "POST" and line.of in {"source", "home"}]
TO_MOVE = {"sources:source_hand_over", "sources:home_delete"}
PLACED = {
    "data_source": "id, owner_id, home_id",
    "home": "id, created_by_id",
    "home_member": "id, home_id, user_id",
    "source_access": "id, source_id, user_id",
    "data_validator": "id, source_id",
    "meter_change": "id, source_id",
    "reading": "id, source_id, created_by_id",
    "import_batch": "id, source_id, created_by_id",
    "source_invitation": "id, source_id, home_id, invited_by_id, used_by_id",
}
PEOPLE = ("owner_id", "created_by_id", "user_id", "invited_by_id", "used_by_id")


def placed(table: str) -> set[tuple[object, ...]]:
    """The rows of a table by what a form must not decide."""
    with as_owner_of_the_tables(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {PLACED[table]} FROM {table}")
        return set(cursor.fetchall())


@pytest.mark.parametrize("line", SENT, ids=lambda line: f"{line.name} {line.purpose}")
@pytest.mark.parametrize("who", ["writer", "admin", "home_admin"])
def test_what_no_form_asks_for_decides_nothing(who: str, line: Line, house: Household) -> None:
    stranger = house.people["stranger"]
    people = ("owner", "created_by", "user", "granted_by", "invited_by", "used_by", "updated_by", "recorded_by")
    forged = {f"{name}{end}": str(stranger.pk) for name in people for end in ("", "_id")}
    forged |= {"is_public": "on", "level": "owner", "is_staff": "on", "is_superuser": "on"}
    with rolled_back():
        theirs = make_source(stranger, make_home(stranger))
        forged |= dict.fromkeys(("id", "pk", "source", "source_id", "import_batch"), str(theirs.pk))
        forged |= dict.fromkeys(("home", "home_id"), str(theirs.home_id))
        before = {table: placed(table) for table in PLACED}
        body = {**forged, **line.body(house, who)}
        house.browser(who).post(line.path(house, who, NAMES[line.name]), body)
        now = {table: placed(table) for table in PLACED}
        for table, columns in PLACED.items():
            new = [dict(zip(columns.split(", "), row, strict=True)) for row in now[table] - before[table]]
            assert {row["id"] for row in new} & {row[0] for row in before[table]} == set() or line.name in TO_MOVE
            assert [row for row in new if stranger.pk in [row.get(name) for name in PEOPLE]] == [], table
            assert [row for row in new if row.get("source_id", house.source.pk) not in (house.source.pk, None)] == []
        with as_owner_of_the_tables():
            is_public = DataSource.objects.get(pk=house.source.pk).is_public
        assert is_public is (line.name == "sources:source_public" and who != "writer")
