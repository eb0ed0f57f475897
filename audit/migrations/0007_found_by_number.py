"""Staff open an entry by its number alone, which the key of the log does not begin with. Numbers grow with the table,
so an index of ranges finds one: it is a thousandth of another's size, and costs a new entry nothing.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ON = "USING brin (id) WITH (autosummarize = on)"
PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_log'::regclass ORDER BY 1"
MISSING = """
SELECT NOT EXISTS (
    SELECT FROM pg_inherits i JOIN pg_index x ON x.indexrelid = i.inhrelid
    WHERE i.inhparent = 'audit_log_number'::regclass AND x.indrelid = %s::regclass
)
"""


def make(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """On each month by itself, so that nobody waits; months that are made later get theirs by themselves."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX IF NOT EXISTS audit_log_number ON ONLY audit_log {ON}")
        cursor.execute(PARTS)
        for (part,) in cursor.fetchall():
            cursor.execute(MISSING, [part])
            if cursor.fetchone()[0]:
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {part}_number")
                cursor.execute(f"CREATE INDEX CONCURRENTLY {part}_number ON {part} {ON}")
                cursor.execute(f"ALTER INDEX audit_log_number ATTACH PARTITION {part}_number")


def undo(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop it again."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS audit_log_number")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0006_kinds_of_identities")]

    operations = [migrations.RunPython(make, undo)]
