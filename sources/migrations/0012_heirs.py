"""Who could take over the acting person's sources, also where a home holds one to which they do not belong themselves:
its members' rights are hidden from them, but whoever leaves must not delete what those could keep.
"""

from django.db import migrations

HEIRS = """
-- For each source of the acting person everybody else who administers it, by a share or by its home, and since when.
CREATE FUNCTION heirs_of_mine() RETURNS TABLE (source_id bigint, user_id bigint, in_home boolean, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, granted.user_id, granted.in_home, granted.since
    FROM data_source AS s
    CROSS JOIN LATERAL (
        SELECT a.user_id, false AS in_home, a.granted_at AS since FROM source_access AS a
        WHERE a.source_id = s.id AND a.level = 'admin'
        UNION ALL
        SELECT m.user_id, true, m.granted_at FROM home_member AS m WHERE m.home_id = s.home_id AND m.level = 'admin'
    ) AS granted
    JOIN "user" AS u ON u.id = granted.user_id AND u.is_active
    WHERE s.owner_id = NULLIF(current_setting('homelog.user_id', true), '')::bigint AND u.id <> s.owner_id
$$;
REVOKE ALL ON FUNCTION heirs_of_mine() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION heirs_of_mine() TO homelog_app, homelog_staff;
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0011_invitation_policies")]

    operations = [migrations.RunSQL(HEIRS, "DROP FUNCTION heirs_of_mine()")]
