"""The photos of before are counted as well, each with no bytes."""

from django.db import migrations

PHOTOS = """
INSERT INTO kept_picture (name, person_id, size, kept_at)
SELECT photo, coalesce(updated_by_id, created_by_id), 0, now() FROM reading
WHERE photo <> '' AND coalesce(updated_by_id, created_by_id) IS NOT NULL ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("readings", "0019_import_runs"), ("sources", "0020_kept_pictures")]

    operations = [migrations.RunSQL(PHOTOS, migrations.RunSQL.noop)]
