"""Who may see and change what a sum consists of, and what the database alone holds of it.

Who sees a sum sees that it has parts, by their keys alone: what a part is, and what it showed, the policies of its own
tables say. Where a part is deleted its row stays without it, so that the rest is never taken for all.
"""

from django.db import migrations

KEYS = [("source_id", "CASCADE"), ("part_id", "SET NULL")]

PARTS = """
-- A sum has parts, and these are read themselves: so there are no circles. Whoever writes a row, staff too.
CREATE FUNCTION guard_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    way text;
BEGIN
    SELECT counting INTO way FROM data_source WHERE id = NEW.source_id;
    IF FOUND AND way <> 'sum' OR TG_OP = 'UPDATE' AND NEW.source_id <> OLD.source_id THEN
        RAISE EXCEPTION 'only a sum has parts, and it keeps them' USING ERRCODE = 'check_violation';
    END IF;
    SELECT counting INTO way FROM data_source WHERE id = NEW.part_id;
    IF FOUND AND way NOT IN ('counter', 'amount') THEN
        RAISE EXCEPTION 'only what adds up is a part of a sum' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION guard_part() FROM PUBLIC;
CREATE TRIGGER guard_part BEFORE INSERT OR UPDATE OF source_id, part_id ON source_part FOR EACH ROW
    WHEN (NEW.part_id IS NOT NULL) EXECUTE FUNCTION guard_part();

CREATE FUNCTION guard_counting() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what is read cannot become a sum, nor a sum what is read' USING ERRCODE = 'check_violation';
END $$;
REVOKE ALL ON FUNCTION guard_counting() FROM PUBLIC;
CREATE TRIGGER guard_counting BEFORE UPDATE OF counting ON data_source FOR EACH ROW
    WHEN ((NEW.counting = 'sum') <> (OLD.counting = 'sum')) EXECUTE FUNCTION guard_counting();
"""

NO_PARTS = """
DROP TRIGGER guard_counting ON data_source;
DROP TRIGGER guard_part ON source_part;
DROP FUNCTION guard_counting(), guard_part();
"""


def mine(column: str, setting: str) -> str:
    return f"{column} = ANY (NULLIF(current_setting('homelog.{setting}', true), '')::bigint[])"


MAKES = f"{mine('source_id', 'administered')} AND {mine('part_id', 'readable')}"

POLICIES = f"""
ALTER TABLE source_part ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_part_select ON source_part FOR SELECT TO homelog_app USING ({mine("source_id", "readable")});
CREATE POLICY source_part_insert ON source_part FOR INSERT TO homelog_app WITH CHECK ({MAKES});
CREATE POLICY source_part_update ON source_part FOR UPDATE TO homelog_app
    USING ({mine("source_id", "administered")}) WITH CHECK ({MAKES});
CREATE POLICY source_part_delete ON source_part FOR DELETE TO homelog_app USING ({mine("source_id", "administered")});
CREATE POLICY source_part_staff ON source_part TO homelog_staff USING (true) WITH CHECK (true);
"""

NO_POLICIES = """
DROP POLICY source_part_select ON source_part;
DROP POLICY source_part_insert ON source_part;
DROP POLICY source_part_update ON source_part;
DROP POLICY source_part_delete ON source_part;
DROP POLICY source_part_staff ON source_part;
ALTER TABLE source_part DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0015_sums")]

    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE source_part ADD CONSTRAINT source_part_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES data_source (id) ON DELETE {action}",
                f"ALTER TABLE source_part DROP CONSTRAINT source_part_{column}_fk",
            )
            for column, action in KEYS
        ),
        migrations.RunSQL(PARTS, NO_PARTS),
        migrations.RunSQL(POLICIES, NO_POLICIES),
    ]
