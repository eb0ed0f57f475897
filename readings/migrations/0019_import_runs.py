"""How far a long file is read or stored, and what its preview shows: see readings/import_runs.py."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("readings", "0018_sums_have_no_readings")]

    operations = [
        migrations.AddField("importdraft", "size", models.IntegerField(default=0)),
        migrations.RunSQL("UPDATE import_draft SET size = octet_length(content)", migrations.RunSQL.noop),
        migrations.AddField("importdraft", "run", models.JSONField(default=dict)),
        migrations.AddField("importdraft", "found", models.JSONField(default=dict)),
    ]
