"""The database alone, asked with raw SQL as the site's role: every table, every command, every kind of visitor.

What is expected is in homelog/tests/matrix/rows.py, which also says how a table is added.
"""

import pytest
from django.db import connection, transaction

from homelog.tests.matrix.household import Household, as_owner_of_the_tables, rolled_back, tables
from homelog.tests.matrix.rows import BOUND, CLOSED, LOG, OPEN, REFUSED, ROWS, bound, complaints, count, touched

pytestmark = pytest.mark.django_db

# What a person sees of the log: of each kind of place the entries, where they may.
TOLD = "actor_id = {me} OR reading_id IS NOT NULL OR event_type IN ('import_readings', 'undo_import')"
SEEN = {
    "nobody": "false",
    "inactive": "false",
    "stranger": "actor_id = {me}",
    "former": "actor_id = {me}",
    "invited": "actor_id = {me}",
    "reader": TOLD,
    "writer": TOLD,
    "admin": "actor_id = {me} OR source_id IS NOT NULL",
    "home_reader": TOLD,
    "home_writer": TOLD,
    "home_admin": "actor_id = {me} OR source_id IS NOT NULL OR home_id IS NOT NULL",
    "owner": "actor_id = {me} OR source_id IS NOT NULL OR home_id IS NOT NULL",
    "staff": "true",
}
PLANTED = [
    ("reading", "DROP POLICY reading_select ON reading"),
    ("reading", "CREATE POLICY wide ON reading FOR SELECT TO homelog_app USING (true)"),
    ("reading", "ALTER POLICY reading_delete ON reading USING (true)"),
    ("data_source", "ALTER TABLE data_source DISABLE ROW LEVEL SECURITY"),
    ("source_access", "ALTER POLICY source_access_insert ON source_access WITH CHECK (true)"),
    ("home_member", "GRANT TRUNCATE ON home_member TO homelog_app"),
    ("import_draft", "ALTER POLICY import_draft_update ON import_draft USING (true) WITH CHECK (true)"),
]


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def rows(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [str(name) for (name,) in cursor.fetchall()]


def test_every_table_has_its_entry(house: Household) -> None:
    known = {*ROWS, *OPEN, *CLOSED, LOG}
    assert set(tables()) - known == set(), "Say in homelog/tests/matrix/rows.py who may do what with its rows."
    assert known - set(tables()) == set()


@pytest.mark.parametrize("table", ROWS)
def test_everybody_sees_and_touches_what_their_right_allows(table: str, house: Household) -> None:
    assert list(complaints(house, table)) == []


@pytest.mark.parametrize("table", CLOSED)
def test_what_is_the_owners_alone_nobody_reads_or_writes(table: str, house: Household) -> None:
    asked = (f"SELECT count(*) FROM {table}", f"UPDATE {table} SET {CLOSED[table]} = 1", f"DELETE FROM {table}")
    for who in BOUND:
        with bound(house, who):
            assert {touched(sql) for sql in asked} == {REFUSED}


@pytest.mark.parametrize("who", BOUND)
def test_everybody_reads_what_they_may_of_the_log_and_changes_nothing(who: str, house: Household) -> None:
    person = house.people.get(who)
    with as_owner_of_the_tables():
        wanted = touched(f"SELECT count(*) FROM audit_log WHERE {SEEN[who].format(me=person.pk if person else 0)}")
    with bound(house, who):
        assert touched("SELECT count(*) FROM audit_log") == wanted
        for sql in ("UPDATE audit_log SET actor_name = ''", "DELETE FROM audit_log", "TRUNCATE audit_log"):
            assert touched(sql) == REFUSED


@pytest.mark.parametrize("table", [*ROWS, LOG])
@pytest.mark.parametrize("who", ["nobody", "owner"])
def test_nothing_is_copied_into_a_table_of_the_household(who: str, table: str, house: Household) -> None:
    with bound(house, who):
        assert touched(f'COPY "{table}" FROM STDIN') == REFUSED


@pytest.mark.parametrize("table", [*ROWS, LOG])
@pytest.mark.parametrize("who", ["nobody", "inactive", "invited"])
def test_copying_out_of_a_table_gives_no_more_than_looking(who: str, table: str, house: Household) -> None:
    with bound(house, who), connection.cursor() as cursor:
        with cursor.copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copy:
            lines = sum(bytes(block).count(b"\n") for block in copy)
        assert lines == touched(f'SELECT count(*) FROM "{table}"')


@pytest.mark.parametrize(("table", "fault"), PLANTED, ids=lambda value: value)
def test_a_planted_fault_is_found(table: str, fault: str, house: Household) -> None:
    with rolled_back():
        with as_owner_of_the_tables():
            run(fault)
        assert list(complaints(house, table)) != []


def test_no_role_of_the_site_owns_anything_or_goes_past_the_policies(house: Household) -> None:
    site = "('homelog_app', 'homelog_staff')"
    assert rows(f"SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) IN {site}") == []
    assert rows(f"SELECT proname FROM pg_proc WHERE pg_get_userbyid(proowner) IN {site}") == []
    assert rows(f"SELECT rolname FROM pg_roles WHERE rolname IN {site} AND (rolsuper OR rolbypassrls)") == []
    owned = "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    assert rows(owned) == ["homelog_owner"]
    assert rows("SELECT 1 WHERE pg_has_role('homelog_app', 'homelog_owner', 'MEMBER')") == []


def test_every_table_of_the_household_is_guarded_and_only_those_named_are_not(house: Household) -> None:
    off = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relrowsecurity"
    )
    assert set(off) == set(OPEN)


