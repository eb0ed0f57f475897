"""Sources that are worked out from others, and what they consist of; who may see and change it is in 0016."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0014_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SourcePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=accounts.ids.uuid7, editable=False, unique=True)),
                (
                    "sign",
                    models.SmallIntegerField(
                        choices=[(1, "is added"), (-1, "is taken away")], default=1, verbose_name="what becomes of it"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "part of a sum",
                "verbose_name_plural": "parts of sums",
                "db_table": "source_part",
                "ordering": ["id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="datasource",
            name="data_source_counting_known",
        ),
        migrations.AlterField(
            model_name="datasource",
            name="counting",
            field=models.CharField(
                choices=[
                    ("counter", "A dial that only grows"),
                    ("level", "A value as it is"),
                    ("amount", "Use since the last entry"),
                    ("sum", "Worked out from other sources"),
                ],
                default="counter",
                max_length=7,
                verbose_name="how it counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(("counting__in", ["counter", "level", "amount", "sum"])),
                name="data_source_counting_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(("counting", "sum"), ("is_public", True), _negated=True),
                name="data_source_sum_not_public",
                violation_error_message="A sum cannot be public: it is worked out from what visitors do not see.",
            ),
        ),
        migrations.AddField(
            model_name="sourcepart",
            name="part",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="part_of",
                to="sources.datasource",
                verbose_name="part",
            ),
        ),
        migrations.AddField(
            model_name="sourcepart",
            name="source",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="parts",
                to="sources.datasource",
                verbose_name="sum",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcepart",
            constraint=models.UniqueConstraint(
                fields=("source", "part"),
                name="source_part_once",
                violation_error_message="This source is a part of the sum already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcepart",
            constraint=models.CheckConstraint(condition=models.Q(("sign__in", [1, -1])), name="source_part_sign_known"),
        ),
    ]
