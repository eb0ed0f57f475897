"""People, their e-mail addresses, and groups of staff in Django admin."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import identity_admin  # noqa: F401 - registers
from accounts.models import User
from accounts.staff import StaffAdmin, links_to, people_like

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def is_above(person: User | None, request: HttpRequest) -> bool:
    """Whether `person` is another one of the staff, whom only a superuser changes: who sets an address or a password
    acts with the rights of whom it belongs to.
    """
    mighty = person is not None and (person.is_staff or person.is_superuser) and person.pk != request.user.pk
    return mighty and not request.user.is_superuser


@admin.register(User)
class PersonAdmin(StaffAdmin, UserAdmin):
    """Search, filter, edit people. People are made inactive, not deleted here."""

    list_display = ("username", "email", "display_name", "is_active", "is_staff", "created_at", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    begins = ("username", "email", "display_name")
    search_help_text = _("How a user name, an e-mail address or a name begins, or a public id.")
    ordering = ("-id",)
    readonly_fields = ("public_id", "email", "created_at", "last_login", "ways")
    fieldsets = (
        (None, {"fields": ("username", "password", "ways")}),
        (_("Person"), {"fields": ("display_name", "email", "language", "timezone", "public_id")}),
        (_("Rights"), {"fields": ("is_active", *RIGHTS)}),
        (_("Dates"), {"fields": ("created_at", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "email", "usable_password", "password1", "password2")}),)

    @admin.display(description=_("what is theirs"))
    def ways(self, person: User) -> SafeString:
        """The way to what belongs to a person."""
        return links_to(
            (_("Sources"), "sources_datasource", {"owner__id__exact": person.pk}),
            (_("Shares"), "sources_sourceaccess", {"user__id__exact": person.pk}),
            (_("Homes"), "sources_homemember", {"user__id__exact": person.pk}),
            (_("E-mail addresses"), "account_emailaddress", {"user__id__exact": person.pk}),
            (_("Identities"), "socialaccount_socialaccount", {"user__id__exact": person.pk}),
            (_("Second factors"), "mfa_authenticator", {"user__id__exact": person.pk}),
            (_("What they did"), "audit_auditlog", {"actor_id__exact": person.pk}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only a superuser gives rights over the site: who may edit people could give themselves all of them."""
        fixed = self.readonly_fields if obj is not None else ()
        return fixed if request.user.is_superuser else (*fixed, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only a superuser changes somebody of the staff, and so their user name."""
        return not is_above(obj, request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody: with a person everything would go that they own."""
        return False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Only a superuser sets a password: whoever knows it acts as that person. Everybody else sends a reset."""
        if not request.user.is_superuser:
            raise PermissionDenied(_("Ask them to reset their password: nobody else should know it."))
        return super().user_change_password(request, id, form_url)

    def in_log(self, row: User) -> dict[str, Any]:
        """What this person did."""
        return {"actor_id__exact": row.pk}


@admin.register(EmailAddress)
class AddressAdmin(StaffAdmin):
    """Addresses to sign in with. Staff add or prove one; which is the main one, its owner chooses."""

    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    list_select_related = ("user",)
    begins = ("email",)
    links = ("user",)
    search_help_text = _("How an address begins, or the user name or name of its owner.")
    fields = ("user", "email", "verified", "primary")
    readonly_fields = ("primary",)
    autocomplete_fields = ("user",)

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By the address, or by whom it belongs to."""
        return Q(email__istartswith=term) | Q(user__in=people_like(request, term))

    def get_readonly_fields(self, request: HttpRequest, obj: EmailAddress | None = None) -> tuple[str, ...]:
        """An address stays what it is and whose it is."""
        return self.readonly_fields if obj is None else ("user", "email", "primary")

    def has_change_permission(self, request: HttpRequest, obj: EmailAddress | None = None) -> bool:
        """Not those of other staff: who has the address resets the password."""
        return not is_above(obj and obj.user, request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: EmailAddress | None = None) -> bool:
        """Not the main one, and not those of other staff."""
        kept = obj is not None and (obj.primary or is_above(obj.user, request))
        return not kept and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One at a time, because not every one may go."""
        return {}

    def save_model(self, request: HttpRequest, obj: EmailAddress, form: Any, change: bool) -> None:
        """Save it. Raises PermissionDenied for an address of other staff."""
        if is_above(obj.user, request):
            raise PermissionDenied(_("Only a superuser gives addresses to the staff."))
        super().save_model(request, obj, form, change)

    def in_log(self, row: EmailAddress) -> dict[str, Any]:
        """What its owner did."""
        return {"actor_id__exact": row.user_id}


admin.site.unregister(Group)


@admin.register(Group)
class RightsAdmin(GroupAdmin):
    """Groups of staff: only a superuser changes one, as whoever is in it could give themselves every permission."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only a superuser."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Only a superuser."""
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Only a superuser."""
        return bool(request.user.is_superuser)
