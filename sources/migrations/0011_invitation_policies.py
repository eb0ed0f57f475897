"""Who may see and change invitations, the two functions by which the invited use one, and what a visitor sees.

Whoever is invited has no right on the place yet, so they read and accept by its token's hash, through functions that
run as the owner of the tables. `act_as_visitor` shows one public source, and only the tables named here and in
readings 0010: their policies look into `homelog.visited` first; all others see no right at all.
"""

from django.db import migrations

STATE = """
-- What `person` could do with an invitation now: open, own, held (they may do as much already), accepted (by them),
-- used (by somebody else), revoked (also where who invited may not share any more), expired.
CREATE FUNCTION invitation_state(invitation source_invitation, person bigint) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    held integer;
    inviter integer;
BEGIN
    IF invitation.source_id IS NOT NULL THEN
        SELECT max(level) FILTER (WHERE user_id = person), max(level) FILTER (WHERE user_id = invitation.invited_by_id)
        INTO held, inviter FROM source_level WHERE source_id = invitation.source_id;
    ELSE
        SELECT max(homelog_level(level)) FILTER (WHERE user_id = person),
               max(homelog_level(level)) FILTER (WHERE user_id = invitation.invited_by_id)
        INTO held, inviter FROM home_member WHERE home_id = invitation.home_id;
    END IF;
    RETURN CASE
        WHEN invitation.used_by_id = person THEN 'accepted'
        WHEN invitation.used_at IS NOT NULL THEN 'used'
        WHEN invitation.revoked_at IS NOT NULL OR coalesce(inviter, 0) < 3 THEN 'revoked'
        WHEN invitation.expires_at <= now() THEN 'expired'
        WHEN invitation.invited_by_id = person THEN 'own'
        WHEN coalesce(held, 0) >= homelog_level(invitation.level) THEN 'held'
        ELSE 'open'
    END;
END $$;
REVOKE ALL ON FUNCTION invitation_state(source_invitation, bigint) FROM PUBLIC;
"""

NUMBER = """
CREATE FUNCTION homelog_level(name text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE name WHEN 'read' THEN 1 WHEN 'write' THEN 2 WHEN 'admin' THEN 3 ELSE 0 END
$$;
"""

OFFERED = """
-- What the invitation with this token's hash offers the acting person; no row for nobody and for an unknown hash.
CREATE FUNCTION invitation_offered(hash text)
RETURNS TABLE (state text, level text, source text, source_id uuid, home text, home_id uuid, invited_by text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT invitation_state(i, me.id), i.level, s.name, s.public_id, h.name, h.public_id,
           coalesce(NULLIF(by.display_name, ''), by.username, ''), i.expires_at
    FROM source_invitation AS i
    JOIN "user" AS me ON me.id = NULLIF(current_setting('homelog.user_id', true), '')::bigint
    LEFT JOIN data_source AS s ON s.id = i.source_id
    LEFT JOIN home AS h ON h.id = coalesce(i.home_id, s.home_id)
    LEFT JOIN "user" AS by ON by.id = i.invited_by_id
    WHERE i.token_hash = hash
$$;
REVOKE ALL ON FUNCTION invitation_offered(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION invitation_offered(text) TO homelog_app;
"""

ACCEPT = """
-- Gives the acting person what the invitation offers and marks it as used; answers with the state that was found, so
-- 'open' means that it was accepted just now. The lock lets one of two who come at once wait for the other.
CREATE FUNCTION accept_invitation(hash text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person bigint := NULLIF(current_setting('homelog.user_id', true), '')::bigint;
    invitation source_invitation;
    found_state text;
BEGIN
    SELECT * INTO invitation FROM source_invitation WHERE token_hash = hash FOR UPDATE;
    IF NOT FOUND OR person IS NULL THEN
        RETURN NULL;
    END IF;
    found_state := invitation_state(invitation, person);
    IF found_state <> 'open' THEN
        RETURN found_state;
    END IF;
    IF invitation.source_id IS NOT NULL THEN
        INSERT INTO source_access (public_id, source_id, user_id, level, granted_at, granted_by_id)
        VALUES (gen_random_uuid(), invitation.source_id, person, invitation.level, now(), invitation.invited_by_id)
        ON CONFLICT (user_id, source_id) DO UPDATE SET level = EXCLUDED.level,
            granted_at = EXCLUDED.granted_at, granted_by_id = EXCLUDED.granted_by_id
            WHERE homelog_level(source_access.level) < homelog_level(EXCLUDED.level);
    ELSE
        INSERT INTO home_member (public_id, home_id, user_id, level, granted_at, granted_by_id)
        VALUES (gen_random_uuid(), invitation.home_id, person, invitation.level, now(), invitation.invited_by_id)
        ON CONFLICT (home_id, user_id) DO UPDATE SET level = EXCLUDED.level,
            granted_at = EXCLUDED.granted_at, granted_by_id = EXCLUDED.granted_by_id
            WHERE homelog_level(home_member.level) < homelog_level(EXCLUDED.level);
    END IF;
    UPDATE source_invitation SET used_at = now(), used_by_id = person WHERE id = invitation.id;
    RETURN found_state;
END $$;
REVOKE ALL ON FUNCTION accept_invitation(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accept_invitation(text) TO homelog_app;
"""

