"""Who may see the readings of a source reads about its imports too: they are where such readings came from."""

from django.db import migrations


def mine(column: str, setting: str) -> str:
    return f"{column} = ANY (NULLIF(current_setting('homelog.{setting}', true), '')::bigint[])"


ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"


def policy(of_readings: str) -> str:
    return f"""
ALTER POLICY audit_log_select ON audit_log USING (
    {mine("source_id", "administered")}
    OR ({of_readings} AND {mine("source_id", "readable")})
    OR {mine("home_id", "homes_administered")}
    OR actor_id = {ME}
)
"""


NOW = policy("(reading_id IS NOT NULL OR event_type IN ('import_readings', 'undo_import'))")
BEFORE = policy("reading_id IS NOT NULL")


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_changes_index")]

    operations = [migrations.RunSQL(NOW, BEFORE)]
