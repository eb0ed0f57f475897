"""SQL that is asked over and over with other values."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model


class Fixed(str):
    """SQL whose text never changes: the server plans it once for each connection (homelog.postgresql), not each time.

    Values are sent beside it, so that it is one statement, and a `%s` needs a type that the server can tell: a cast
    where neither a column nor a function says so. Its columns are named (no `*`): a plan that is kept does not bear
    that another one is added, as a migration under a running site does.
    """

    __slots__ = ()


def columns(model: "type[Model]", table: str) -> str:
    """The columns of `model`, as `table.name, …`: what a Fixed statement asks for in the place of `*`."""
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)
