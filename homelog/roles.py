"""Who connects to the database as what: the owner for migrations, homelog_app for everything else, and their grants."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import connection

from audit import partitions

READ_ONLY = {"django_migrations", "reading_day", "reading_fall"}
APPEND_ONLY = {"audit_log"}
OWNERS_ALONE = {"audit_seal", "audit_cursor", "audit_pruned", "backup_made"}

_on_purpose: ContextVar[bool] = ContextVar("homelog_owner_on_purpose", default=False)

GRANT = """
DO $$
DECLARE t record; columns text;
BEGIN
  FOR t IN
    SELECT c.relname, c.relkind FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND pg_get_userbyid(c.relowner) = current_user
  LOOP
    EXECUTE format('REVOKE ALL ON %%I FROM PUBLIC, homelog_app, homelog_staff', t.relname);
    IF t.relname = ANY (%(owners_alone)s) THEN
      CONTINUE;
    ELSIF t.relname = ANY (%(read_only)s) THEN
      EXECUTE format('GRANT SELECT ON %%I TO homelog_app, homelog_staff', t.relname);
    ELSIF t.relname = ANY (%(append_only)s) THEN
      -- All but the number, which the database gives: who chose one could stop the sealing.
      SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
      WHERE attrelid = format('%%I', t.relname)::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'id';
      EXECUTE format('GRANT SELECT, INSERT (%%s) ON %%I TO homelog_app, homelog_staff', columns, t.relname);
    ELSIF NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = format('%%I', t.relname)::regclass) THEN
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %%I TO homelog_app, homelog_staff', t.relname);
    END IF;
  END LOOP;
END $$
"""


def grant_tables(**kwargs: Any) -> None:
    """After each migration: the site's roles may use every table, only add to the log, not touch its partitions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('homelog_app', 'homelog_staff')")
        if not cursor.fetchone()[0]:
            raise RuntimeError(
                "The roles homelog_app and homelog_staff are missing. Run homelog/roles.sql as a superuser first."
            )
        cursor.execute(_literal(GRANT))
        cursor.execute("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO homelog_app, homelog_staff")


def make_months(**kwargs: Any) -> None:
    """After each migration: the audit log has partitions for two years, so that each deploy winds it up again."""
    if partitions.may_make():
        partitions.make_months()


def _literal(sql: str) -> str:
    """The block with its lists written in: a DO block takes no parameters."""
    lists = {"read_only": READ_ONLY, "append_only": APPEND_ONLY, "owners_alone": OWNERS_ALONE}
    return sql % {
        name: "ARRAY[" + ", ".join(f"'{table}'" for table in sorted(tables)) + "]" for name, tables in lists.items()
    }


@contextmanager
def as_owner(lock_timeout: str = "") -> Iterator[None]:
    """The default connection as homelog_owner, for commands that change the schema. lock_timeout: how long it waits
    for what others hold, such as "1s"; for ever, where it is not given.
    """
    site = dict(connection.settings_dict)
    owner = {key: settings.DATABASE_OWNER.get(key, "") for key in ("USER", "PASSWORD", "HOST", "PORT")}
    options = {key: value for key, value in site.get("OPTIONS", {}).items() if key != "pool"}
    if lock_timeout:
        options["options"] = f"{options.get('options', '')} -c lock_timeout={lock_timeout}".strip()
    connection.close()
    connection.settings_dict.update(owner, OPTIONS=options)
    before = _on_purpose.set(True)
    try:
        yield
    finally:
        _on_purpose.reset(before)
        connection.close()
        connection.settings_dict.update(site)


def is_owner_on_purpose() -> bool:
    """Whether a command has taken the owner's connection to change the schema: no fault of the site."""
    return _on_purpose.get()
