"""Whoever holds the link of an invitation reads what it offers before they sign in; to accept it they sign in."""

from django.db import migrations

OFFERED = """
CREATE OR REPLACE FUNCTION invitation_offered(hash text)
RETURNS TABLE (state text, level text, source text, source_id uuid, home text, home_id uuid, invited_by text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT invitation_state(i, {who}), i.level, s.name, s.public_id, h.name, h.public_id,
           coalesce(NULLIF(by.display_name, ''), by.username, ''), i.expires_at
    FROM source_invitation AS i
    {join}LEFT JOIN data_source AS s ON s.id = i.source_id
    LEFT JOIN home AS h ON h.id = coalesce(i.home_id, s.home_id)
    LEFT JOIN "user" AS by ON by.id = i.invited_by_id
    WHERE i.token_hash = hash
$$;
"""
ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"


class Migration(migrations.Migration):
    dependencies = [("sources", "0018_key_policies")]

    operations = [
        migrations.RunSQL(
            OFFERED.format(who=ME, join=""),
            OFFERED.format(who="me.id", join=f'JOIN "user" AS me ON me.id = {ME}\n    '),
        )
    ]
