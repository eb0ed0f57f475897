"""Who may see and change which rows, said by the database alone.

`act_as(person)` works out once per transaction what a person may read, write and administer and puts it into
transaction-local settings as bigint arrays; every policy compares a key with such an array. Unset means no rows.
homelog_owner owns the tables and is not subject to the policies; homelog_staff (Django admin) sees all.
"""

from django.db import migrations

LEVELS = """
-- Each person's level on each source, as often as there is a reason for it: 1 read, 2 write, 3 admin, 4 owner.
CREATE VIEW source_level AS
SELECT owner_id AS user_id, id AS source_id, 4 AS level FROM data_source
UNION ALL
SELECT user_id, source_id, CASE level WHEN 'read' THEN 1 WHEN 'write' THEN 2 WHEN 'admin' THEN 3 ELSE 0 END
FROM source_access
UNION ALL
SELECT m.user_id, s.id, CASE m.level WHEN 'read' THEN 1 WHEN 'write' THEN 2 WHEN 'admin' THEN 3 ELSE 0 END
FROM home_member m JOIN data_source s ON s.home_id = m.home_id;
REVOKE ALL ON source_level FROM PUBLIC;
"""

ACT_AS = """
CREATE FUNCTION act_as(person bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    active bigint := (SELECT id FROM "user" WHERE id = person AND is_active);
    rights record;
    homes record;
BEGIN
    SELECT coalesce(array_agg(source_id), '{}') AS readable,
           coalesce(array_agg(source_id) FILTER (WHERE level >= 2), '{}') AS writable,
           coalesce(array_agg(source_id) FILTER (WHERE level >= 3), '{}') AS administered,
           coalesce(array_agg(source_id) FILTER (WHERE level >= 4), '{}') AS owned
    INTO rights
    FROM (SELECT source_id, max(level) AS level FROM source_level WHERE user_id = active GROUP BY source_id) AS best
    WHERE level >= 1;

    SELECT coalesce(array_agg(home_id), '{}') AS all_of_them,
           coalesce(array_agg(home_id) FILTER (WHERE level = 'admin'), '{}') AS administered
    INTO homes
    FROM home_member WHERE user_id = active;

    PERFORM set_config('homelog.user_id', coalesce(active::text, ''), true),
            set_config('homelog.readable', rights.readable::text, true),
            set_config('homelog.writable', rights.writable::text, true),
            set_config('homelog.administered', rights.administered::text, true),
            set_config('homelog.owned', rights.owned::text, true),
            set_config('homelog.homes', homes.all_of_them::text, true),
            set_config('homelog.homes_administered', homes.administered::text, true),
            set_config('homelog.homes_seen', (homes.all_of_them || ARRAY(
                SELECT DISTINCT home_id FROM data_source WHERE id = ANY (rights.readable) AND home_id IS NOT NULL
            ))::text, true);
END $$;
REVOKE ALL ON FUNCTION act_as(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION act_as(bigint) TO homelog_app, homelog_staff;
"""

LOCK_SOURCE = """
-- Locks a source's row until the transaction ends and answers with the acting person's level on it as it is now;
-- NULL where nobody was bound. A writer may not UPDATE the row and so could not lock it without this.
CREATE FUNCTION lock_source(source bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person text := current_setting('homelog.user_id', true);
BEGIN
    PERFORM 1 FROM data_source WHERE id = source FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    ELSIF current_setting('role') = 'homelog_staff' THEN
        RETURN 4;
    ELSIF person IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN coalesce((SELECT max(level) FROM source_level WHERE user_id = NULLIF(person, '')::bigint AND source_id = source), 0);
END $$;
REVOKE ALL ON FUNCTION lock_source(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_source(bigint) TO homelog_app, homelog_staff;
"""

