"""The audit log in Django admin: to be read, searched and taken along by staff, never changed."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Func, Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils import timezone as clock
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.current import actor
from accounts.models import User
from accounts.staff import StaffAdmin, as_uuid, links_to, people_like
from audit import kinds, table
from audit.kinds import LABELS
from audit.log import write
from audit.models import AuditLog
from audit.sentences import sentence
from sources.models import DataSource, Home
from sources.staff import homes_like, sources_like

SPANS = {"1": _("The last 24 hours"), "7": _("The last 7 days"), "31": _("The last 31 days"), "365": _("The last year")}
KINDS = {
    **{name: label for name, label in LABELS.items() if name != "sign_ins"},
    "sign_ins": _("Sign-ins, passwords, addresses"),
    "failed": _("Failed sign-ins"),
    "people": _("Accounts and rights"),
}
EXPORTED = 200_000
"""As many entries go into one file; more are taken in several, by time."""


class WhenFilter(admin.SimpleListFilter):
    """Only so far back: the partitions of older months stay untouched."""

    title = _("when")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The spans one can choose."""
        return list(SPANS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditLog]) -> QuerySet[AuditLog]:
        """The entries of that span."""
        if self.value() not in SPANS:
            return queryset
        return queryset.filter(event_time__gte=clock.now() - timedelta(days=int(str(self.value()))))


class KindFilter(admin.SimpleListFilter):
    """The kinds of migration 0006, which have an index."""

    title = _("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The kinds one can choose."""
        return [("changes", _("Changes")), *KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditLog]) -> QuerySet[AuditLog]:
        """The entries of that kind; changes are what is neither a look nor a sign-in."""
        kind = Func(F("event_type"), function="audit_kind")
        rows: QuerySet[Any] = cast("QuerySet[Any]", queryset).alias(kind=kind)
        # Readings are most of a log and not in that index; of one place, the index of what is seldom there serves.
        scoped = bool({"source_id__exact", "home_id__exact"} & set(request.GET))
        if self.value() in kinds.KINDS and (scoped or self.value() == "readings"):
            return queryset.filter(event_type__in=kinds.KINDS[str(self.value())])
        if self.value() == "changes":
            return rows.exclude(kind__in=("views", "sign_ins", "failed"))
        return rows.filter(kind=self.value()) if self.value() in KINDS else queryset


class StaffFilter(admin.SimpleListFilter):
    """What was done in these very pages."""

    title = _("origin")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """There is one choice."""
        return [("staff", _("Staff, in these pages"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditLog]) -> QuerySet[AuditLog]:
        """The entries that are marked."""
        return queryset.filter(details__staff=True) if self.value() == "staff" else queryset


class OneFilter(admin.SimpleListFilter):
    """The one person, source or home to which a link led, by name, and the way back to all."""

    model: Any = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """What was chosen elsewhere."""
        chosen = request.GET.get(self.parameter_name or "", "")
        if not chosen.isdecimal() or len(chosen) > 18:
            return []
        row = self.model._default_manager.filter(pk=chosen).first()
        return [(chosen, row or _("Number %(number)s, which is gone") % {"number": chosen})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditLog]) -> QuerySet[AuditLog]:
        """The entries about it."""
        name = str(self.parameter_name)
        return queryset.filter(**{name: self.value()}) if self.lookup_choices else queryset


class PersonFilter(OneFilter):
    """What one person did."""

    title, parameter_name, model = _("who"), "actor_id__exact", User


class SourceFilter(OneFilter):
    """What happened to one source."""

    title, parameter_name, model = _("source"), "source_id__exact", DataSource


class HomeFilter(OneFilter):
    """What happened in one home."""

    title, parameter_name, model = _("home"), "home_id__exact", Home


@admin.register(AuditLog)
class AuditLogAdmin(StaffAdmin):
    """A list to search by names, each entry with all it holds, the remote address included, and a file of them."""

    list_display = ("event_time", "told", "actor_name", "source_name", "remote_address")
    list_filter = (WhenFilter, KindFilter, StaffFilter, PersonFilter, SourceFilter, HomeFilter)
    links = ("reading_id",)
    search_help_text = _(
        "How the name of a person, a source or a home begins, a meter number, a public id, or what was typed where"
        " somebody failed to sign in."
    )
    ordering = ("-event_time", "-id")
    fields = (
        *("event_time", "told", "event_type", "actor_name", "remote_address", "details", "ways"),
        *("actor_id", "home_id", "source_id", "reading_id"),
    )
    readonly_fields = ("told", "ways")
    change_list_template = "admin/audit/auditlog/change_list.html"

    @admin.display(description=_("about"))
    def source_name(self, entry: AuditLog) -> str:
        """The name of what the entry is about."""
        details = entry.details
        return str(next((details[name] for name in ("source", "home", "person", "typed") if details.get(name)), ""))

    @admin.display(description=_("what"))
    def told(self, entry: AuditLog) -> str:
        """The entry as a household reads it."""
        return sentence(entry, None, clock.get_current_timezone()).text

    @admin.display(description=_("more about it"))
    def ways(self, entry: AuditLog) -> SafeString:
        """The way to all entries about the same person, home, source or reading."""
        here = "audit_auditlog"
        source = {"source_id__exact": entry.source_id}
        reading = {**source, "reading_id__exact": entry.reading_id}
        found: list[tuple[Any, str, dict[str, Any]] | None] = [
            (_("This person"), here, {"actor_id__exact": entry.actor_id}) if entry.actor_id else None,
            (_("This home"), here, {"home_id__exact": entry.home_id}) if entry.home_id else None,
            (_("This source"), here, source) if entry.source_id else None,
            (_("This reading"), here, reading) if entry.reading_id else None,
        ]
        return links_to(*(each for each in found if each))

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By whom or what it is about: their keys are found by name first, because the log has no index of names."""
        found = Q(source_id__in=sources_like(request, term)) | Q(home_id__in=homes_like(request, term))
        key = as_uuid(term)
        if key is not None:
            return found | Q(actor_id__in=list(User.objects.filter(public_id=key).values_list("pk", flat=True)))
        typed = Q(event_type="sign_in_failed", details__typed__istartswith=term)
        return found | Q(actor_id__in=people_like(request, term)) | typed

    def get_urls(self) -> list[Any]:
        """With the address of the file."""
        name = "audit_auditlog_export"
        return [path("export.csv", self.admin_site.admin_view(self.export), name=name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The list, with the way to its file."""
        query = request.GET.copy()
        query.pop("p", None)
        file = f"{reverse('admin:audit_auditlog_export')}?{query.urlencode()}"
        return super().changelist_view(request, {**(extra_context or {}), "file": file, "exported": EXPORTED})

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The entries that the same filter lists, as a file. That somebody took it along is in the log."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        listed = self.get_changelist_instance(request)
        entries = cast("QuerySet[AuditLog]", listed.queryset)
        write("view_log", {"filter": request.GET.urlencode()[:500]})
        zone: Any = clock.get_current_timezone()
        rows = table.rows(entries, zone, actor(), get_language() or "", table.STAFF, EXPORTED)
        headers = {"Content-Disposition": 'attachment; filename="audit-log.csv"'}
        return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds an entry by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditLog | None = None) -> bool:
        """Nobody changes an entry."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditLog | None = None) -> bool:
        """Nobody deletes an entry."""
        return False
