"""Queries whose SQL is made once for each process: for the few that every page and every reading ask.

Django makes the SQL of a query anew each time it runs, which takes ten times as long as the database needs for the
answer. What a query means stays in its queryset; only the text is kept.
"""

from collections.abc import Callable, Sequence
from copy import copy
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.sql import InsertQuery

from accounts.statements import Fixed

Row = TypeVar("Row", covariant=True)


class Slot(Expression):
    """The place of a value in a prepared query."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """A placeholder, with the slot itself where its value will stand."""
        return "%s", [self]


def somebody(key: Any) -> Any:
    """A person of whom only the key is known, for querysets that ask for a user."""
    return SimpleNamespace(pk=key)


class Prepared(Generic[Row]):
    """A query of one shape: `build` gets a Slot for each of `fields` and makes the queryset; called, it is asked.

    `build` runs once, so nothing in it may depend on the time, the person or the language; what does is a slot. A value
    must be of its field's Python type and not None, which is another question to SQL ("IS NULL").
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"], **fields: "Field[Any, Any]") -> None:
        self._build, self._fields = build, fields

    def __call__(self, **values: Any) -> list[Row]:
        """The rows, for these values. Raises TypeError where one is missing, too many, or None."""
        if values.keys() != self._fields.keys() or None in values.values():
            raise TypeError(f"A value for each of {', '.join(self._fields)}, none of them None.")
        queryset, compiler, sql, parameters = _made.get(self) or self._make()
        asked = tuple(values[each.name] if isinstance(each, Slot) else each for each in parameters)

        def get_compiler(using: str, **_rest: Any) -> Any:
            mine = copy(compiler)
            mine.using, mine.connection, mine.as_sql = using, connections[using], lambda *_a, **_k: (sql, asked)
            return mine

        rows: Any = queryset._iterable_class(_Asked(queryset, get_compiler))  # type: ignore[arg-type]
        return list(rows)

    def first(self, **values: Any) -> Row | None:
        """The first row, or None."""
        return next(iter(self(**values)), None)

    def _make(self) -> tuple["QuerySet[Any, Row]", Any, str, tuple[Any, ...]]:
        queryset = self._build(**{name: Slot(name, field) for name, field in self._fields.items()})
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, parameters = compiler.as_sql()
        _made[self] = made = queryset, compiler, Fixed(sql), tuple(parameters)
        return made


def insert(row: Model, using: str, fields: Sequence["Field[Any, Any]"], returned: Sequence["Field[Any, Any]"]) -> Any:
    """What Model._do_insert does: store a new row and give back what the database made. No value is an expression, and
    the fields of a model are the same each time but for its key.
    """
    connection = connections[using]
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    name = type(row), len(fields)
    if name not in _inserts:
        query = InsertQuery(type(row))
        query.insert_values(fields, [row])
        compiler: Any = query.get_compiler(using)
        compiler.returning_fields = returned
        _inserts[name] = Fixed(compiler.as_sql()[0][0])
    with connection.cursor() as cursor:
        cursor.execute(_inserts[name], values)
        return [cursor.fetchone()] if returned else []


_inserts: dict[tuple[type[Model], int], Fixed] = {}
_made: "WeakKeyDictionary[Prepared[Any], tuple[QuerySet[Any, Any], Any, str, tuple[Any, ...]]]" = WeakKeyDictionary()


def forget() -> None:
    """Make every query anew: for tests that change what a queryset means."""
    _made.clear()


class _Asked(SimpleNamespace):
    """As much of a queryset as its rows are made from."""

    def __init__(self, queryset: Any, get_compiler: Callable[..., Any]) -> None:
        query = SimpleNamespace(get_compiler=get_compiler)
        super().__init__(
            db=queryset.db, query=query, model=queryset.model, _known_related_objects={}, _fields=queryset._fields
        )
