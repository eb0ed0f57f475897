"""Foreign keys with their ON DELETE in the database: a cascade in Python would see only what its person may see."""

from django.db import migrations

KEYS = [
    ("home", "created_by_id", "user", "SET NULL"),
    ("home_member", "home_id", "home", "CASCADE"),
    ("home_member", "user_id", "user", "CASCADE"),
    ("home_member", "granted_by_id", "user", "SET NULL"),
    ("data_source", "owner_id", "user", "CASCADE"),
    ("data_source", "home_id", "home", "SET NULL"),
    ("source_access", "source_id", "data_source", "CASCADE"),
    ("source_access", "user_id", "user", "CASCADE"),
    ("source_access", "granted_by_id", "user", "SET NULL"),
    ("data_validator", "source_id", "data_source", "CASCADE"),
    ("meter_change", "source_id", "data_source", "CASCADE"),
]

CHECKS = [
    ("data_validator", "data_validator_numbers", ("min_value", "max_value", "max_per_day")),
    ("meter_change", "meter_change_numbers", ("old_final", "new_initial")),
]


def number_check(columns: tuple[str, ...]) -> str:
    return " AND ".join(f"({c} IS NULL OR (abs({c}) < 1e12 AND scale({c}) <= 6))" for c in columns)


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_initial")]

    operations = [
        *(
            migrations.RunSQL(
                f'ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk FOREIGN KEY ({column}) REFERENCES "{target}" (id) ON DELETE {action}',
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fk",
            )
            for table, column, target, action in KEYS
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({number_check(columns)})",
                f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            )
            for table, name, columns in CHECKS
        ),
    ]
