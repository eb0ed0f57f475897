"""Who may see and do what with homes and sources, in Django admin: members, shares, invitations and keys."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.staff import StaffAdmin, people_like
from sources.models import ApiKey, HomeMember, SourceAccess, SourceInvitation
from sources.staff import OfSource, homes_like


class RightAdmin(StaffAdmin):
    """What was granted to people: found by the person, too."""

    list_display_links = ("level",)
    list_filter: ClassVar[Any] = ("level",)
    readonly_fields: ClassVar[Any] = ("public_id", "granted_by", "granted_at")

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By the person."""
        return super().fitting(request, term) | Q(user__in=people_like(request, term))


@admin.register(HomeMember)
class MemberAdmin(RightAdmin):
    """Who belongs to which home."""

    list_display = ("home", "user", "level", "granted_by", "granted_at")
    list_select_related = ("home", "user", "granted_by")
    links = ("home", "user")
    search_help_text = _("How the name of the home or of the person begins, or a public id.")
    autocomplete_fields = ("home", "user")

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By the home as well."""
        return super().fitting(request, term) | Q(home__in=homes_like(request, term))

    def in_log(self, row: HomeMember) -> dict[str, Any]:
        """What happened in the home."""
        return {"home_id__exact": row.home_id}


@admin.register(SourceAccess)
class ShareAdmin(RightAdmin, OfSource):
    """Shares of single sources."""

    list_display = ("source", "user", "level", "granted_by", "granted_at")
    list_select_related = ("source", "user", "granted_by")
    links = ("source", "user")
    search_help_text = _("How the name of the source or of the person begins, or a public id.")
    autocomplete_fields = ("source", "user")


@admin.register(SourceInvitation)
class InvitationAdmin(OfSource):
    """Invitations to sources and homes. Staff make none: the token is shown to who invites only."""

    list_display = (
        *("place", "level", "email", "for_whom", "invited_by", "created_at", "expires_at", "used_by", "revoked_at"),
    )
    list_select_related = ("source", "home", "invited_by", "used_by")
    list_filter = ("level", ("used_at", admin.EmptyFieldListFilter), ("revoked_at", admin.EmptyFieldListFilter))
    begins = ("email",)
    links = ("source", "home")
    search_help_text = _("How the invited address, the name of the source or of the home begins, or a public id.")
    fields = readonly_fields = (
        *("public_id", "source", "home", "level", "email", "for_whom", "invited_by", "created_at", "expires_at"),
        *("revoked_at", "used_at", "used_by"),
    )

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By the address, or by where it leads."""
        return super().fitting(request, term) | Q(home__in=homes_like(request, term))

    def in_log(self, row: SourceInvitation) -> dict[str, Any]:
        """What happened where it leads."""
        return {"source_id__exact": row.source_id} if row.source_id else {"home_id__exact": row.home_id}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds an invitation here."""
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(StaffAdmin):
    """Keys of gadgets and programs: looked at and deleted. Staff make none, as a key is shown to its person only."""

    list_display = (
        "name",
        "user",
        "source",
        "scope",
        "prefix",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_select_related = ("user", "source")
    list_filter = ("scope", ("revoked_at", admin.EmptyFieldListFilter))
    links = ("user", "source")
    search_help_text = _("How the name, user name or address of the person begins, or a public id.")
    fields = readonly_fields = (
        *("public_id", "user", "source", "name", "scope", "prefix", "created_at", "expires_at", "last_used_at"),
        "revoked_at",
    )

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By its person."""
        return super().fitting(request, term) | Q(user__in=people_like(request, term))

    def in_log(self, row: ApiKey) -> dict[str, Any]:
        """What its person did."""
        return {"actor_id__exact": row.user_id}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a key here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Nobody changes one here."""
        return False