def test_functions_that_run_as_the_owner_have_a_fixed_path_and_are_for_the_site_alone(house: Household) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.proconfig::text, has_function_privilege('public', p.oid, 'EXECUTE'),"
            " has_function_privilege('homelog_app', p.oid, 'EXECUTE'),"
            " has_function_privilege('homelog_staff', p.oid, 'EXECUTE')"
            " FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1"
        )
        found = {name: tuple(rest) for name, *rest in cursor.fetchall()}
    path = '{"search_path=public, pg_temp"}'
    assert found == {
        "accept_invitation": (path, False, True, False),
        "act_as": (path, False, True, True),
        "act_as_visitor": (path, False, True, False),
        "files_waiting": (path, False, True, False),
        "guard_part": (path, False, False, False),
        "heirs_of_mine": (path, False, True, True),
        "homes_made": (path, False, True, False),
        "invitation_offered": (path, False, True, False),
        "keep_all": (path, False, False, False),
        "keep_moved": (path, False, False, False),
        "keep_readings": (path, False, False, False),
        "lock_source": (path, False, True, True),
        "owned_by_heir": (path, False, True, False),
        "site_figures": (path, False, True, False),
        "use_api_key": (path, False, True, False),
    }


def test_no_view_shows_what_its_owner_may_see(house: Household) -> None:
    views = rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')")
    assert views == ["source_level"]
    for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        assert rows(f"SELECT 1 WHERE has_table_privilege('homelog_app', 'source_level', '{privilege}')") == []
        assert rows(f"SELECT 1 WHERE has_table_privilege('homelog_staff', 'source_level', '{privilege}')") == []


def test_the_site_makes_nothing_in_the_schema_and_sets_no_sequence(house: Household) -> None:
    assert rows("SELECT 1 WHERE has_schema_privilege('homelog_app', 'public', 'CREATE')") == []
    sequences = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
    assert len(rows(sequences)) > 10
    may_set = "has_sequence_privilege('homelog_app', format('%I', sequencename), 'UPDATE')"
    assert rows(f"{sequences} AND {may_set}") == []


def test_whoever_runs_sql_of_their_own_as_the_site_can_act_as_anybody(house: Household) -> None:
    """A limit of policies that read settings, told in SECURITY.md: they stop a forgotten check, not injected SQL."""
    with bound(house, "stranger"):
        assert touched("SELECT count(*) FROM reading") == 0
        run(f"SELECT set_config('homelog.readable', '{{{house.source.pk}}}', true)")
        assert touched("SELECT count(*) FROM reading") == count("reading")
    with bound(house, "stranger"), transaction.atomic():
        run("SET LOCAL ROLE homelog_staff")
        assert touched("SELECT count(*) FROM reading") > 0
        assert touched("DELETE FROM audit_log") == REFUSED
        assert touched("TRUNCATE reading CASCADE") == REFUSED
