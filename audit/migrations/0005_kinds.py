"""What kind of thing an entry tells of, and indexes by which each kind is found among the readings and looks that are
most of a log. None of them takes an entry of a reading, so that writing one down costs nothing more.

`audit_kind` is audit.kinds in SQL, for Django admin: its role sees every row, so an index over a function serves it. For
a household the policies come first, and only conditions that can tell nothing (such as =) reach an index before them.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KIND = r"""
CREATE OR REPLACE FUNCTION audit_kind(event text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN event LIKE 'view\_%' THEN 'views'
        WHEN event LIKE '%\_reading' THEN 'readings'
        WHEN event IN ('import_readings', 'undo_import') THEN 'imports'
        WHEN event LIKE '%\_meter\_change' THEN 'meter_changes'
        WHEN event LIKE '%\_share' OR event LIKE '%\_member' OR event LIKE '%\_invitation' THEN 'sharing'
        WHEN event LIKE '%\_source' OR event LIKE '%\_rule' OR event LIKE '%\_home' THEN 'settings'
        WHEN event = 'sign_in_failed' THEN 'failed'
        WHEN event LIKE 'sign\_%' OR event LIKE '%\_password' OR event LIKE '%\_email' THEN 'sign_ins'
        WHEN event LIKE 'end\_device%' OR event = 'export_person' THEN 'sign_ins'
        ELSE 'people'
    END
$$
"""
SELDOM = (
    "WHERE event_type NOT IN ('create_reading', 'update_reading', 'delete_reading', 'restore_reading', 'view_source')"
)
INDEXES = {
    "audit_log_kind": "(audit_kind(event_type), event_time DESC, id DESC) WHERE audit_kind(event_type) <> 'readings'",
    "audit_log_source_seldom": f"(source_id, event_time DESC, id DESC) {SELDOM}",
    "audit_log_home_seldom": f"(home_id, event_time DESC, id DESC) {SELDOM}",
    "audit_log_typed": "(upper(details ->> 'typed') text_pattern_ops) WHERE event_type = 'sign_in_failed'",
    "audit_log_staff": "(event_time DESC, id DESC) WHERE (details -> 'staff') = 'true'::jsonb",
}
PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_log'::regclass ORDER BY 1"
HAS_PART = """
SELECT 1 FROM pg_inherits i JOIN pg_index x ON x.indexrelid = i.inhrelid
WHERE i.inhparent = %s::regclass AND x.indrelid = %s::regclass
"""


def make(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Each index on each month by itself, so that nobody waits; months that are made later get theirs by themselves."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(PARTS)
        parts = [name for (name,) in cursor.fetchall()]
        for index, on in INDEXES.items():
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {index} ON ONLY audit_log {on}")
            for part in parts:
                cursor.execute(HAS_PART, [index, part])
                if cursor.fetchone():
                    continue
                name = f"{part}_{index.removeprefix('audit_log_')}"
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
                cursor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {part} {on}")
                cursor.execute(f"ALTER INDEX {index} ATTACH PARTITION {name}")


def undo(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them again."""
    with schema_editor.connection.cursor() as cursor:
        for index in INDEXES:
            cursor.execute(f"DROP INDEX IF EXISTS {index}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0004_imports_of_readings")]

    operations = [
        migrations.RunSQL(KIND, "DROP FUNCTION audit_kind(text)"),
        migrations.RunPython(make, undo),
    ]
