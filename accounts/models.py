"""People: who they are, not what they may see. A password lives in its own table, only for those who have one."""

import secrets
import zoneinfo
from collections.abc import Iterator
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import PermissionsMixin, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone as clock
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import passwords
from accounts.fields import EncryptedTextField
from accounts.ids import uuid7


def valid_timezone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Choose one such as Europe/Berlin."), params={"name": name}
        )


def new_stamp() -> str:
    """A fresh session stamp: whoever holds a session with another one is signed out."""
    return secrets.token_hex(16)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `session_stamp` is what sessions are checked against, so a signed-in page needs no password hash."""

    public_id = models.UUIDField(_("public id"), default=uuid7, unique=True, editable=False)
    username = models.CharField(
        _("user name"),
        max_length=50,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This user name is taken. Choose another one.")},
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    display_name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    timezone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[valid_timezone])
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    created_at = models.DateTimeField(_("joined"), default=clock.now, editable=False)
    session_stamp = models.CharField(max_length=32, default=new_stamp, editable=False)
    password = passwords.PasswordField(_("password"), max_length=200)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects: ClassVar[UserManager["User"]] = UserManager()  # type: ignore[assignment]

    _password_hash: str | None = None
    _password_changed: bool = False

    class Meta:
        db_table = "user"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="user_email_unique",
                violation_error_message=_("This e-mail address belongs to another account."),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_unique",
                violation_error_message=_("This user name is taken. Choose another one."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_short_name()

    def get_short_name(self) -> str:
        """What others see: the name, else the user name."""
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """The same as the short name: HomeLog asks for one name only."""
        return self.get_short_name()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The person's own time zone."""
        return zoneinfo.ZoneInfo(self.timezone)

    def clean(self) -> None:
        """Normalise the user name and the address as Django does."""
        super().clean()
        self.email = type(self).objects.normalize_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the person and, when it was set, the password in its own table; both or neither."""
        fields = kwargs.get("update_fields")
        if fields is not None and "password" in fields:
            kwargs["update_fields"] = (set(fields) - {"password"}) | {"session_stamp"}
        if self._password_changed:
            with transaction.atomic():
                super().save(*args, **kwargs)
                passwords.store(self)
        else:
            super().save(*args, **kwargs)
        self._password = None

    def set_password(self, raw_password: str | None) -> None:
        """Set the password and end every other session of this person once it is saved."""
        super().set_password(raw_password)
        self.session_stamp = new_stamp()

    def set_unusable_password(self) -> None:
        """Take the password away and end every other session of this person once it is saved."""
        self.password = passwords.unusable()
        self.session_stamp = new_stamp()

    def check_password(self, raw_password: str) -> bool:
        """Whether this is the password; a hash of an older kind is replaced, and sessions live on."""

        def rehash(raw: str) -> None:
            super(User, self).set_password(raw)
            self._password = None
            self.save(update_fields=["password"])

        return check_password(raw_password, self.password, rehash)

    def get_session_auth_hash(self) -> str:
        """What a session must match: made from the stamp, not from the password."""
        return self._stamp_hash()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under each older SECRET_KEY."""
        for key in settings.SECRET_KEY_FALLBACKS:
            yield self._stamp_hash(secret=key)

    def _stamp_hash(self, secret: str | None = None) -> str:
        salt = "accounts.models.User.session_stamp"
        return salted_hmac(salt, self.session_stamp, secret=secret, algorithm="sha256").hexdigest()

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row again and forget the password that was read or set."""
        super().refresh_from_db(*args, **kwargs)
        self._password_hash, self._password_changed = None, False

    def __getstate__(self) -> dict[str, Any]:
        """Pickle without the password."""
        state = super().__getstate__()
        return {key: value for key, value in state.items() if key not in {"_password_hash", "_password_changed"}}


class UserPassword(models.Model):
    """The password of a person who signs in locally: an Argon2id string, which carries its own salt."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    password_hash = models.CharField(max_length=200)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "user_password"
        verbose_name = _("password")
        verbose_name_plural = _("passwords")

    def __str__(self) -> str:
        return f"password of {self.user_id}"


class IdentityToken(models.Model):
    """What LINE or Google gave with a sign-in, where the site is set to keep it: see accounts.identity_tokens."""

    account = models.OneToOneField(
        "socialaccount.SocialAccount",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
        db_constraint=False,  # accounts 0003 makes it, with its cascade in the database
    )
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField(blank=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_token"
        verbose_name = _("kept token")
        verbose_name_plural = _("kept tokens")

    def __str__(self) -> str:
        return f"token of identity {self.account_id}"


class AppSignIn(models.Model):
    """A sign-in of an app: its access and refresh tokens belong together and end together (accounts.api.sign_ins).

    `refresh_id` names the one refresh token that is good; `stamp` is the person's session stamp when it began.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    stamp = models.CharField(max_length=32)
    provider = models.CharField(max_length=20)
    scope = models.CharField(max_length=100)
    refresh_id = models.UUIDField()
    rotated_at = models.DateTimeField(default=clock.now)
    signed_in_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    user_agent = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        db_table = "app_sign_in"
        verbose_name = _("sign-in of an app")
        verbose_name_plural = _("sign-ins of apps")

    def __str__(self) -> str:
        return f"app of {self.user_id}"
