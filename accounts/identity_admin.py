"""Identities and second factors in Django admin: to be looked at, without what is secret about them."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.http import HttpRequest


class LookedAt(admin.ModelAdmin):
    """Nothing is added, changed or deleted here: people do that themselves, on their account page."""

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
    list_filter = ("provider",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "uid")
    fields = ("user", "provider", "uid", "date_joined", "last_login", "extra_data")


@admin.register(Authenticator)
class SecondFactorAdmin(LookedAt):
    """Who has which second factor; the secrets stay where they are."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    fields = ("user", "type", "created_at", "last_used_at")
