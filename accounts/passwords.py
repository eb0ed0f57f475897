"""The password, kept in its own table behind Django's usual interface.

`User.password` is a field without a column: reading it fetches the row of `user_password`, writing it marks the row
to be saved by `User.save()`. Django, allauth, admin, createsuperuser and fixtures use `user.password` as ever.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, is_password_usable, make_password
from django.db import models
from django.db.models.query_utils import DeferredAttribute

if TYPE_CHECKING:
    from accounts.models import User

NO_PASSWORD = UNUSABLE_PASSWORD_PREFIX


class _Stored:
    """The descriptor behind `user.password`: lazily read, remembered on the instance until saved."""

    def __get__(self, user: "User | None", owner: type["User"] | None = None) -> Any:
        if user is None:
            return self
        if user._password_hash is None:
            user._password_hash = load(user)
        return user._password_hash

    def __set__(self, user: "User", value: str | None) -> None:
        user._password_hash = value or NO_PASSWORD
        user._password_changed = True


class PasswordField(models.CharField):
    """A field called `password` that forms, admin and createsuperuser find in `_meta`, and that has no column."""

    descriptor_class: type[DeferredAttribute] = DeferredAttribute

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Join the model as a private field: no column, no migration."""
        super().contribute_to_class(cls, name, private_only=True)
        self.column = None  # type: ignore[assignment]
        self.concrete = False
        setattr(cls, name, _Stored())

    def get_attname_column(self) -> tuple[str, str]:
        """The attribute's name and no column."""
        return self.get_attname(), None  # type: ignore[return-value]


def load(user: "User") -> str:
    """The stored hash of `user`, or NO_PASSWORD when there is none."""
    from accounts.models import UserPassword

    if user.pk is None:
        return NO_PASSWORD
    stored = UserPassword.objects.filter(user_id=user.pk).values_list("password_hash", flat=True).first()
    return stored or NO_PASSWORD


def store(user: "User") -> None:
    """Write what was set on `user`: a usable hash is kept, an unusable one means no row."""
    from accounts.models import UserPassword

    hashed = user._password_hash or NO_PASSWORD
    if is_password_usable(hashed):
        UserPassword.objects.update_or_create(user_id=user.pk, defaults={"password_hash": hashed})
    else:
        UserPassword.objects.filter(user_id=user.pk).delete()
    user._password_changed = False


def unusable() -> str:
    """A value for `user.password` that no password matches."""
    return make_password(None)
