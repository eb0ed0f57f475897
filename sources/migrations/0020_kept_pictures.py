"""Whose pictures lie on the disk. Those of before are counted, each with no bytes: how large they are is not known here."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"
KEY = """
ALTER TABLE kept_picture
    ADD CONSTRAINT kept_picture_person_fk FOREIGN KEY (person_id) REFERENCES "user" (id) ON DELETE CASCADE
"""
POLICIES = f"""
ALTER TABLE kept_picture ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept_picture_app ON kept_picture TO homelog_app USING (person_id = {ME}) WITH CHECK (person_id = {ME});
CREATE POLICY kept_picture_staff ON kept_picture TO homelog_staff USING (true) WITH CHECK (true);
"""
THUMBNAILS = """
INSERT INTO kept_picture (name, person_id, size, kept_at)
SELECT thumbnail, owner_id, 0, now() FROM data_source WHERE thumbnail <> '' ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0019_offer_to_holder"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptPicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("size", models.IntegerField()),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "kept_picture"},
        ),
        migrations.RunSQL(KEY, "ALTER TABLE kept_picture DROP CONSTRAINT kept_picture_person_fk"),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
        migrations.RunSQL(THUMBNAILS, migrations.RunSQL.noop),
    ]
