"""A file may be brought for a home and fill several sources; how it was read is remembered for the next one."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids

ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"
WRITABLE = "source_id = ANY (NULLIF(current_setting('homelog.writable', true), '')::bigint[])"
AT_HOME = "home_id = ANY (NULLIF(current_setting('homelog.homes', true), '')::bigint[])"
COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def policies(rule: str) -> str:
    parts = []
    for command in COMMANDS:
        clause = {"INSERT": f"WITH CHECK ({rule})", "UPDATE": f"USING ({rule}) WITH CHECK ({rule})"}.get(
            command, f"USING ({rule})"
        )
        name = f"import_draft_{command.lower()}"
        parts.append(f"DROP POLICY {name} ON import_draft")
        parts.append(f"CREATE POLICY {name} ON import_draft FOR {command} TO homelog_app {clause}")
    return ";\n".join(parts)


class Migration(migrations.Migration):
    dependencies = [("readings", "0011_details"), ("sources", "0013_walking_order")]

    operations = [
        migrations.AddField("importbatch", "file_id", models.UUIDField(default=accounts.ids.uuid7, editable=False)),
        migrations.RunSQL("UPDATE import_batch SET file_id = public_id", migrations.RunSQL.noop),
        migrations.AddField("importbatch", "mapping", models.JSONField(default=dict, editable=False)),
        migrations.AddField("importdraft", "choices", models.JSONField(default=dict)),
        migrations.AddField(
            "importdraft",
            "home",
            models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sources.home",
            ),
        ),
        migrations.AlterField(
            "importdraft",
            "source",
            models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sources.datasource",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE import_draft ADD CONSTRAINT import_draft_home_id_fk FOREIGN KEY (home_id)"
            " REFERENCES home (id) ON DELETE CASCADE",
            "ALTER TABLE import_draft DROP CONSTRAINT import_draft_home_id_fk",
        ),
        migrations.RunSQL(
            "ALTER TABLE import_draft ADD CONSTRAINT import_draft_of_one CHECK (num_nonnulls(source_id, home_id) = 1)",
            "DELETE FROM import_draft WHERE source_id IS NULL;"
            "ALTER TABLE import_draft DROP CONSTRAINT import_draft_of_one",
        ),
        migrations.RunSQL(
            policies(f"created_by_id = {ME} AND ({WRITABLE} OR (source_id IS NULL AND {AT_HOME}))"),
            policies(f"({WRITABLE} AND created_by_id = {ME})"),
        ),
    ]
