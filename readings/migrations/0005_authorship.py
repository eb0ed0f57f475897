"""Who wrote a reading down is true: on it hangs who may delete it, and undo an import.

An administrator may put somebody else's reading back, so only they name another person; nobody changes it afterwards,
and no reading moves to another source.
"""

from django.db import migrations


def mine(column: str, setting: str) -> str:
    return f"{column} = ANY (NULLIF(current_setting('homelog.{setting}', true), '')::bigint[])"


ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"

GUARD = """
CREATE FUNCTION guard_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'homelog_app' THEN
        RAISE EXCEPTION 'a reading keeps its source and who wrote it down' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_reading BEFORE UPDATE OF source_id, created_by_id ON reading FOR EACH ROW
    WHEN (NEW.source_id <> OLD.source_id OR NEW.created_by_id IS DISTINCT FROM OLD.created_by_id)
    EXECUTE FUNCTION guard_reading();
"""


class Migration(migrations.Migration):
    dependencies = [("readings", "0004_doubtful_index")]

    operations = [
        migrations.RunSQL(GUARD, "DROP TRIGGER guard_reading ON reading; DROP FUNCTION guard_reading()"),
        migrations.RunSQL(
            f"ALTER POLICY reading_insert ON reading WITH CHECK ({mine('source_id', 'administered')}"
            f" OR ({mine('source_id', 'writable')} AND created_by_id = {ME}))",
            f"ALTER POLICY reading_insert ON reading WITH CHECK ({mine('source_id', 'writable')})",
        ),
    ]
