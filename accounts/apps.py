"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, passwords, identities, who acts now."""

    name = "accounts"
    verbose_name = _("people")

    def ready(self) -> None:
        """Connect the receivers; note how long refusals last."""
        from accounts import limits, receivers

        limits.listen()
        receivers.connect()