GUARD = """
-- A policy cannot compare old and new: whoever shares a place may take an open invitation back, and nothing else.
CREATE FUNCTION guard_invitation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'homelog_app' AND (OLD.used_at IS NOT NULL OR OLD.revoked_at IS NOT NULL
            OR to_jsonb(NEW) - 'revoked_at' <> to_jsonb(OLD) - 'revoked_at') THEN
        RAISE EXCEPTION 'an invitation can only be taken back' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_invitation BEFORE UPDATE ON source_invitation FOR EACH ROW EXECUTE FUNCTION guard_invitation();
"""

VISIT = """
-- From here on the transaction sees the one source, if it is public, and nothing else, whoever acted before. Answers
-- with the name of its time zone (the home's, else the owner's), which stands in rows that a visitor does not see.
CREATE FUNCTION act_as_visitor(source uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    seen record;
BEGIN
    PERFORM act_as(NULL);
    SELECT s.id, coalesce(h.timezone, u.timezone) AS zone INTO seen
    FROM data_source AS s JOIN "user" AS u ON u.id = s.owner_id AND u.is_active LEFT JOIN home AS h ON h.id = s.home_id
    WHERE s.public_id = source AND s.is_public;
    PERFORM set_config('homelog.visited', CASE WHEN FOUND THEN ARRAY[seen.id]::text ELSE '' END, true);
    RETURN seen.zone;
END $$;
REVOKE ALL ON FUNCTION act_as_visitor(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION act_as_visitor(uuid) TO homelog_app;
"""


def mine(column: str, setting: str) -> str:
    return f"{column} = ANY (NULLIF(current_setting('homelog.{setting}', true), '')::bigint[])"


def visited(column: str) -> str:
    readable = "current_setting('homelog.readable', true)"
    return f"{column} = ANY (NULLIF(coalesce(NULLIF(current_setting('homelog.visited', true), ''), {readable}), '')::bigint[])"


ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"
SHARES = f"({mine('source_id', 'administered')} OR {mine('home_id', 'homes_administered')})"
POLICIES = f"""
ALTER TABLE source_invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_invitation_select ON source_invitation FOR SELECT TO homelog_app USING ({SHARES} OR invited_by_id = {ME});
CREATE POLICY source_invitation_insert ON source_invitation FOR INSERT TO homelog_app
    WITH CHECK ({SHARES} AND invited_by_id = {ME} AND used_at IS NULL AND expires_at <= now() + interval '15 days');
CREATE POLICY source_invitation_update ON source_invitation FOR UPDATE TO homelog_app USING ({SHARES}) WITH CHECK ({SHARES});
CREATE POLICY source_invitation_delete ON source_invitation FOR DELETE TO homelog_app USING ({SHARES});
CREATE POLICY source_invitation_staff ON source_invitation TO homelog_staff USING (true) WITH CHECK (true);
"""

NO_POLICIES = """
DROP POLICY source_invitation_select ON source_invitation;
DROP POLICY source_invitation_insert ON source_invitation;
DROP POLICY source_invitation_update ON source_invitation;
DROP POLICY source_invitation_delete ON source_invitation;
DROP POLICY source_invitation_staff ON source_invitation;
ALTER TABLE source_invitation DISABLE ROW LEVEL SECURITY;
"""

VISITED = [("data_source", "id"), ("meter_change", "source_id")]


class Migration(migrations.Migration):
    dependencies = [("sources", "0010_invitation")]

    operations = [
        migrations.RunSQL(NUMBER, "DROP FUNCTION homelog_level(text)"),
        migrations.RunSQL(STATE, "DROP FUNCTION invitation_state(source_invitation, bigint)"),
        migrations.RunSQL(OFFERED, "DROP FUNCTION invitation_offered(text)"),
        migrations.RunSQL(ACCEPT, "DROP FUNCTION accept_invitation(text)"),
        migrations.RunSQL(
            GUARD, "DROP TRIGGER guard_invitation ON source_invitation; DROP FUNCTION guard_invitation()"
        ),
        migrations.RunSQL(POLICIES, NO_POLICIES),
        migrations.RunSQL(VISIT, "DROP FUNCTION act_as_visitor(uuid)"),
        *(
            migrations.RunSQL(
                f"ALTER POLICY {table}_select ON {table} USING ({visited(column)})",
                f"ALTER POLICY {table}_select ON {table} USING ({mine(column, 'readable')})",
            )
            for table, column in VISITED
        ),
    ]
