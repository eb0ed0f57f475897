"""Entries about looks may go once they are old; what was changed never goes, and the seals go on proving the rest.

From here on a seal is made of three things: what the changes add up to, what the looks add up to, and the time of the
newest look. Where the looks of a stretch are gone, what they added up to still stands in its seal, so that the digest
can be worked out, and the changes must all be there. Seals from before have no such parts: their looks stay.
"""

from django.db import migrations

SEALS = """
ALTER TABLE audit_seal ADD COLUMN views bigint, ADD COLUMN views_digest bytea, ADD COLUMN views_until timestamptz;
COMMENT ON COLUMN audit_seal.views IS 'NULL in seals of before: their digest is over all entries alike.';

CREATE FUNCTION audit_is_view(event text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT event IN ('view_source', 'view_reading', 'view_home', 'view_person')
$$;
CREATE FUNCTION audit_sums(first bigint, last bigint, OUT entries bigint, OUT changes_digest bytea, OUT views bigint,
                           OUT views_digest bytea, OUT views_until timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT count(*),
        sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY id) FILTER (WHERE NOT is_view), ''), 'UTF8')),
        count(*) FILTER (WHERE is_view),
        sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY id) FILTER (WHERE is_view), ''), 'UTF8')),
        max(event_time) FILTER (WHERE is_view)
    FROM (SELECT e.id, e.event_time, audit_line(e) AS line, audit_is_view(e.event_type) AS is_view
          FROM audit_log AS e WHERE e.id BETWEEN first AND last) AS told
$$;
CREATE FUNCTION audit_digest_of(previous bytea, changes bytea, views bigint, views_digest bytea, until timestamptz)
RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || changes || views_digest || convert_to(views::text || ' ' || CASE
        WHEN until IS NULL THEN '' WHEN isfinite(until) THEN (extract(epoch FROM until) * 1000000)::bigint::text
        ELSE until::text END, 'UTF8'))
$$;
"""

UNDO_SEALS = """
DROP FUNCTION audit_digest_of(bytea, bytea, bigint, bytea, timestamptz);
DROP FUNCTION audit_sums(bigint, bigint);
DROP FUNCTION audit_is_view(text);
ALTER TABLE audit_seal DROP COLUMN views, DROP COLUMN views_digest, DROP COLUMN views_until;
"""

PRUNING = """
-- Whoever deletes by hand is refused as before, the owner too: audit_prune_stretch alone says that it prunes.
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME LIKE 'audit\\_log%' THEN
        IF current_setting('homelog.pruning', true) = 'on' AND audit_is_view(OLD.event_type)
           AND OLD.event_time < now() - interval '90 days' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log can only be added to' USING ERRCODE = 'insufficient_privilege';
END $$;

-- Removes all looks of one sealed stretch if the newest is older than `before`, and they are what was sealed.
CREATE FUNCTION audit_prune_stretch(seal bigint, before timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    s audit_seal;
    now_there record;
    gone bigint;
BEGIN
    SELECT * INTO STRICT s FROM audit_seal WHERE id = seal;
    IF before > now() - interval '90 days' OR s.views IS NULL OR NOT coalesce(s.views_until < before, false) THEN
        RAISE EXCEPTION 'only looks that are older than 90 days may go' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO now_there FROM audit_sums(s.first_id, s.last_id);
    IF now_there.views = 0 THEN
        RETURN 0;
    ELSIF (now_there.entries, now_there.views, now_there.views_digest, now_there.views_until)
          IS DISTINCT FROM (s.entries, s.views, s.views_digest, s.views_until) THEN
        RAISE EXCEPTION 'entries % to % are not what was sealed: nothing of them goes', s.first_id, s.last_id
            USING ERRCODE = 'data_corrupted';
    END IF;
    PERFORM set_config('homelog.pruning', 'on', true);
    DELETE FROM audit_log WHERE id BETWEEN s.first_id AND s.last_id AND event_time <= s.views_until
        AND audit_is_view(event_type);
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('homelog.pruning', '', true);
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION audit_sums(bigint, bigint), audit_prune_stretch(bigint, timestamptz),
    audit_digest_of(bytea, bytea, bigint, bytea, timestamptz) FROM PUBLIC;
"""

UNDO_PRUNING = """
DROP FUNCTION audit_prune_stretch(bigint, timestamptz);
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log can only be added to' USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0010_lines_of_any_time")]

    operations = [migrations.RunSQL(SEALS, UNDO_SEALS), migrations.RunSQL(PRUNING, UNDO_PRUNING)]
