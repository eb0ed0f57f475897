"""What a migration must not do beside a site that works, each planted once; and that ours do none of it."""

import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from accounts.migrating import index_made_beside
from homelog.migration_checks import ALLOWED, WORDS, check_migrations, risks

REVERSE = "SELECT 1"
TEXT: models.CharField = models.CharField(max_length=20)


def found(*operations: object, atomic: bool = True) -> list[str]:
    """The codes of what a migration of an app with one model, Meter (name, at most 20 letters), does wrong."""
    state = ProjectState()
    state.add_model(ModelState("readings", "Meter", [("id", models.BigAutoField(primary_key=True)), ("name", TEXT)]))
    made = type("Migration", (migrations.Migration,), {"operations": list(operations), "atomic": atomic})
    migration: migrations.Migration = made("9999_new", "readings")
    return [code for code, _what in risks(migration, state)]


def test_ours_do_none_of_it_but_what_is_allowed_with_a_reason() -> None:
    assert check_migrations() == []
    assert all(ALLOWED.values())


@pytest.mark.parametrize(
    ("code", "operation"),
    [
        ("M01", migrations.AddField("meter", "unit", models.TextField())),
        ("M02", migrations.RemoveField("meter", "name")),
        ("M02", migrations.RenameField("meter", "name", "title")),
        ("M02", migrations.DeleteModel("meter")),
        ("M02", migrations.RenameModel("meter", "dial")),
        ("M03", migrations.AlterField("meter", "name", models.IntegerField())),
        ("M03", migrations.AlterField("meter", "name", models.CharField(max_length=10))),
        ("M04", migrations.AddIndex("meter", models.Index(fields=["name"], name="meter_name"))),
        ("M04", migrations.RunSQL("CREATE INDEX slow ON reading (value)", "DROP INDEX slow")),
        ("M05", migrations.AddConstraint("meter", models.UniqueConstraint(fields=["name"], name="once"))),
        ("M05", migrations.RunSQL("ALTER TABLE reading ADD CONSTRAINT more CHECK (value > 0)", REVERSE)),
        ("M06", migrations.RunSQL("ALTER TABLE reading ALTER COLUMN notes SET NOT NULL", REVERSE)),
        ("M06", migrations.RunSQL("ALTER TABLE reading RENAME COLUMN notes TO note", REVERSE)),
        ("M06", migrations.RunSQL("ALTER TABLE reading ALTER COLUMN notes TYPE varchar(9)", REVERSE)),
        ("M07", migrations.RunSQL("UPDATE reading SET notes = ''", REVERSE)),
        ("M08", migrations.RunSQL("DROP TABLE reading_day", REVERSE)),
        ("M09", migrations.RunSQL("SELECT 1")),
        ("M10", migrations.RunPython(lambda apps, editor: None, lambda apps, editor: None)),
        ("M11", index_made_beside("some", "reading (value)")),
    ],
)
def test_each_risk_is_found(code: str, operation: object) -> None:
    assert found(operation) == [code]
    assert code in WORDS


def test_what_holds_nobody_up_is_let_pass() -> None:
    assert found(index_made_beside("some", "reading (value)"), atomic=False) == []
    assert (
        found(
            migrations.AddField("meter", "unit", models.TextField(null=True)),
            migrations.AddField("meter", "digits", models.IntegerField(db_default=6)),
            migrations.AlterField("meter", "name", models.CharField(max_length=40)),
            migrations.CreateModel("dial", [("id", models.BigAutoField(primary_key=True))], {"db_table": "dial"}),
            migrations.AddConstraint("dial", models.UniqueConstraint(fields=["id"], name="dial_once")),
            migrations.RunSQL("ALTER TABLE dial ADD CONSTRAINT positive CHECK (id > 0)", REVERSE),
            migrations.RunSQL("ALTER TABLE reading ADD CONSTRAINT more CHECK (value > 0) NOT VALID", REVERSE),
            migrations.RunSQL("ALTER TABLE reading VALIDATE CONSTRAINT more", REVERSE),
            migrations.RunSQL(
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ UPDATE reading SET id = 1 $$", REVERSE
            ),
        )
        == []
    )
