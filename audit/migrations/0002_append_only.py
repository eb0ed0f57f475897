"""The log can only be added to: triggers stop the owner too, policies say who reads, months are made ahead.

The site's roles are granted SELECT and INSERT only (homelog/roles.py). TRUNCATE triggers are not inherited, so each
partition gets its own.
"""

from django.db import migrations

TRIGGERS = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log can only be added to' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_log_unchanged BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_log_untruncated BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE FUNCTION audit_make_partition(name text, bounds text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF audit_log %s', name, bounds);
    EXECUTE format('CREATE TRIGGER audit_log_untruncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()', name);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', name);
END $$;

-- Makes the partitions of the months from `first` on that are not there yet, and answers with how many were made.
CREATE FUNCTION audit_make_months(first date, months integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    month timestamptz := date_trunc('month', first::timestamp) AT TIME ZONE 'UTC';
    made integer := 0;
    name text;
BEGIN
    FOR i IN 1..months LOOP
        name := 'audit_log_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            PERFORM audit_make_partition(name, format('FOR VALUES FROM (%L) TO (%L)', month,
                ((month AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'));
            made := made + 1;
        END IF;
        month := ((month AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION audit_make_partition(text, text), audit_make_months(date, integer) FROM PUBLIC;
SELECT audit_make_partition('audit_log_other', 'DEFAULT');
SELECT audit_make_months(current_date, 24);
"""

UNDO_TRIGGERS = """
DROP TRIGGER audit_log_unchanged ON audit_log;
DROP TRIGGER audit_log_untruncated ON audit_log;
DROP FUNCTION audit_make_months(date, integer), audit_make_partition(text, text);
DROP FUNCTION audit_refuse() CASCADE;
"""

ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"


def mine(column: str, setting: str) -> str:
    return f"{column} = ANY (NULLIF(current_setting('homelog.{setting}', true), '')::bigint[])"


POLICIES = f"""
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_log_select ON audit_log FOR SELECT TO homelog_app USING (
    {mine("source_id", "administered")}
    OR (reading_id IS NOT NULL AND {mine("source_id", "readable")})
    OR {mine("home_id", "homes_administered")}
    OR actor_id = {ME}
);
CREATE POLICY audit_log_insert ON audit_log FOR INSERT TO homelog_app WITH CHECK (actor_id IS NOT DISTINCT FROM {ME});
CREATE POLICY audit_log_staff_select ON audit_log FOR SELECT TO homelog_staff USING (true);
CREATE POLICY audit_log_staff_insert ON audit_log FOR INSERT TO homelog_staff WITH CHECK (actor_id IS NOT DISTINCT FROM {ME});
"""  # noqa: S608 - our own text only

UNDO_POLICIES = """
DROP POLICY audit_log_select ON audit_log;
DROP POLICY audit_log_insert ON audit_log;
DROP POLICY audit_log_staff_select ON audit_log;
DROP POLICY audit_log_staff_insert ON audit_log;
ALTER TABLE audit_log DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(TRIGGERS, UNDO_TRIGGERS),
        migrations.RunSQL(POLICIES, UNDO_POLICIES),
    ]
