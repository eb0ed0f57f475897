"""The details of a reading are one object, whatever road they come by, and can be typed. Their size: migration 0002."""

import django.core.serializers.json
from django.db import migrations, models

CHECK = "ALTER TABLE reading ADD CONSTRAINT reading_metadata_object CHECK (jsonb_typeof(metadata) = 'object')"


class Migration(migrations.Migration):
    dependencies = [("readings", "0010_visitors")]

    operations = [
        migrations.AlterField(
            model_name="reading",
            name="metadata",
            field=models.JSONField(
                blank=True,
                default=dict,
                encoder=django.core.serializers.json.DjangoJSONEncoder,
                verbose_name="details",
            ),
        ),
        migrations.RunSQL(CHECK, "ALTER TABLE reading DROP CONSTRAINT reading_metadata_object"),
    ]
