"""Homes, sources, rules and meter changes in Django admin, under a role of its own; rights: sources.admin_rights."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.staff import StaffAdmin, links_to, people_like
from sources import admin_rights as admin_rights
from sources.models import (
    DataSource,
    DataValidator,
    Home,
    HomeMember,
    MeterChange,
    SourceAccess,
    SourcePart,
)
from sources.staff import OfSource, homes_like, sources_like
from sources.unit_forms import StaffNumbersForm, StaffSourceForm

MOST_READINGS = 100_000
"""A source with more of them is not deleted in a page of Django admin: it would take longer than a request may."""


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
