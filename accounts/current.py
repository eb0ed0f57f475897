"""The one place that says who acts now: read by row-level security (in the database) and by the audit log (in Python).

A request binds its person in `accounts.middleware`; jobs and commands use `acting_as(user)`. Nothing else may set it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person's id and name as they are now (None and "" for nobody), and from which address.

    only_source, reads_only: a program acts for them, with fewer rights than theirs: on one source, without changing.
    key_id, app: by which key it does, or by which app (as it calls itself, "" for nothing); None for neither.
    """

    user_id: int | None = None
    name: str = ""
    address: str | None = None
    staff: bool = False
    only_source: int | None = None
    reads_only: bool = False
    key_id: int | None = None
    app: str | None = None


NOBODY = Actor()
_actor: ContextVar[Actor | None] = ContextVar("homelog_actor", default=None)
_transaction: ContextVar[object | None] = ContextVar("homelog_transaction", default=None)


def actor() -> Actor:
    """Who acts now in this thread or task."""
    return _actor.get() or NOBODY


def is_bound() -> bool:
    """Whether somebody, or nobody by name, was bound: false outside a request, a job and `acting_as`."""
    return _actor.get() is not None


def moment() -> object | None:
    """Two of these are equal in one transaction of `acting`, where the same person acts and the same parts of it (the
    savepoints of `atomic`) are under way; None outside one. A part that began and ended in between is nothing to them:
    what was locked before it stays locked, be it kept or undone. What was locked within it was at another moment.

    So what was locked, or looked up under a lock, holds against everybody else at every equal moment, but not against
    what one stored oneself since.
    """
    transaction_now = _transaction.get()
    if transaction_now is None or not connection.in_atomic_block:
        return None
    return transaction_now, actor(), tuple(connection.savepoint_ids)


def actor_of(user: "User | AnonymousUser | None", address: str | None = None, *, staff: bool = False) -> Actor:
    """The actor that `user` is; an anonymous visitor is nobody with an address."""
    if user is None or not user.is_authenticated:
        return Actor(address=address)
    return Actor(user.pk, user.get_short_name(), address, staff)


def bind(who: Actor) -> None:
    """Tell the database who acts, for the rest of the transaction. Must be called inside one.

    Call it again after a grant in the same transaction: rights are worked out once per call.
    """
    tell(who, DEFAULT_DB_ALIAS)
    _actor.set(who)


def tell(who: Actor, using: str) -> None:
    """Tell one of the site's servers alone who acts, for the rest of its transaction."""
    if not connections[using].in_atomic_block:
        raise RuntimeError("bind() needs a transaction: what it sets lives until the transaction ends.")
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT act_as(%s), set_config('homelog.visited', '', true)", [who.user_id])
        if who.only_source is not None or who.reads_only:
            cursor.execute("SELECT act_narrowly(%s, %s)", [who.only_source, who.reads_only])


def rebind() -> None:
    """Work out the rights of who acts now anew: for after a grant."""
    bind(actor())


@contextmanager
def acting(who: Actor) -> Iterator[None]:
    """A transaction in which `who` acts; inside another transaction, who acted there acts again afterwards."""
    before, nested = _actor.get(), connection.in_atomic_block
    outer = _transaction.get()
    _transaction.set(outer or object())
    try:
        with transaction.atomic():
            bind(who)
            with _role("homelog_staff") if who.staff else nullcontext():
                yield
            if nested and not connection.needs_rollback:
                bind(before or NOBODY)
    finally:
        _actor.set(before)
        _transaction.set(outer)


@contextmanager
def looking(who: Actor) -> Iterator[None]:
    """A transaction in which `who` looks, however long it takes, at everything as it was when it began: what others
    change meanwhile is neither missed nor seen twice. Nothing can be written. Inside another transaction it sees what
    that one sees.
    """
    if connection.in_atomic_block:
        with acting(who):
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with acting(who):
            yield


@contextmanager
def _role(name: str) -> Iterator[None]:
    """Take a role for the rest of the transaction, and give it back for an enclosing one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (before,) = cursor.fetchone()
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(name)}")
    yield
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(before)}")


@contextmanager
def acting_as(user: "User | AnonymousUser | None", address: str | None = None) -> Iterator[None]:
    """A transaction in which `user` acts, for jobs, commands, tests and streaming answers."""
    with acting(actor_of(user, address)):
        yield
