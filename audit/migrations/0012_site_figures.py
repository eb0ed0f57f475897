"""When backups were made, and a function by which the site tells whoever watches it how old things are.

The figures are ages and numbers, nothing of anybody; each part of it looks at a bounded number of rows. Seals, cursors
and backups stay the owner's alone (homelog/roles.py).
"""

from django.db import migrations

TABLE = """
CREATE TABLE backup_made (
    made_at timestamptz PRIMARY KEY DEFAULT clock_timestamp(),
    bytes bigint NOT NULL
);
COMMENT ON TABLE backup_made IS 'A row for each file that manage.py backup wrote to its end.';
ALTER TABLE backup_made ENABLE ROW LEVEL SECURITY;
"""

FIGURES = """
-- Ages and waits in seconds. 7104: readings.import_runs.LOCKS, which a run holds while it works; one that waits for its
-- turn says so every few seconds. The oldest entry that waits is looked for among the next 2,000 numbers.
CREATE FUNCTION site_figures(
    OUT seal_age float8, OUT unsealed_for float8, OUT places bigint, OUT shipped_age float8, OUT unshipped_for float8,
    OUT backup_age float8, OUT drafts bigint, OUT imports_waiting bigint, OUT imports_running bigint
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    newest audit_seal;
    shipped bigint;
BEGIN
    SELECT * INTO newest FROM audit_seal ORDER BY id DESC LIMIT 1;
    seal_age := extract(epoch FROM clock_timestamp() - newest.sealed_at);
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(event_time)), 0) INTO unsealed_for
    FROM audit_log WHERE id > newest.last_id AND id <= newest.last_id + 2000
        AND event_time > newest.sealed_at - interval '1 day' AND event_time < clock_timestamp();

    SELECT count(*), min(seal_id) INTO places, shipped FROM audit_cursor;
    IF places > 0 THEN
        SELECT extract(epoch FROM clock_timestamp() - sealed_at) INTO shipped_age FROM audit_seal WHERE id = shipped;
        SELECT coalesce(extract(epoch FROM clock_timestamp() - min(sealed_at)), 0) INTO unshipped_for
        FROM (SELECT sealed_at FROM audit_seal WHERE id > shipped ORDER BY id LIMIT 1) AS due;
    END IF;
    SELECT extract(epoch FROM clock_timestamp() - max(made_at)) INTO backup_age FROM backup_made;

    SELECT count(*) INTO imports_running FROM pg_locks WHERE locktype = 'advisory' AND classid = 7104 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
    SELECT count(*) FILTER (WHERE NOT (run ->> 'what' = 'store' AND run ->> 'state' = 'done') IS TRUE),
           count(*) FILTER (WHERE run ->> 'state' = 'running' AND (run ->> 'of')::int = 0 AND NOT EXISTS (
               SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 7104 AND granted
               AND objid = (id % 2147483648)::oid)
               AND coalesce(nullif(run ->> 'waited', ''), run ->> 'began')::timestamptz > now() - interval '20 seconds')
    INTO drafts, imports_waiting FROM (SELECT id, run FROM import_draft LIMIT 10000) AS found;
END $$;
REVOKE ALL ON FUNCTION site_figures() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION site_figures() TO homelog_app;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0011_old_views_may_go"), ("readings", "0019_import_runs")]

    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE backup_made"),
        migrations.RunSQL(FIGURES, "DROP FUNCTION site_figures()"),
    ]
