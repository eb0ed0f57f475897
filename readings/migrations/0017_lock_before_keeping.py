"""Who changes a zone waits for those who write readings meanwhile, and the other way round: else the later of the two
would leave a day by the old zone, or find that day there already.
"""

import importlib

from django.db import migrations

MOVED = """
CREATE OR REPLACE FUNCTION keep_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'data_source' THEN
        PERFORM FROM home WHERE id = NEW.home_id FOR SHARE;
        PERFORM FROM "user" WHERE id = NEW.owner_id AND NEW.home_id IS NULL FOR SHARE;
        PERFORM keep_all(NEW.id);
    ELSIF TG_TABLE_NAME = 'home' THEN
        PERFORM keep_all(id) FROM (
            SELECT id FROM data_source WHERE home_id = NEW.id AND counting <> 'counter' ORDER BY id FOR NO KEY UPDATE
        ) AS locked;
    ELSE
        PERFORM keep_all(id) FROM (
            SELECT id FROM data_source WHERE owner_id = NEW.id AND home_id IS NULL AND counting <> 'counter'
            ORDER BY id FOR NO KEY UPDATE
        ) AS locked;
    END IF;
    RETURN NULL;
END $$;
"""
before = importlib.import_module("readings.migrations.0014_keep_falls_and_days")
FORMER = before.MOVED.partition("REVOKE")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("readings", "0016_search")]

    operations = [migrations.RunSQL(MOVED, FORMER)]
