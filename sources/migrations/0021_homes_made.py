"""How many homes somebody made, those they left included: no policy shows them those, and they count all the same."""

from django.db import migrations

MADE = """
CREATE FUNCTION homes_made() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM home WHERE created_by_id = NULLIF(current_setting('homelog.user_id', true), '')::bigint
$$;
REVOKE ALL ON FUNCTION homes_made() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homes_made() TO homelog_app;
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0020_kept_pictures")]

    operations = [migrations.RunSQL(MADE, "DROP FUNCTION homes_made()")]
