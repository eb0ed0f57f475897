"""Throwing away what a test stored where it could not be rolled back, because several connections had to see it.

Django empties all tables, which gives each of them new files, and makes content types and permissions anew: a second
for a test that stored ten rows. Here they stay, and only the rows go that there are.
"""

from django.db import connection

EMPTY = """
DO $$
DECLARE
    kept CONSTANT name[] := '{django_migrations, django_content_type, auth_permission}';
    place regclass;
    has_rows boolean;
    guarded regclass[] := '{}';
BEGIN
    FOR place IN
        SELECT oid FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> ALL (kept)
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', place) INTO has_rows;
        CONTINUE WHEN NOT has_rows;
        -- The log refuses to lose anything.
        IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = place AND NOT tgisinternal) THEN
            guarded := guarded || place;
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', place);
        END IF;
        EXECUTE format('DELETE FROM %s', place);
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    FOREACH place IN ARRAY guarded LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', place);
    END LOOP;
END $$
"""


def empty_tables() -> None:
    """Delete every row but those that migrations made, as homelog_owner; afterwards the limited role acts again."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(EMPTY)
        cursor.execute("SET ROLE homelog_app")
