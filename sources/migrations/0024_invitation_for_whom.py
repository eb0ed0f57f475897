"""For whom an invitation is, in the words of who made it: several open ones are told apart by that."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0023_heirs_own")]

    operations = [
        migrations.AddField(
            model_name="sourceinvitation",
            name="for_whom",
            field=models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="for whom"),
        )
    ]