MAKERS = """
-- Who makes a home or a source holds it for the rest of the transaction: INSERT ... RETURNING already needs to see it.
CREATE FUNCTION homelog_hold(setting text, id bigint) RETURNS void LANGUAGE sql AS $$
    SELECT set_config(setting, (coalesce(NULLIF(current_setting(setting, true), '')::bigint[], '{}') || id)::text, true)
$$;
CREATE FUNCTION hold_home() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM homelog_hold('homelog.homes', NEW.id), homelog_hold('homelog.homes_seen', NEW.id),
            homelog_hold('homelog.homes_administered', NEW.id);
    RETURN NEW;
END $$;
CREATE FUNCTION hold_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM homelog_hold('homelog.readable', NEW.id), homelog_hold('homelog.writable', NEW.id),
            homelog_hold('homelog.administered', NEW.id), homelog_hold('homelog.owned', NEW.id);
    RETURN NEW;
END $$;
CREATE TRIGGER hold_home BEFORE INSERT ON home FOR EACH ROW
    WHEN (NEW.created_by_id = NULLIF(current_setting('homelog.user_id', true), '')::bigint) EXECUTE FUNCTION hold_home();
CREATE TRIGGER hold_source BEFORE INSERT ON data_source FOR EACH ROW
    WHEN (NEW.owner_id = NULLIF(current_setting('homelog.user_id', true), '')::bigint) EXECUTE FUNCTION hold_source();

-- A policy cannot compare old and new: only the owner may hand a source over, and a source enters a home only by one
-- who administers both.
CREATE FUNCTION guard_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'homelog_app' THEN
        RETURN NEW;
    ELSIF NEW.owner_id IS DISTINCT FROM OLD.owner_id
          AND NOT OLD.id = ANY (coalesce(NULLIF(current_setting('homelog.owned', true), '')::bigint[], '{}')) THEN
        RAISE EXCEPTION 'only the owner may hand a source over' USING ERRCODE = 'insufficient_privilege';
    ELSIF NEW.home_id IS DISTINCT FROM OLD.home_id AND NEW.home_id IS NOT NULL
          AND NOT NEW.home_id = ANY (coalesce(NULLIF(current_setting('homelog.homes_administered', true), '')::bigint[], '{}')) THEN
        RAISE EXCEPTION 'a source enters a home only by its administrators' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_source BEFORE UPDATE OF owner_id, home_id ON data_source FOR EACH ROW EXECUTE FUNCTION guard_source();
"""


def mine(column: str, setting: str) -> str:
    return f"{column} = ANY (NULLIF(current_setting('homelog.{setting}', true), '')::bigint[])"


ME = "NULLIF(current_setting('homelog.user_id', true), '')::bigint"

POLICIES = {
    "home": {
        "SELECT": mine("id", "homes_seen"),
        "INSERT": f"created_by_id = {ME}",
        "UPDATE": mine("id", "homes_administered"),
        "DELETE": mine("id", "homes_administered"),
    },
    "home_member": {
        "SELECT": f"{mine('home_id', 'homes')} OR user_id = {ME}",
        "INSERT": mine("home_id", "homes_administered"),
        "UPDATE": mine("home_id", "homes_administered"),
        "DELETE": f"{mine('home_id', 'homes_administered')} OR user_id = {ME}",
    },
    "data_source": {
        "SELECT": mine("id", "readable"),
        "INSERT": f"owner_id = {ME} AND (home_id IS NULL OR {mine('home_id', 'homes_administered')})",
        "UPDATE": mine("id", "administered"),
        "DELETE": mine("id", "owned"),
    },
    "source_access": {
        "SELECT": f"{mine('source_id', 'administered')} OR user_id = {ME}",
        "INSERT": mine("source_id", "administered"),
        "UPDATE": mine("source_id", "administered"),
        "DELETE": f"{mine('source_id', 'administered')} OR user_id = {ME}",
    },
    "data_validator": {
        "SELECT": mine("source_id", "readable"),
        "INSERT": mine("source_id", "administered"),
        "UPDATE": mine("source_id", "administered"),
        "DELETE": mine("source_id", "administered"),
    },
    "meter_change": {
        "SELECT": mine("source_id", "readable"),
        "INSERT": mine("source_id", "administered"),
        "UPDATE": mine("source_id", "administered"),
        "DELETE": mine("source_id", "administered"),
    },
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
    dependencies = [("sources", "0002_foreign_keys")]

    operations = [
        migrations.RunSQL(LEVELS, "DROP VIEW source_level"),
        migrations.RunSQL(ACT_AS, "DROP FUNCTION act_as(bigint)"),
        migrations.RunSQL(LOCK_SOURCE, "DROP FUNCTION lock_source(bigint)"),
        migrations.RunSQL(
            MAKERS,
            "DROP TRIGGER guard_source ON data_source; DROP TRIGGER hold_source ON data_source; DROP TRIGGER hold_home ON home;"
            "DROP FUNCTION guard_source(), hold_source(), hold_home(), homelog_hold(text, bigint)",
        ),
        *(migrations.RunSQL(policies(table, rules), no_policies(table, rules)) for table, rules in POLICIES.items()),
    ]
