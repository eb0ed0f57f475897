"""What must follow a grant at once: the rights of who acts are worked out anew, for the rest of the transaction."""

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from accounts.current import is_bound, rebind
from sources.models import DataSource, Home, HomeMember, SourceAccess


def connect() -> None:
    """Listen to what grants or ends a right. A new home has no member yet: who makes it holds it meanwhile; one that
    is deleted takes the rights of its members along.
    """
    for model in (HomeMember, DataSource, SourceAccess):
        for signal in (post_save, post_delete):
            signal.connect(work_out_rights, sender=model, dispatch_uid=f"sources.rights.{model.__name__}.{id(signal)}")

    post_delete.connect(work_out_rights, sender=Home, dispatch_uid="sources.rights.Home")


def work_out_rights(sender: type[Model], raw: bool = False, **kwargs: Any) -> None:
    """Ask the database again what the acting person may read, write and administer."""
    if is_bound() and not raw:
        rebind()
