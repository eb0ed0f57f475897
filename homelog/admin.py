"""The site of Django admin: for staff only. What it shows is registered by each app."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class HomelogAdminSite(AdminSite):
    """Django admin with HomeLog's name; sign-in goes through the account pages, so that their limits hold there too."""

    site_header = _("HomeLog administration")
    site_title = _("HomeLog")
    index_title = _("Everything HomeLog stores")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's, but without the pages that allauth brings: ours (accounts.admin) take their place."""
        if not getattr(admin_class, "__module__", "").startswith("allauth."):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """As Django's, but what its filters would hand to the database as it is must be text that PostgreSQL knows.

        Raises BadRequest for a NUL in the query.
        """
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if any("\0" in value for _name, values in request.GET.lists() for value in values):
                raise BadRequest("The query holds a NUL.")
            return guarded(request, *args, **kwargs)

        return cast(View, checked)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send a visitor to the account pages and back. Raises PermissionDenied for somebody who is no staff."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied(_("These pages are for the people who run this site."))
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))
