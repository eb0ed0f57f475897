"""The keys of readings begin with their source; foreign keys carry their ON DELETE; a value is a number that we accept."""

from django.db import migrations

KEYS = [
    ("reading", "source_id", "data_source", "CASCADE"),
    ("reading", "created_by_id", "user", "SET NULL"),
    ("reading", "updated_by_id", "user", "SET NULL"),
    ("reading", "import_batch_id", "import_batch", "SET NULL"),
    ("import_batch", "source_id", "data_source", "CASCADE"),
    ("import_batch", "created_by_id", "user", "SET NULL"),
    ("import_draft", "source_id", "data_source", "CASCADE"),
    ("import_draft", "created_by_id", "user", "CASCADE"),
]


class Migration(migrations.Migration):
    dependencies = [("readings", "0001_initial"), ("sources", "0002_foreign_keys")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE reading DROP CONSTRAINT reading_pkey, ADD PRIMARY KEY (source_id, id)",
            "ALTER TABLE reading DROP CONSTRAINT reading_pkey, ADD PRIMARY KEY (id)",
        ),
        migrations.RunSQL("CREATE INDEX reading_id_brin ON reading USING brin (id)", "DROP INDEX reading_id_brin"),
        migrations.RunSQL(
            "ALTER TABLE reading ADD CONSTRAINT reading_value_number CHECK (abs(value) < 1e12 AND scale(value) <= 6),"
            " ADD CONSTRAINT reading_recorded_at_years CHECK (recorded_at >= '1899-12-31Z' AND recorded_at < '2201-01-02Z'),"
            " ADD CONSTRAINT reading_metadata_size CHECK (octet_length(metadata::text) <= 4096)",
            "ALTER TABLE reading DROP CONSTRAINT reading_value_number, DROP CONSTRAINT reading_recorded_at_years,"
            " DROP CONSTRAINT reading_metadata_size",
        ),
        *(
            migrations.RunSQL(
                f'ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk FOREIGN KEY ({column}) REFERENCES "{target}" (id) ON DELETE {action}',
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fk",
            )
            for table, column, target, action in KEYS
        ),
    ]
