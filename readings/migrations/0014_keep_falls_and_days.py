"""Falls and days are kept by the database itself, after each statement that adds, changes or takes readings.

So no road can forget them: saving, the import door, taking an import back, putting back, Django admin, plain SQL. The
functions run as the owner of the tables; the site may only read both. Each locks the source first (as saving does
already), so that of two writers the later one sees what the earlier one wrote.
"""

from django.db import migrations

ZONE = """
-- A zone by the name that this server knows it by, else NULL: then a source has no days, and whoever asks for them adds
-- its readings up.
CREATE FUNCTION known_zone(name text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM now() AT TIME ZONE name;
    RETURN name;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION known_zone(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION known_zone(text) TO homelog_app, homelog_staff;

-- The zone of a source's days: the home's, else the owner's.
CREATE FUNCTION source_zone(source bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT known_zone(coalesce(h.timezone, u.timezone)) FROM data_source AS s
    JOIN "user" AS u ON u.id = s.owner_id LEFT JOIN home AS h ON h.id = s.home_id WHERE s.id = source
$$;
REVOKE ALL ON FUNCTION source_zone(bigint) FROM PUBLIC;
"""

FALLS = """
-- Works the falls anew that readings from `first` to `last` can touch: theirs, and that of the first one after them.
CREATE FUNCTION keep_falls(source bigint, first timestamptz, last timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    since timestamptz := coalesce((SELECT recorded_at FROM reading WHERE source_id = source AND quality_flag <> 'bad'
                                   AND recorded_at < first ORDER BY recorded_at DESC LIMIT 1), first);
    until timestamptz := coalesce((SELECT recorded_at FROM reading WHERE source_id = source AND quality_flag <> 'bad'
                                   AND recorded_at > last ORDER BY recorded_at LIMIT 1), last);
BEGIN
    DELETE FROM reading_fall WHERE source_id = source AND at BETWEEN first AND until;
    INSERT INTO reading_fall (source_id, at, before_at)
    SELECT source, recorded_at, before_at FROM (
        SELECT recorded_at, value, lag(recorded_at) OVER w AS before_at, lag(value) OVER w AS before
        FROM reading WHERE source_id = source AND quality_flag <> 'bad' AND recorded_at BETWEEN since AND until
        WINDOW w AS (ORDER BY recorded_at)
    ) AS line WHERE value < before;
END $$;
REVOKE ALL ON FUNCTION keep_falls(bigint, timestamptz, timestamptz) FROM PUBLIC;
"""

DAYS = """
-- Works some days anew: all at once where they lie close together, else one by one. The hours around a day are looked at
-- as well: the clock may have been changed at its midnight.
CREATE FUNCTION keep_days(source bigint, zone text, days date[]) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    first date := (SELECT min(day) FROM unnest(days) AS day);
    last date := (SELECT max(day) FROM unnest(days) AS day);
    one date;
BEGIN
    IF zone IS NULL OR first IS NULL THEN
        RETURN;
    ELSIF last - first >= 2 * cardinality(days) THEN
        FOREACH one IN ARRAY days LOOP
            PERFORM keep_days(source, zone, ARRAY[one]);
        END LOOP;
        RETURN;
    END IF;
    DELETE FROM reading_day WHERE source_id = source AND day BETWEEN first AND last;
    INSERT INTO reading_day (source_id, day, count, total, low, high, estimated, doubtful)
    SELECT source, (recorded_at AT TIME ZONE zone)::date AS date, count(*), sum(value), min(value), max(value),
        bool_or(quality_flag = 'estimated'), bool_or(quality_flag = 'questionable')
    FROM reading WHERE source_id = source AND quality_flag <> 'bad'
        AND recorded_at >= (first::timestamp AT TIME ZONE zone) - interval '3 hours'
        AND recorded_at < ((last + 1)::timestamp AT TIME ZONE zone) + interval '3 hours'
        AND (recorded_at AT TIME ZONE zone)::date BETWEEN first AND last
    GROUP BY date;
END $$;
REVOKE ALL ON FUNCTION keep_days(bigint, text, date[]) FROM PUBLIC;
"""

WHOLE = """
-- Works everything of a source anew: for when it counts in another way, or its days are those of another zone.
CREATE FUNCTION keep_all(source bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    zone text := source_zone(source);
    ends record;
BEGIN
    SELECT min(recorded_at) AS first, max(recorded_at) AS last INTO ends FROM reading WHERE source_id = source;
    DELETE FROM reading_fall WHERE source_id = source;
    DELETE FROM reading_day WHERE source_id = source;
    IF (SELECT counting FROM data_source WHERE id = source) = 'counter' THEN
        PERFORM keep_falls(source, ends.first, ends.last);
    ELSE
        INSERT INTO reading_day (source_id, day, count, total, low, high, estimated, doubtful)
        SELECT source, (recorded_at AT TIME ZONE zone)::date, count(*), sum(value), min(value), max(value),
            bool_or(quality_flag = 'estimated'), bool_or(quality_flag = 'questionable')
        FROM reading WHERE source_id = source AND quality_flag <> 'bad' AND zone IS NOT NULL GROUP BY 2;
    END IF;
END $$;
REVOKE ALL ON FUNCTION keep_all(bigint) FROM PUBLIC;
"""

