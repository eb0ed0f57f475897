"""Identities and second factors in Django admin: to be looked at, without what is secret about them."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.staff import StaffAdmin, people_like

PROVIDERS = {"line": "LINE", "google": "Google"}


class ProviderFilter(admin.SimpleListFilter):
    """By a provider that is named here, so that none is looked for in the table."""

    title = _("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The providers one can choose."""
        return list(PROVIDERS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[SocialAccount]) -> QuerySet[SocialAccount]:
        """The identities of that provider."""
        return queryset.filter(provider=self.value()) if self.value() in PROVIDERS else queryset


class LookedAt(StaffAdmin):
    """Nothing is added, changed or deleted here: people do that themselves, on their account page."""

    links = ("user",)
    list_select_related = ("user",)

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By whose it is."""
        return Q(user__in=people_like(request, term))

    def in_log(self, row: Any) -> dict[str, Any]:
        """What its owner did."""
        return {"actor_id__exact": row.user_id}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False


@admin.register(SocialAccount)
class IdentityAdmin(LookedAt):
    """Who is connected with LINE or Google."""

    list_display = ("user", "provider", "uid", "date_joined", "last_login")
    list_filter = (ProviderFilter,)
    search_help_text = _("How the user name, address or name of a person begins, or the whole number at the provider.")
    fields = ("user", "provider", "uid", "date_joined", "last_login", "extra_data")

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By whose it is, or by its number: the key of the table begins with the provider."""
        return super().fitting(request, term) | Q(provider__in=PROVIDERS, uid=term)


@admin.register(Authenticator)
class SecondFactorAdmin(LookedAt):
    """Who has which second factor; the secrets stay where they are."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_help_text = _("How the user name, address or name of the person begins.")
    fields = ("user", "type", "created_at", "last_used_at")
