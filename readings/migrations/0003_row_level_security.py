"""Who may see and change which readings and imports, said by the database alone; see sources 0003 for how."""

from django.db import migrations


def mine(column: str, setting: str) -> str:
    return f"{column} = ANY (NULLIF(current_setting('homelog.{setting}', true), '')::bigint[])"


ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"
OWN = f"({mine('source_id', 'writable')} AND created_by_id = {ME})"

POLICIES = {
    "reading": {
        "SELECT": mine("source_id", "readable"),
        "INSERT": mine("source_id", "writable"),
        "UPDATE": mine("source_id", "writable"),
        "DELETE": f"{mine('source_id', 'administered')} OR {OWN}",
    },
    "import_batch": {
        "SELECT": mine("source_id", "readable"),
        "INSERT": OWN,
        "UPDATE": f"{mine('source_id', 'administered')} OR {OWN}",
        "DELETE": mine("source_id", "administered"),
    },
    "import_draft": dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), OWN),
}


def policies(table: str, rules: dict[str, str]) -> str:
    parts = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"]
    for command, rule in rules.items():
        clause = {"INSERT": f"WITH CHECK ({rule})", "UPDATE": f"USING ({rule}) WITH CHECK ({rule})"}.get(
            command, f"USING ({rule})"
        )
        parts.append(f"CREATE POLICY {table}_{command.lower()} ON {table} FOR {command} TO homelog_app {clause}")
    parts.append(f"CREATE POLICY {table}_staff ON {table} TO homelog_staff USING (true) WITH CHECK (true)")
    return ";\n".join(parts)


def no_policies(table: str, rules: dict[str, str]) -> str:
    names = [f"{table}_{command.lower()}" for command in rules] + [f"{table}_staff"]
    return ";\n".join(
        [*(f"DROP POLICY {name} ON {table}" for name in names), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"]
    )


class Migration(migrations.Migration):
    dependencies = [("readings", "0002_keys"), ("sources", "0003_row_level_security")]

    operations = [
        migrations.RunSQL(policies(table, rules), no_policies(table, rules)) for table, rules in POLICIES.items()
    ]