TOUCHED = """
-- After a statement. Many readings close together are gone through once from the first to the last; few among very many
-- one by one: what it costs grows with what was written, not with what is stored.
CREATE FUNCTION keep_readings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part record;
    way text;
    among bigint;
    zone text;
BEGIN
    FOR part IN SELECT source_id AS source, count(*) AS many, min(recorded_at) AS first, max(recorded_at) AS last
                FROM touched GROUP BY source_id ORDER BY source_id
    LOOP
        SELECT counting INTO way FROM data_source WHERE id = part.source FOR NO KEY UPDATE;
        CONTINUE WHEN NOT FOUND;  -- it is being deleted, and takes its falls and days along
        IF way = 'counter' THEN
            SELECT count(*) INTO among FROM (
                SELECT FROM reading WHERE source_id = part.source AND recorded_at BETWEEN part.first AND part.last
                LIMIT 50 * part.many
            ) AS few;
            IF among < 50 * part.many THEN
                PERFORM keep_falls(part.source, part.first, part.last);
            ELSE
                PERFORM keep_falls(part.source, recorded_at, recorded_at) FROM touched WHERE source_id = part.source;
            END IF;
        ELSE
            zone := source_zone(part.source);
            PERFORM keep_days(part.source, zone, ARRAY(
                SELECT DISTINCT (recorded_at AT TIME ZONE zone)::date FROM touched
                WHERE source_id = part.source AND zone IS NOT NULL
            ));
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION keep_readings() FROM PUBLIC;
CREATE TRIGGER keep_added AFTER INSERT ON reading REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_readings();
CREATE TRIGGER keep_changed_from AFTER UPDATE ON reading REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_readings();
CREATE TRIGGER keep_changed_to AFTER UPDATE ON reading REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_readings();
CREATE TRIGGER keep_taken AFTER DELETE ON reading REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_readings();
"""

MOVED = """
CREATE FUNCTION keep_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'data_source' THEN
        PERFORM keep_all(NEW.id);
    ELSIF TG_TABLE_NAME = 'home' THEN
        PERFORM keep_all(id) FROM data_source WHERE home_id = NEW.id AND counting <> 'counter';
    ELSE
        PERFORM keep_all(id) FROM data_source WHERE owner_id = NEW.id AND home_id IS NULL AND counting <> 'counter';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION keep_moved() FROM PUBLIC;
CREATE TRIGGER keep_moved AFTER UPDATE OF counting, home_id, owner_id ON data_source FOR EACH ROW
    WHEN (NEW.counting <> OLD.counting OR (NEW.counting <> 'counter'
          AND (NEW.home_id IS DISTINCT FROM OLD.home_id OR NEW.owner_id <> OLD.owner_id)))
    EXECUTE FUNCTION keep_moved();
CREATE TRIGGER keep_moved AFTER UPDATE OF timezone ON home FOR EACH ROW
    WHEN (NEW.timezone <> OLD.timezone) EXECUTE FUNCTION keep_moved();
CREATE TRIGGER keep_moved AFTER UPDATE OF timezone ON "user" FOR EACH ROW
    WHEN (NEW.timezone <> OLD.timezone) EXECUTE FUNCTION keep_moved();
"""

READABLE = "current_setting('homelog.readable', true)"
VISITED = f"coalesce(NULLIF(current_setting('homelog.visited', true), ''), {READABLE})"
SEEN = f"source_id = ANY (NULLIF({VISITED}, '')::bigint[])"


def policies(table: str) -> str:
    return f"""
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY {table}_select ON {table} FOR SELECT TO homelog_app USING ({SEEN});
    CREATE POLICY {table}_insert ON {table} FOR INSERT TO homelog_app WITH CHECK (false);
    CREATE POLICY {table}_update ON {table} FOR UPDATE TO homelog_app USING (false);
    CREATE POLICY {table}_delete ON {table} FOR DELETE TO homelog_app USING (false);
    CREATE POLICY {table}_staff ON {table} FOR SELECT TO homelog_staff USING (true);
    """


def no_policies(table: str) -> str:
    drops = [f"DROP POLICY {table}_{name} ON {table}" for name in ("select", "insert", "update", "delete", "staff")]
    return ";\n".join([*drops, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"])


class Migration(migrations.Migration):
    dependencies = [("readings", "0013_falls_and_days")]

    operations = [
        *(migrations.RunSQL(policies(table), no_policies(table)) for table in ("reading_day", "reading_fall")),
        migrations.RunSQL(ZONE, "DROP FUNCTION source_zone(bigint), known_zone(text)"),
        migrations.RunSQL(FALLS, "DROP FUNCTION keep_falls(bigint, timestamptz, timestamptz)"),
        migrations.RunSQL(DAYS, "DROP FUNCTION keep_days(bigint, text, date[])"),
        migrations.RunSQL(WHOLE, "DROP FUNCTION keep_all(bigint)"),
        migrations.RunSQL(
            TOUCHED,
            "DROP TRIGGER keep_added ON reading; DROP TRIGGER keep_changed_from ON reading;"
            "DROP TRIGGER keep_changed_to ON reading; DROP TRIGGER keep_taken ON reading; DROP FUNCTION keep_readings()",
        ),
        migrations.RunSQL(
            MOVED,
            'DROP TRIGGER keep_moved ON data_source; DROP TRIGGER keep_moved ON home; DROP TRIGGER keep_moved ON "user";'
            "DROP FUNCTION keep_moved()",
        ),
    ]
