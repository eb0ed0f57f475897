"""How often a source is read, and where it stands in the walking order of its home: forgotten where it leaves that home."""

from django.conf import settings
from django.db import migrations, models

FORGET = """
CREATE FUNCTION forget_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.position := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER forget_position BEFORE UPDATE ON data_source FOR EACH ROW
    WHEN (NEW.home_id IS DISTINCT FROM OLD.home_id) EXECUTE FUNCTION forget_position();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0012_heirs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="datasource",
            name="position",
            field=models.PositiveIntegerField(
                blank=True, editable=False, null=True, verbose_name="place in the walking order"
            ),
        ),
        migrations.AddField(
            model_name="datasource",
            name="rhythm",
            field=models.CharField(
                choices=[
                    ("auto", "As you have read it so far"),
                    ("day", "Every day"),
                    ("week", "Every week"),
                    ("month", "Every month"),
                    ("quarter", "Every three months"),
                    ("year", "Every year"),
                    ("never", "Never ask for it"),
                ],
                default="auto",
                max_length=7,
                verbose_name="how often it is read",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(("rhythm__in", ["auto", "day", "week", "month", "quarter", "year", "never"])),
                name="data_source_rhythm_known",
            ),
        ),
        migrations.RunSQL(FORGET, "DROP TRIGGER forget_position ON data_source; DROP FUNCTION forget_position()"),
    ]
