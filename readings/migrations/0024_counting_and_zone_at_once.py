"""Who changes how a source counts has it locked, and waited for its home; who changes the zone of a home has that locked,
and waited for its sources: at once, one of them was given an error. Now only a source that moves waits for the home or
the person that it comes to, and a zone waits for every source, also for one that is a counter as yet.
"""

import importlib

from django.db import migrations

before = importlib.import_module("readings.migrations.0017_lock_before_keeping")
MOVED = """
CREATE OR REPLACE FUNCTION keep_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    source record;
BEGIN
    IF TG_TABLE_NAME = 'data_source' THEN
        IF NEW.home_id IS DISTINCT FROM OLD.home_id OR NEW.owner_id <> OLD.owner_id THEN
            PERFORM FROM home WHERE id = NEW.home_id FOR SHARE;
            PERFORM FROM "user" WHERE id = NEW.owner_id AND NEW.home_id IS NULL FOR SHARE;
        END IF;
        PERFORM keep_all(NEW.id);
    ELSIF TG_TABLE_NAME = 'home' THEN
        FOR source IN SELECT id, counting FROM data_source WHERE home_id = NEW.id ORDER BY id FOR NO KEY UPDATE LOOP
            PERFORM keep_all(source.id) WHERE source.counting <> 'counter';
        END LOOP;
    ELSE
        FOR source IN
            SELECT id, counting FROM data_source WHERE owner_id = NEW.id AND home_id IS NULL
            ORDER BY id FOR NO KEY UPDATE
        LOOP
            PERFORM keep_all(source.id) WHERE source.counting <> 'counter';
        END LOOP;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("readings", "0023_added_and_changed_at_once")]

    operations = [migrations.RunSQL(MOVED, before.MOVED)]
