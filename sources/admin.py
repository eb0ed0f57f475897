"""Homes, sources, shares, rules, meter changes and invitations in Django admin, under a role of its own."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.staff import StaffAdmin, as_uuid, keys, links_to, people_like
from sources.models import (
    ApiKey,
    DataSource,
    DataValidator,
    Home,
    HomeMember,
    MeterChange,
    SourceAccess,
    SourceInvitation,
    SourcePart,
)
from sources.unit_forms import StaffNumbersForm, StaffSourceForm

MOST_READINGS = 100_000
"""A source with more of them is not deleted in a page of Django admin: it would take longer than a request may."""


def homes_like(request: HttpRequest, term: str) -> list[int]:
    """The keys of the homes whose name begins with `term`, or whose public id it is."""
    key = as_uuid(term)
    return keys(request, Home.objects.filter(public_id=key) if key else Home.objects.filter(name__istartswith=term))


def sources_like(request: HttpRequest, term: str) -> list[int]:
    """The keys of the sources whose name or meter number begins with `term`, or whose public id it is."""
    key = as_uuid(term)
    begins = Q(name__istartswith=term) | Q(meter_number__istartswith=term)
    return keys(request, DataSource.objects.filter(Q(public_id=key) if key else begins))


class OfSource(StaffAdmin):
    """A page over rows that belong to a source: found by the source's name, meter number or public id."""

    list_select_related: ClassVar[Any] = ("source",)
    autocomplete_fields: ClassVar[Any] = ("source",)
    links: ClassVar[tuple[str, ...]] = ("source",)
    search_help_text = _("How the name or meter number of the source begins, or a public id.")

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """Its own names, or those of its source."""
        return super().fitting(request, term) | Q(source__in=sources_like(request, term))

    def in_log(self, row: Any) -> dict[str, Any]:
        """What happened to its source."""
        return {"source_id__exact": row.source_id}


class MemberInline(admin.TabularInline):
    """The people of a home."""

    model = HomeMember
    extra = 0
    autocomplete_fields = ("user",)
    readonly_fields = ("granted_at", "granted_by")


class ShareInline(admin.TabularInline):
    """The people whom a source is shared with."""

    model = SourceAccess
    extra = 0
    autocomplete_fields = ("user",)
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
    begins = ("name",)
    search_help_text = _("How the name of a home begins, or the name, user name or address of who belongs to it.")
    readonly_fields = ("public_id", "created_by", "created_at", "ways")
    inlines = (MemberInline,)

    @admin.display(description=_("what is in it"))
    def ways(self, home: Home) -> SafeString:
        """The way to what a home holds."""
        return links_to(
            (_("Sources"), "sources_datasource", {"home__id__exact": home.pk}),
            (_("Invitations"), "sources_sourceinvitation", {"home__id__exact": home.pk}),
            (_("Audit log"), "audit_auditlog", self.in_log(home)),
        )

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By its name, or by who belongs to it."""
        theirs = HomeMember.objects.filter(user__in=people_like(request, term)).values_list("home", flat=True)
        return super().fitting(request, term) | Q(pk__in=list(theirs))

    def in_log(self, row: Home) -> dict[str, Any]:
        """What happened in this home."""
        return {"home_id__exact": row.pk}


@admin.register(HomeMember)
class MemberAdmin(StaffAdmin):
    """Who belongs to which home."""

    list_display = ("home", "user", "level", "granted_by", "granted_at")
    list_display_links = ("level",)
    list_select_related = ("home", "user", "granted_by")
    list_filter = ("level",)
    links = ("home", "user")
    search_help_text = _("How the name of the home or of the person begins, or a public id.")
    autocomplete_fields = ("home", "user")
    readonly_fields = ("public_id", "granted_by", "granted_at")

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By the home or by the person."""
        people = Q(user__in=people_like(request, term))
        return super().fitting(request, term) | Q(home__in=homes_like(request, term)) | people

    def in_log(self, row: HomeMember) -> dict[str, Any]:
        """What happened in the home."""
        return {"home_id__exact": row.home_id}


