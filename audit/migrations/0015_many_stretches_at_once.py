"""Many stretches are added up in one look at the log, and an entry's line is put together as text.

What a line and a seal are does not change by a byte (audit/tests/test_seal_sums.py). Before, each stretch of a
thousand entries looked into every month by itself, and each line was made as JSON first, only to be written out.
"""

from django.db import migrations

LINE = """
CREATE OR REPLACE FUNCTION audit_line(entry audit_log) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT '[' || entry.id
        || ', ' || CASE WHEN isfinite(entry.event_time) THEN (extract(epoch FROM entry.event_time) * 1000000)::bigint::text
                   ELSE to_json(entry.event_time::text)::text END
        || ', ' || coalesce(to_json(entry.event_type)::text, 'null')
        || ', ' || coalesce(entry.actor_id::text, 'null')
        || ', ' || coalesce(to_json(entry.actor_name)::text, 'null')
        || ', ' || coalesce(entry.home_id::text, 'null')
        || ', ' || coalesce(entry.source_id::text, 'null')
        || ', ' || coalesce(to_json(entry.reading_id)::text, 'null')
        || ', ' || coalesce(to_json(entry.remote_address)::text, 'null')
        || ', ' || coalesce(entry.details::text, 'null') || ']'
$$;
"""
LINE_BEFORE = """
CREATE OR REPLACE FUNCTION audit_line(entry audit_log) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        entry.id, CASE WHEN isfinite(entry.event_time) THEN to_jsonb((extract(epoch FROM entry.event_time) * 1000000)::bigint)
        ELSE to_jsonb(entry.event_time::text) END, entry.event_type, entry.actor_id,
        entry.actor_name, entry.home_id, entry.source_id, entry.reading_id, entry.remote_address, entry.details
    )::text
$$;
"""

STRETCHES = """
-- What the stretches add up to that begin at these numbers, which must rise; the last one ends with `last`.
CREATE FUNCTION audit_stretches(firsts bigint[], last bigint)
RETURNS TABLE (place integer, entries bigint, changes_digest bytea, views bigint, views_digest bytea, views_until timestamptz)
LANGUAGE sql STABLE AS $$
    WITH told AS (
        SELECT width_bucket(e.id, firsts) AS place, audit_is_view(e.event_type) AS is_view, count(*) AS entries,
            sha256(convert_to(string_agg(audit_line(e), E'\\n' ORDER BY e.id), 'UTF8')) AS digest, max(e.event_time) AS until
        FROM audit_log AS e WHERE e.id BETWEEN firsts[1] AND last GROUP BY 1, 2
    )
    SELECT one.place, coalesce(changed.entries, 0) + coalesce(looked.entries, 0), coalesce(changed.digest, sha256('')),
        coalesce(looked.entries, 0), coalesce(looked.digest, sha256('')), looked.until
    FROM generate_series(1, cardinality(firsts)) AS one (place)
    LEFT JOIN told AS changed ON changed.place = one.place AND NOT changed.is_view
    LEFT JOIN told AS looked ON looked.place = one.place AND looked.is_view
$$;
REVOKE ALL ON FUNCTION audit_stretches(bigint[], bigint) FROM PUBLIC;
CREATE OR REPLACE FUNCTION audit_sums(first bigint, last bigint, OUT entries bigint, OUT changes_digest bytea,
                                      OUT views bigint, OUT views_digest bytea, OUT views_until timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT entries, changes_digest, views, views_digest, views_until FROM audit_stretches(ARRAY[first], last)
$$;
"""
UNDO = """
CREATE OR REPLACE FUNCTION audit_sums(first bigint, last bigint, OUT entries bigint, OUT changes_digest bytea,
                                      OUT views bigint, OUT views_digest bytea, OUT views_until timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT count(*),
        sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY id) FILTER (WHERE NOT is_view), ''), 'UTF8')),
        count(*) FILTER (WHERE is_view),
        sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY id) FILTER (WHERE is_view), ''), 'UTF8')),
        max(event_time) FILTER (WHERE is_view)
    FROM (SELECT e.id, e.event_time, audit_line(e) AS line, audit_is_view(e.event_type) AS is_view
          FROM audit_log AS e WHERE e.id BETWEEN first AND last) AS told
$$;
DROP FUNCTION audit_stretches(bigint[], bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0014_what_was_pruned")]

    operations = [migrations.RunSQL(LINE, LINE_BEFORE), migrations.RunSQL(STRETCHES, UNDO)]
