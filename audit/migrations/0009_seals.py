"""Seals: what a stretch of the log adds up to, each over the one before it, so that no entry changes unnoticed.

They are the owner's alone (homelog/roles.py): the site can neither read nor make them.
"""

from django.db import migrations

TABLES = """
CREATE TABLE audit_seal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL UNIQUE,
    entries bigint NOT NULL,
    digest bytea NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (first_id <= last_id)
);
CREATE TRIGGER audit_seal_unchanged BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_untruncated BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
COMMENT ON TABLE audit_seal IS 'digest: SHA-256 of the one before and the entries first_id to last_id, a line each.';

CREATE TABLE audit_cursor (
    name text PRIMARY KEY,
    seal_id bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE audit_cursor IS 'Up to which seal the log was shipped, for each place it is shipped to.';

-- Without a policy there is no row for anybody but the owner, whatever should be granted by mistake.
ALTER TABLE audit_seal ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_cursor ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION audit_line(entry audit_log) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        entry.id, (extract(epoch FROM entry.event_time) * 1000000)::bigint, entry.event_type, entry.actor_id,
        entry.actor_name, entry.home_id, entry.source_id, entry.reading_id, entry.remote_address, entry.details
    )::text
$$;
CREATE FUNCTION audit_digest(previous bytea, first bigint, last bigint, OUT entries bigint, OUT digest bytea)
LANGUAGE sql STABLE AS $$
    SELECT count(*), sha256(previous || convert_to(coalesce(string_agg(audit_line(e), E'\\n' ORDER BY e.id), ''), 'UTF8'))
    FROM audit_log AS e WHERE e.id BETWEEN first AND last
$$;
REVOKE ALL ON FUNCTION audit_line(audit_log), audit_digest(bytea, bigint, bigint) FROM PUBLIC;
"""

UNDO = """
DROP FUNCTION audit_digest(bytea, bigint, bigint);
DROP FUNCTION audit_line(audit_log);
DROP TABLE audit_cursor;
DROP TABLE audit_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_kinds_of_programs")]

    operations = [migrations.RunSQL(TABLES, UNDO)]