@admin.register(DataSource)
class SourceAdmin(StaffAdmin):
    """Sources with their shares and rules."""

    form = StaffSourceForm
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
    begins = ("name", "meter_number")
    links = ("owner", "home")
    search_help_text = _("How a name, a meter number, the home's or the owner's name begins, or a public id.")
    autocomplete_fields = ("owner", "home")
    readonly_fields = ("public_id", "created_at", "archived_at", "ways")
    inlines = (ShareInline, RuleInline)

    @admin.display(description=_("what is in it"))
    def ways(self, source: DataSource) -> SafeString:
        """The way to what a source holds."""
        here = {"source__id__exact": source.pk}
        return links_to(
            (_("Readings"), "readings_reading", here),
            (_("Imports"), "readings_importbatch", here),
            (_("Meter changes"), "sources_meterchange", here),
            (_("Parts of sums"), "sources_sourcepart", here),
            (_("Invitations"), "sources_sourceinvitation", here),
            (_("Audit log"), "audit_auditlog", self.in_log(source)),
        )

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By its own names, or by the home's or the owner's."""
        people = Q(owner__in=people_like(request, term))
        return super().fitting(request, term) | Q(home__in=homes_like(request, term)) | people

    def in_log(self, row: DataSource) -> dict[str, Any]:
        """What happened to this source."""
        return {"source_id__exact": row.pk}

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One at a time: with a source all its readings go."""
        return {}

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the database deletes along is said, too many readings stop it."""
        listed, counts, needed, protected = super().get_deleted_objects(objs, request)
        for source in objs:
            readings: Any = source._meta.get_field("readings").related_model
            count = readings.objects.of(source).order_by()[: MOST_READINGS + 1].count()
            if count > MOST_READINGS:
                protected.append(_too_many(source))
            else:
                told = ngettext("%(count)s reading goes with it", "%(count)s readings go with it", count)
                listed.append(told % {"count": count})
        return listed, counts, needed, protected

    def delete_model(self, request: HttpRequest, obj: DataSource) -> None:
        """Delete it with its readings."""
        obj.delete()


def _too_many(source: DataSource) -> str:
    text = gettext(
        "%(source)s: more than %(most)s readings. The owner deletes it on its own page, or it is put away instead."
    )
    return text % {"source": source, "most": MOST_READINGS}


@admin.register(SourceAccess)
class ShareAdmin(OfSource):
    """Shares of single sources."""

    list_display = ("source", "user", "level", "granted_by", "granted_at")
    list_display_links = ("level",)
    list_select_related = ("source", "user", "granted_by")
    list_filter = ("level",)
    links = ("source", "user")
    search_help_text = _("How the name of the source or of the person begins, or a public id.")
    autocomplete_fields = ("source", "user")
    readonly_fields = ("public_id", "granted_by", "granted_at")

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By the source or by the person."""
        return super().fitting(request, term) | Q(user__in=people_like(request, term))


@admin.register(DataValidator)
class RuleAdmin(OfSource):
    """Rules of sources."""

    form = StaffNumbersForm
    list_display = ("source", "min_value", "max_value", "non_decreasing", "max_per_day", "on_violation", "created_at")
    list_filter = ("on_violation", "non_decreasing")
    readonly_fields = ("public_id", "created_at")


@admin.register(MeterChange)
class MeterChangeAdmin(OfSource):
    """Meters that were replaced, rolled over or reset."""

    form = StaffNumbersForm
    list_display = ("source", "changed_at", "reason", "old_final", "new_initial", "old_number", "new_number")
    list_filter = ("reason",)
    begins = ("old_number", "new_number")
    search_help_text = _("How the name or a meter number of the source begins, old or new, or a public id.")
    readonly_fields = ("public_id",)


@admin.register(SourcePart)
class PartAdmin(OfSource):
    """What sums consist of: found by the sum or by the part."""

    list_display = ("source", "part", "sign", "created_at")
    list_select_related = ("source", "part")
    list_filter = ("sign",)
    links = ("source", "part")
    search_help_text = _("How the name or meter number of the sum or of the part begins, or a public id.")
    autocomplete_fields = ("source", "part")
    readonly_fields = ("public_id", "created_at")

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By the sum, or by the part."""
        return super().fitting(request, term) | Q(part__in=sources_like(request, term))


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
