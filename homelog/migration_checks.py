"""A system check of the migrations: what would hold the site up, or break the version that still runs beside it.

Two versions of HomeLog work on one database while a new one is rolled out (docs/upgrade.md), and tables may be large.
It is deploy's (`check --deploy --tag migrations`), which CI runs, as nothing of it depends on a machine. What is right
all the same stands in ALLOWED with its reason. Tables that the same migration makes are nobody's yet.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.core.checks import CheckMessage, Error
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

OURS = ("accounts", "sources", "readings", "audit")

FIRST = "older than the first release: no site has run without it"
ALLOWED: dict[str, str] = {
    "accounts.0003_identities M04": FIRST,
    "audit.0003_changes_index M04": FIRST,
    "readings.0002_keys M04": FIRST,
    "readings.0002_keys M05": FIRST,
    "readings.0004_doubtful_index M04": FIRST,
    "readings.0011_details M05": FIRST,
    "readings.0012_import_into_a_home M01": FIRST,
    "readings.0012_import_into_a_home M05": FIRST,
    "readings.0012_import_into_a_home M07": FIRST,
    "readings.0019_import_runs M01": FIRST,
    "readings.0019_import_runs M07": FIRST,
    "sources.0002_foreign_keys M05": FIRST,
    "sources.0004_rule_says_something M05": FIRST,
    "sources.0013_walking_order M01": FIRST,
    "sources.0013_walking_order M05": FIRST,
    "sources.0015_sums M05": FIRST,
    "sources.0016_parts_of_sums M05": FIRST,
    "sources.0018_key_policies M05": FIRST,
}
"""Migration and code (as "readings.0002_keys M04") and why it may be so."""

BODIES = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
MADE = re.compile(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?\"?(\w+)", re.IGNORECASE)
RISKS = {
    "M04": (re.compile(r'CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).*?\bON (?:ONLY )?"?(\w+)', re.I | re.S), "an index"),
    "M05": (
        re.compile(r'ALTER TABLE "?(\w+)"?[^;]*?ADD (?:CONSTRAINT|PRIMARY)(?![^;]*NOT VALID)', re.I),
        "a constraint",
    ),
    "M06": (re.compile(r'ALTER TABLE "?(\w+)"?[^;]*?(?:RENAME|DROP COLUMN|SET NOT NULL|\bTYPE\b)', re.I), "a change"),
    "M07": (re.compile(r'(?:^|;)\s*(?:UPDATE|DELETE FROM) "?(\w+)', re.I), "all rows"),
    "M08": (re.compile(r'DROP TABLE (?:IF EXISTS )?"?(\w+)', re.I), "the end of a table"),
}
WORDS = {
    "M01": "adds {what} that must not be null and has no default in the database: what still runs cannot insert.",
    "M02": "takes {what} away or renames it while the version before still uses it.",
    "M03": "changes the type of {what}, or forbids what the version before still writes.",
    "M04": "makes an index of {what} that keeps writers out: use accounts.migrating.index_made_beside.",
    "M05": "adds a constraint to {what} that reads every row while nobody may write: NOT VALID first, then VALIDATE.",
    "M06": "renames, retypes, drops or forbids something of {what} in one step.",
    "M07": "writes many rows of {what} in one transaction: do it in a command, in small steps.",
    "M08": "drops {what} while the version before still uses it.",
    "M09": "cannot be undone: {what}.",
    "M10": "runs Python over rows in one transaction: say atomic = False and go in small steps.",
    "M11": "makes an index CONCURRENTLY inside of a transaction: say atomic = False.",
}


def check_migrations(**kwargs: Any) -> list[CheckMessage]:
    """What is found in our own migrations and not allowed, and what is allowed and not found any more."""
    found = set()
    messages: list[CheckMessage] = []
    loader = MigrationLoader(None, ignore_no_migrations=True)
    state = ProjectState()
    for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        migration = loader.graph.nodes[key]
        if migration.app_label in OURS:
            for code, what in risks(migration, state):
                place = f"{migration.app_label}.{migration.name} {code}"
                found.add(place)
                if place not in ALLOWED:
                    messages.append(Error(f"{place}: {WORDS[code].format(what=what)}", id=f"homelog.{code}"))
        migration.mutate_state(state, preserve=False)
    unused = sorted(ALLOWED.keys() - found)
    return messages + [Error(f"{place} is allowed, and not found.", id="homelog.M00") for place in unused]


def risks(migration: Migration, state: ProjectState) -> Iterator[tuple[str, str]]:
    """Code and what it is about, for each risk; `state` is what stood before this migration."""
    new = {operation.name_lower for operation in migration.operations if isinstance(operation, operations.CreateModel)}
    texts = [_plain(text) for operation in migration.operations for text in _sql(operation)]
    made = {name.lower() for text in texts for name in MADE.findall(text)}
    for operation in _flat(migration.operations):
        if isinstance(operation, operations.CreateModel):
            made.add(operation.options.get("db_table", f"{migration.app_label}_{operation.name_lower}").lower())
        if not operation.reversible:
            yield "M09", operation.describe()
        if getattr(operation, "model_name", "").lower() not in new:
            yield from _of_fields(operation, migration.app_label, state)
        if isinstance(operation, operations.RunPython) and migration.atomic:
            yield "M10", ""
    if migration.atomic and any("CONCURRENTLY" in text.upper() for text in texts):
        yield "M11", ""
    for text in texts:
        for code, (pattern, _what) in RISKS.items():
            yield from ((code, table) for table in pattern.findall(text) if table.lower() not in made)


def _of_fields(operation: Any, app: str, state: ProjectState) -> Iterator[tuple[str, str]]:
    name = f"{getattr(operation, 'model_name', '')}.{getattr(operation, 'name', '')}"
    if isinstance(operation, operations.AddField):
        field: Any = operation.field
        if not (field.null or field.has_db_default() or field.many_to_many):
            yield "M01", name
    elif isinstance(operation, operations.AlterField):
        before = state.models[app, operation.model_name_lower].fields[operation.name]
        if _is_narrower(before, operation.field):
            yield "M03", name
    elif isinstance(
        operation,
        operations.RemoveField
        | operations.DeleteModel
        | operations.RenameField
        | operations.RenameModel
        | operations.AlterModelTable,
    ):
        yield "M02", name.strip(".")
    elif isinstance(operation, operations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        yield "M04", operation.model_name
    elif isinstance(operation, operations.AlterUniqueTogether) or (
        isinstance(operation, operations.AddConstraint) and not isinstance(operation, AddConstraintNotValid)
    ):
        yield "M05", name.strip(".")


def _is_narrower(before: models.Field, after: models.Field) -> bool:
    """Whether the column gets another type, less room, or may not be empty any more."""
    shorter = (after.max_length or 0) < (before.max_length or 0)
    return type(before) is not type(after) or shorter or (before.null and not after.null)


def _flat(found: Sequence[Any]) -> Iterator[Any]:
    """What is done to the database."""
    for operation in found:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _sql(operation: Any) -> Iterator[str]:
    for each in _flat([operation]):
        if isinstance(each, operations.RunSQL):
            parts = [each.sql] if isinstance(each.sql, str) else each.sql
            yield from (part if isinstance(part, str) else part[0] for part in parts)


def _plain(sql: str) -> str:
    """The statements without comments and without what stands in functions, which only runs later."""
    return BODIES.sub("''", re.sub(r"--[^\n]*", "", sql))
