"""An entry whose time is infinite is sealed as well: it would have stopped the sealing of all. All others are as before."""

from django.db import migrations

LINE = """
CREATE OR REPLACE FUNCTION audit_line(entry audit_log) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        entry.id, {time}, entry.event_type, entry.actor_id,
        entry.actor_name, entry.home_id, entry.source_id, entry.reading_id, entry.remote_address, entry.details
    )::text
$$
"""
MICROSECONDS = "(extract(epoch FROM entry.event_time) * 1000000)::bigint"
ANY = f"CASE WHEN isfinite(entry.event_time) THEN to_jsonb({MICROSECONDS}) ELSE to_jsonb(entry.event_time::text) END"


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_seals")]

    operations = [migrations.RunSQL(LINE.format(time=ANY), LINE.format(time=MICROSECONDS))]
