"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, passwords, identities, who acts now."""

    name = "accounts"
    verbose_name = _("people")

    def ready(self) -> None:
        """Connect the receivers."""
        from accounts import receivers

        receivers.connect()
