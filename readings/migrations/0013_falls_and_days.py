"""Where a dial fell, and a line per day: see readings/summaries.py; who writes them is the matter of 0014."""

import django.db.models.deletion
from django.db import migrations, models

import sources.fields


class Migration(migrations.Migration):
    dependencies = [
        ("readings", "0012_import_into_a_home"),
        ("sources", "0011_invitation_policies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Day",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("count", models.IntegerField()),
                ("total", sources.fields.MeasuredField()),
                ("low", sources.fields.MeasuredField()),
                ("high", sources.fields.MeasuredField()),
                ("estimated", models.BooleanField()),
                ("doubtful", models.BooleanField()),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sources.datasource",
                    ),
                ),
            ],
            options={
                "db_table": "reading_day",
            },
        ),
        migrations.CreateModel(
            name="Fall",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source", "at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("before_at", models.DateTimeField()),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sources.datasource",
                    ),
                ),
            ],
            options={
                "db_table": "reading_fall",
            },
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_source_id_fk FOREIGN KEY (source_id) REFERENCES data_source (id) ON DELETE CASCADE",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_source_id_fk",
            )
            for table in ("reading_day", "reading_fall")
        ),
    ]
