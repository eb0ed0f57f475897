"""The site of Django admin: for staff only. What it shows is registered by each app."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class HomelogAdminSite(AdminSite):
    """Django admin with HomeLog's name; sign-in goes through the account pages, so that their limits hold there too."""

    site_header = _("HomeLog administration")
    site_title = _("HomeLog")
    index_title = _("Everything HomeLog stores")
