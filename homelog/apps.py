"""The roof as a Django app: it brings the system checks, the grants after each migration and the commands."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class HomelogConfig(AppConfig):
    """Connects what the roof wires."""

    name = "homelog"

    def ready(self) -> None:
        """Register the system checks and the grants."""
        from homelog import checks, roles

        checks.register_all()
        post_migrate.connect(
            roles.grant_tables, sender=apps.get_app_config("audit"), dispatch_uid="homelog.grant_tables"
        )


class HomelogAdminConfig(AdminConfig):
    """Django admin at its own path, with the household's words on it."""

    default_site = "homelog.admin.HomelogAdminSite"
