"""When a source was converted to another unit, and by which power of ten: null where it never was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0021_homes_made")]

    operations = [
        migrations.AddField(
            model_name="datasource", name="conversions", field=models.JSONField(editable=False, null=True)
        )
    ]
