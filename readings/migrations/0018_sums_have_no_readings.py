"""A source that is worked out from others has no readings: no road brings one, the import door and plain SQL included."""

import importlib

from django.db import migrations

before = importlib.import_module("readings.migrations.0014_keep_falls_and_days")
FORMER = before.TOUCHED.partition("REVOKE")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
FOUND = "        CONTINUE WHEN NOT FOUND;  -- it is being deleted, and takes its falls and days along\n"
REFUSE = """        IF way = 'sum' AND TG_OP <> 'DELETE' THEN
            RAISE EXCEPTION 'a sum has no readings of its own' USING ERRCODE = 'check_violation';
        END IF;
"""


class Migration(migrations.Migration):
    dependencies = [("readings", "0017_lock_before_keeping"), ("sources", "0016_parts_of_sums")]

    operations = [migrations.RunSQL(FORMER.replace(FOUND, FOUND + REFUSE), FORMER)]
