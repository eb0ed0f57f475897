"""Homes, sources, shares, rules and meter changes in Django admin: for staff, who work under a role of their own."""

from typing import Any

from django.contrib import admin
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest

from sources.models import DataSource, DataValidator, Home, HomeMember, MeterChange, SourceAccess, SourceInvitation


class StaffAdmin(admin.ModelAdmin):
    """What all pages here share: rows that staff add, also in an inline, say who made a home or gave a right."""

    show_full_result_count = False
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save what stands on the page itself."""
        _sign(obj, request)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        """Save the rows of an inline, one by one, so that each is in the audit log."""
        for row in formset.save(commit=False):
            _sign(row, request)
            row.save()
        for row in formset.deleted_objects:
            row.delete()


def _sign(row: Any, request: HttpRequest) -> None:
    """Note who makes a new home or gives a new right."""
    for name in ("created_by", "granted_by"):
        if row._state.adding and hasattr(row, name):
            setattr(row, name, request.user)


class MemberInline(admin.TabularInline):
    """The people of a home."""

    model = HomeMember
    extra = 0
    raw_id_fields = ("user",)
    readonly_fields = ("granted_at", "granted_by")


class ShareInline(admin.TabularInline):
    """The people whom a source is shared with."""

    model = SourceAccess
    extra = 0
    raw_id_fields = ("user",)
    readonly_fields = ("granted_at", "granted_by")


class RuleInline(admin.TabularInline):
    """What the readings of a source must pass."""

    model = DataValidator
    extra = 0


@admin.register(Home)
class HomeAdmin(StaffAdmin):
    """Homes with their members."""

    list_display = ("name", "address", "timezone", "created_by", "created_at")
    list_select_related = ("created_by",)
    list_filter = ("timezone",)
    search_fields = ("name", "address", "members__user__username", "members__user__email", "=public_id")
    readonly_fields = ("public_id", "created_by", "created_at")
    inlines = (MemberInline,)


@admin.register(DataSource)
class SourceAdmin(StaffAdmin):
    """Sources with their shares and rules."""

    list_display = (
        "name",
        "source_type",
        "unit",
        "owner",
        "home",
        "meter_number",
        "rhythm",
        "created_at",
        "archived_at",
    )
    list_select_related = ("owner", "home")
    list_filter = ("source_type", "counting", "rhythm", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = (
        "name",
        "meter_number",
        "place_name",
        "home__name",
        "owner__username",
        "owner__email",
        "=public_id",
    )
    raw_id_fields = ("owner", "home")
    readonly_fields = ("public_id", "created_at", "archived_at")
    inlines = (ShareInline, RuleInline)


@admin.register(SourceAccess)
class ShareAdmin(StaffAdmin):
    """Shares of single sources."""

    list_display = ("source", "user", "level", "granted_by", "granted_at")
    list_select_related = ("source", "user", "granted_by")
    list_filter = ("level",)
    search_fields = ("source__name", "user__username", "user__email", "=public_id")
    raw_id_fields = ("source", "user")
    readonly_fields = ("public_id", "granted_by", "granted_at")


@admin.register(DataValidator)
class RuleAdmin(StaffAdmin):
    """Rules of sources."""

    list_display = ("source", "min_value", "max_value", "non_decreasing", "max_per_day", "on_violation", "created_at")
    list_select_related = ("source",)
    list_filter = ("on_violation", "non_decreasing")
    search_fields = ("source__name", "=public_id")
    raw_id_fields = ("source",)
    readonly_fields = ("public_id", "created_at")


@admin.register(MeterChange)
class MeterChangeAdmin(StaffAdmin):
    """Meters that were replaced, rolled over or reset."""

    list_display = ("source", "changed_at", "reason", "old_final", "new_initial", "old_number", "new_number")
    list_select_related = ("source",)
    list_filter = ("reason",)
    search_fields = ("source__name", "old_number", "new_number", "=public_id")
    raw_id_fields = ("source",)
    readonly_fields = ("public_id",)


@admin.register(SourceInvitation)
class InvitationAdmin(StaffAdmin):
    """Invitations to sources and homes. Staff make none: the token is shown to who invites only."""

    list_display = ("place", "level", "email", "invited_by", "created_at", "expires_at", "used_by", "revoked_at")
    list_select_related = ("source", "home", "invited_by", "used_by")
    list_filter = ("level", ("used_at", admin.EmptyFieldListFilter), ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("source__name", "home__name", "email", "invited_by__username", "=public_id")
    fields = readonly_fields = (
        *("public_id", "source", "home", "level", "email", "invited_by", "created_at", "expires_at"),
        *("revoked_at", "used_at", "used_by"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds an invitation here."""
        return False
