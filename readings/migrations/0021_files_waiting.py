"""How many files of somebody wait to be imported, those for what they may change no more included: no policy shows
them those, and they take room all the same. What waited too long is thrown away with them.
"""

from django.db import migrations

WAITING = """
CREATE FUNCTION files_waiting(since timestamptz) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    DELETE FROM import_draft
    WHERE created_by_id = NULLIF(current_setting('homelog.user_id', true), '')::bigint AND created_at < since;
    SELECT count(*) FROM import_draft
    WHERE created_by_id = NULLIF(current_setting('homelog.user_id', true), '')::bigint AND content <> '';
$$;
REVOKE ALL ON FUNCTION files_waiting(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION files_waiting(timestamptz) TO homelog_app;
"""


class Migration(migrations.Migration):
    dependencies = [("readings", "0020_kept_pictures")]

    operations = [migrations.RunSQL(WAITING, "DROP FUNCTION files_waiting(timestamptz)")]
