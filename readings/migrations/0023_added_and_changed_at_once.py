"""A statement that adds readings and changes or takes away others at once counted the new ones of a day twice: what is
changed works the day out anew, with the new ones in it, and then these were added. Now they are worked out anew, too.
"""

import importlib

from django.db import migrations

before = importlib.import_module("readings.migrations.0022_add_to_days")
FORMER = before.FORMER.replace(before.ANEW, before.ADDED + before.ANEW)
# Of several statements in one message the time is the same: then a day is worked out anew without need, never wrongly.
STATEMENT = "pg_current_xact_id()::text || statement_timestamp()::text"
ADDS = "        ELSIF TG_OP = 'INSERT' THEN\n"
ADDS_ALONE = (
    "        ELSIF TG_OP = 'INSERT'\n"
    f"            AND current_setting('homelog.worked_anew', true) IS DISTINCT FROM {STATEMENT} THEN\n"
)
ANEW = "        ELSE\n            zone := source_zone(part.source);\n"
NOTED = ANEW.replace("ELSE\n", f"ELSE\n            PERFORM set_config('homelog.worked_anew', {STATEMENT}, true);\n")


class Migration(migrations.Migration):
    dependencies = [("readings", "0022_add_to_days")]

    operations = [migrations.RunSQL(FORMER.replace(ADDS, ADDS_ALONE).replace(ANEW, NOTED), FORMER)]
