"""The roof as a Django app: it brings system checks, grants and months after each migration, and commands."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class HomelogConfig(AppConfig):
    """Connects what the roof wires."""

    name = "homelog"

    def ready(self) -> None:
        """Register the system checks, what is counted, the months of the audit log and the grants."""
        from homelog import checks, roles, steady
        from homelog.watching import hearing

        steady.keep_by_thread()
        steady.write_plainly()
        checks.register_all()
        hearing.connect()
        audit = apps.get_app_config("audit")
        post_migrate.connect(roles.make_months, sender=audit, dispatch_uid="homelog.make_months")
        post_migrate.connect(roles.grant_tables, sender=audit, dispatch_uid="homelog.grant_tables")


class HomelogAdminConfig(AdminConfig):
    """Django admin at its own path, with the household's words on it."""

    default_site = "homelog.admin.HomelogAdminSite"
