"""Keys of programs and their tokens are sign-ins. As in 0006, no such event is older than this migration."""

from importlib import import_module

from django.db import migrations

BEFORE: str = import_module("audit.migrations.0006_kinds_of_identities").NOW
SIGN_INS = "WHEN event LIKE 'sign\\_%'"
PROGRAMS = "WHEN event LIKE '%\\_key' OR event = 'reuse_token' THEN 'sign_ins'"
NOW = BEFORE.replace(SIGN_INS, f"{PROGRAMS}\n        {SIGN_INS}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_found_by_number"), ("sources", "0018_key_policies")]

    operations = [migrations.RunSQL(NOW, BEFORE)]
