"""Whose key is whose, how one is used, and how a program acts with fewer rights than its person.

Who bears a key is asked before anybody acts, so a function answers that runs as the owner of the tables and also notes
the use. `act_narrowly` comes after `act_as` and only takes away.
"""

from django.db import migrations

ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"
READABLE = "source_id = ANY (NULLIF(current_setting('homelog.readable', true), '')::bigint[])"

KEYS = """
ALTER TABLE api_key
    ADD CONSTRAINT api_key_user_fk FOREIGN KEY (user_id) REFERENCES "user" (id) ON DELETE CASCADE,
    ADD CONSTRAINT api_key_source_fk FOREIGN KEY (source_id) REFERENCES data_source (id) ON DELETE CASCADE;
"""
NO_KEYS = "ALTER TABLE api_key DROP CONSTRAINT api_key_user_fk, DROP CONSTRAINT api_key_source_fk"

POLICIES = f"""
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_key_select ON api_key FOR SELECT TO homelog_app USING (user_id = {ME});
CREATE POLICY api_key_insert ON api_key FOR INSERT TO homelog_app
    WITH CHECK (user_id = {ME} AND (source_id IS NULL OR {READABLE}));
CREATE POLICY api_key_update ON api_key FOR UPDATE TO homelog_app USING (user_id = {ME}) WITH CHECK (user_id = {ME});
CREATE POLICY api_key_delete ON api_key FOR DELETE TO homelog_app USING (user_id = {ME});
CREATE POLICY api_key_staff ON api_key TO homelog_staff USING (true) WITH CHECK (true);
"""
NO_POLICIES = """
DROP POLICY api_key_select ON api_key; DROP POLICY api_key_insert ON api_key; DROP POLICY api_key_update ON api_key;
DROP POLICY api_key_delete ON api_key; DROP POLICY api_key_staff ON api_key;
ALTER TABLE api_key DISABLE ROW LEVEL SECURITY
"""

USE = """
-- Whose key has this hash, and what it allows; no row for one that is unknown, over, taken back, or of somebody who is
-- switched off. Notes the use, at most once a minute, and waits for nobody who notes it just now.
CREATE FUNCTION use_api_key(hash text)
RETURNS TABLE (id bigint, user_id bigint, scope text, source_id bigint, source uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE api_key SET last_used_at = now() WHERE api_key.id IN (
        SELECT k.id FROM api_key k WHERE k.key_hash = hash
        AND (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute') FOR NO KEY UPDATE SKIP LOCKED);
    RETURN QUERY SELECT k.id, k.user_id, k.scope::text, k.source_id, s.public_id
    FROM api_key k JOIN "user" u ON u.id = k.user_id AND u.is_active LEFT JOIN data_source s ON s.id = k.source_id
    WHERE k.key_hash = hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now());
END $$;
REVOKE ALL ON FUNCTION use_api_key(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION use_api_key(text) TO homelog_app;
"""

NARROW = """
CREATE FUNCTION act_narrowly(source bigint, only_reads boolean) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    name text;
    held bigint[];
BEGIN
    IF only_reads THEN
        PERFORM set_config('homelog.writable', '{}', true), set_config('homelog.administered', '{}', true),
                set_config('homelog.owned', '{}', true), set_config('homelog.homes_administered', '{}', true);
    END IF;
    IF source IS NULL THEN
        RETURN;
    END IF;
    FOREACH name IN ARRAY ARRAY['homelog.readable', 'homelog.writable', 'homelog.administered', 'homelog.owned'] LOOP
        held := NULLIF(current_setting(name, true), '')::bigint[];
        PERFORM set_config(name, CASE WHEN source = ANY (held) THEN ARRAY[source] ELSE '{}' END::text, true);
    END LOOP;
    PERFORM set_config('homelog.homes', '{}', true), set_config('homelog.homes_administered', '{}', true),
            set_config('homelog.homes_seen', ARRAY(SELECT home_id FROM data_source
                WHERE id = source AND home_id IS NOT NULL)::text, true);
END $$;
REVOKE ALL ON FUNCTION act_narrowly(bigint, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION act_narrowly(bigint, boolean) TO homelog_app, homelog_staff;
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0017_keys")]

    operations = [
        migrations.RunSQL(KEYS, NO_KEYS),
        migrations.RunSQL(POLICIES, NO_POLICIES),
        migrations.RunSQL(USE, "DROP FUNCTION use_api_key(text)"),
        migrations.RunSQL(NARROW, "DROP FUNCTION act_narrowly(bigint, boolean)"),
    ]
