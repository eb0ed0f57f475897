"""How many sources somebody owns to whom one might hand something over: no policy shows one those."""

from django.db import migrations

OWNED = """
CREATE FUNCTION owned_by_heir(heir bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM data_source WHERE owner_id = heir AND heir IN (SELECT user_id FROM heirs_of_mine())
$$;
REVOKE ALL ON FUNCTION owned_by_heir(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owned_by_heir(bigint) TO homelog_app;
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0022_conversions")]

    operations = [migrations.RunSQL(OWNED, "DROP FUNCTION owned_by_heir(bigint)")]
