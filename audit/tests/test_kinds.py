"""The kinds of events: in Python for households, in SQL for staff, and both say the same."""

from django.db import connection

from audit.kinds import KINDS, LABELS, VIEWS
from audit.sentences import SENTENCES

TOLD_AS = {
    *("correct_reading", "archive_source", "restore_source", "hand_over_source", "publish_source"),
    *("unpublish_source", "revoke_invitation", "join_home", "leave_home", "leave_share"),
    *("sign_in_with", "rename_unit", "convert_source"),
    "revoke_key",
}


def kind_in_sql(event: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_kind(%s)", [event])
        return str(cursor.fetchone()[0])


def test_each_kind_has_a_name() -> None:
    assert set(LABELS) == set(KINDS)


def test_every_event_is_of_one_kind_and_staff_find_it_under_the_same(db: None) -> None:
    of = {event: kind for kind, events in KINDS.items() for event in events}
    assert len(of) == sum(map(len, KINDS.values()))
    of |= {"sign_in_failed": "failed", "view_log": "views"}
    of |= dict.fromkeys((f"{verb}_email" for verb in ("create", "update", "delete")), "sign_ins")
    others = {event: of.get(event, "people") for event in {*SENTENCES, *of} - TOLD_AS}
    assert {event: kind_in_sql(event) for event in others} == others
    assert {event for event, kind in others.items() if kind == "people"} == {
        *(f"{verb}_{noun}" for verb in ("create", "update", "delete") for noun in ("person", "group")),
        *("give_rights", "take_rights", "delete_own_account", "prune_views"),
    }


def test_a_filter_by_kind_is_served_by_an_index_without_readings_in_it(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'audit_log'")
        found = dict(cursor.fetchall())
    for name in ("audit_log_kind", "audit_log_source_seldom", "audit_log_home_seldom"):
        assert "reading" in found[name].split("WHERE")[1]


def test_every_month_has_each_index(db: None) -> None:
    query = """
        SELECT i.inhparent::regclass::text, count(*) FROM pg_inherits i JOIN pg_index x ON x.indexrelid = i.inhrelid
        WHERE x.indisvalid AND i.inhparent IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'audit_log'::regclass)
        GROUP BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(query)
        counts = dict(cursor.fetchall())
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_log'::regclass")
        (months,) = cursor.fetchone()
    assert {"audit_log_kind", "audit_log_staff", "audit_log_typed", "audit_log_number"} <= set(counts)
    assert set(counts.values()) == {months}


def test_the_database_takes_the_same_entries_for_looks_as_pruning_may_remove(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(event ORDER BY event) FROM unnest(%s::text[]) AS event WHERE audit_is_view(event)",
            [[*SENTENCES, *VIEWS]],
        )
        assert set(cursor.fetchone()[0]) == set(VIEWS)
