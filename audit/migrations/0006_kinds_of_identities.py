"""What is connected and second factors are sign-ins. The function serves an index, whose entries stay right: no such
event is older than this migration.
"""

from importlib import import_module

from django.db import migrations

BEFORE: str = import_module("audit.migrations.0005_kinds").KIND
SIGN_INS = "WHEN event LIKE 'sign\\_%'"
IDENTITIES = "WHEN event LIKE '%\\_identity' OR event LIKE '%\\_second\\_factor' OR event LIKE '%\\_recovery\\_codes' THEN 'sign_ins'"
NOW = BEFORE.replace(SIGN_INS, f"{IDENTITIES}\n        {SIGN_INS}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_kinds")]

    operations = [migrations.RunSQL(NOW, BEFORE)]
