"""System checks of the database as it is: who connects, which tables are guarded, whether the log can be changed.

Those of the settings of signing in are in homelog.sign_in_checks.

They run with `check --database default`, before gunicorn starts, and after `migrate`. Nothing is repaired here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone as clock

from audit import partitions
from homelog import durability, migration_checks, server_version, sign_in_checks
from homelog.roles import APPEND_ONLY, is_owner_on_purpose

HOUSEHOLD = ("sources", "readings", "audit")
"""The apps all of whose tables hold a household's data; a new model of theirs is looked at by itself."""

PERSONAL = {"identity_token"}
"""What is shown to nobody but its person."""

ENDS_SOON = timedelta(days=45)

ROLE = """
SELECT current_user, rolsuper, rolbypassrls, EXISTS (
    SELECT FROM pg_class WHERE oid = ANY (SELECT to_regclass(format('%%I', name)) FROM unnest(%s::text[]) AS name)
    AND (pg_get_userbyid(relowner) = current_user OR pg_has_role(current_user, relowner, 'MEMBER')))
FROM pg_roles WHERE rolname = current_user
"""

UNGUARDED = """
SELECT name, NOT relrowsecurity, ARRAY(
    SELECT command FROM unnest(CASE WHEN name = ANY (%s) THEN '{SELECT,INSERT}'
                               ELSE '{SELECT,INSERT,UPDATE,DELETE}' END::text[]) AS command
    WHERE NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = current_schema() AND tablename = name
                      AND 'homelog_app' = ANY (roles) AND cmd IN (command, 'ALL')))
FROM unnest(%s::text[]) AS name JOIN pg_class ON oid = to_regclass(format('%%I', name))
"""

# The log and each of its partitions.
LOG = """
WITH log AS (SELECT to_regclass('audit_log')::oid AS part
             UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('audit_log'))
"""

CHANGEABLE = f"""{LOG}
SELECT part::regclass::text, rolname, privilege
FROM log, pg_roles, unnest('{{UPDATE,DELETE,TRUNCATE}}'::text[]) AS privilege
WHERE rolname IN ('homelog_app', 'homelog_staff')
  AND (has_table_privilege(rolname, part, privilege)
       OR privilege = 'UPDATE' AND has_any_column_privilege(rolname, part, privilege))
ORDER BY 1, 2, 3
"""  # noqa: S608 - our own text only

# tgtype: 1 for each row, 2 before, 8 delete, 16 update, 32 truncate (pg_trigger.h).
UNTRIGGERED = f"""{LOG}
SELECT part::regclass::text FROM log
WHERE EXISTS (SELECT FROM unnest('{{27,34}}'::int[]) AS kind WHERE NOT EXISTS (
      SELECT FROM pg_trigger WHERE tgrelid = part AND tgtype = kind AND tgenabled <> 'D'
      AND tgfoid = to_regproc('audit_refuse')))
  AND part IS NOT NULL
ORDER BY 1
"""  # noqa: S608 - our own text only


@dataclass(frozen=True, slots=True)
class Role:
    """Who is connected, and whether that is more than the site may be."""

    name: str
    is_superuser: bool
    bypasses: bool
    owns: bool


def register_all() -> None:
    """Make the checks known to Django."""
    register(check_database, Tags.database)
    register(sign_in_checks.check_sign_in, Tags.security)
    register(migration_checks.check_migrations, "migrations", deploy=True)


def check_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """What is wrong with the database; nothing is said while a command works on it as its owner."""
    if DEFAULT_DB_ALIAS not in (databases or ()) or is_owner_on_purpose():
        return []
    found = [*judge_role(role()), *unguarded_tables(), *changeable_log(), *untriggered_log(), *ending_log()]
    return [*found, *server_version.is_repaired(), *durability.waits_for_the_disk(), *missing_migrations()]


def household_tables() -> list[str]:
    """The tables of every model of the household apps, made by a migration or not."""
    models = [model for app in HOUSEHOLD for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    return sorted({model._meta.db_table for model in models} | PERSONAL)


def role() -> Role:
    """Who the site is in its database. The role of the statements counts: there is no other outside of tests."""
    return Role(*_rows(ROLE, household_tables())[0])


def judge_role(who: Role) -> Iterator[CheckMessage]:
    """A site needs no more than homelog_app: whatever is more goes past row-level security."""
    hint = "Let DATABASE_URL name homelog_app; only DATABASE_OWNER_URL names homelog_owner."
    if who.is_superuser:
        yield Error(f"The site connects as {who.name}, a superuser.", hint, id="homelog.E003")
    elif who.owns:
        yield Error(
            f"The site connects as {who.name}, who owns the tables or may become their owner.", hint, id="homelog.E002"
        )
    if who.bypasses:
        yield Error(f"The site connects as {who.name}, who has BYPASSRLS.", hint, id="homelog.E004")


def unguarded_tables() -> Iterator[CheckMessage]:
    """Tables of a household without row-level security, or without a policy for one of the commands."""
    for table, is_off, commands in _rows(UNGUARDED, sorted(APPEND_ONLY), household_tables()):
        if is_off or commands:
            lacking = "row-level security" if is_off else f"a policy of homelog_app for {', '.join(commands)}"
            yield Error(
                f"The table {table} lacks {lacking}.",
                "Give it policies in a migration, as sources 0003 does.",
                id="homelog.E001",
            )


def changeable_log() -> Iterator[CheckMessage]:
    """Rights by which a role of the site could change or empty the audit log."""
    for table, name, privilege in _rows(CHANGEABLE):
        yield Error(
            f"{name} may {privilege} {table}: the audit log can only be added to.",
            "Run manage.py migrate: it grants anew.",
            id="homelog.E005",
        )


def untriggered_log() -> Iterator[CheckMessage]:
    """Parts of the audit log that a trigger no longer keeps from being changed or emptied by the owner."""
    for (table,) in _rows(UNTRIGGERED):
        yield Error(
            f"{table} lacks a trigger that refuses changes.",
            "Make partitions with manage.py audit_partitions; find out who took the trigger away.",
            id="homelog.E006",
        )


def ending_log() -> Iterator[CheckMessage]:
    """The months of the audit log that are made ahead run out."""
    end = partitions.until()
    if end is not None and end < clock.now() + ENDS_SOON:
        yield Warning(
            f"The audit log has months until {end:%Y-%m-%d} only.",
            "Run manage.py audit_partitions.",
            id="homelog.W001",
        )


def missing_migrations() -> Iterator[CheckMessage]:
    """A database behind the code; one ahead of it is fine, as old workers see it while a new version is rolled out."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        first = plan[0][0]
        yield Error(
            f"The database lacks {len(plan)} of this version's migrations, {first.app_label} {first.name} first.",
            "Run manage.py migrate.",
            id="homelog.E007",
        )


def _rows(sql: str, *parameters: list[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())
