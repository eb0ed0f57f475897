"""An index of the readings that somebody should check: few among many, and looked for on every home page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("readings", "0003_row_level_security")]

    operations = [
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(
                models.F("source"),
                models.OrderBy(models.F("recorded_at"), descending=True),
                condition=models.Q(("quality_flag", "questionable")),
                name="reading_doubtful",
            ),
        ),
    ]
