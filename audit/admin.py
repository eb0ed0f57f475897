"""The audit log in Django admin: to be read and searched by staff, never changed."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audit.models import AuditLog
from audit.queries import SIGN_INS, VIEWS

KINDS = (*SIGN_INS, "sign_in_failed")


COUNTED = 10_000


class BoundedPaginator(Paginator):
    """Counts no further than one would ever leaf through: counting a log of years takes as long as reading it."""

    @cached_property
    def count(self) -> int:
        """How many entries there are, at most COUNTED."""
        entries = cast("QuerySet[AuditLog]", self.object_list)
        return entries[:COUNTED].count()


class WhenFilter(admin.SimpleListFilter):
    """Only so far back: the partitions of older months stay untouched."""

    title = _("when")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The spans one can choose."""
        return [("1", _("The last 24 hours")), ("7", _("The last 7 days")), ("31", _("The last 31 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditLog]) -> QuerySet[AuditLog]:
        """The entries of that span."""
        days = {key: int(key) for key, _label in self.lookups(request, None)}.get(self.value() or "")
        return queryset.filter(event_time__gte=clock.now() - timedelta(days=days)) if days else queryset


class KindFilter(admin.SimpleListFilter):
    """Changes, views, sign-ins, failed sign-ins: named here, so that no list of types is searched for in the log."""

    title = _("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The kinds one can choose."""
        return [
            ("changes", _("Changes")),
            ("views", _("Views")),
            ("sign_ins", _("Sign-ins and passwords")),
            ("failed", _("Failed sign-ins")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditLog]) -> QuerySet[AuditLog]:
        """The entries of that kind."""
        kinds = {
            "changes": ~Q(event_type__in=(*VIEWS, *KINDS)),
            "views": Q(event_type__in=VIEWS),
            "sign_ins": Q(event_type__in=SIGN_INS),
            "failed": Q(event_type="sign_in_failed"),
        }
        return queryset.filter(kinds.get(self.value() or "", Q()))


@admin.register(AuditLog)
class AuditLogAdmin(admin.ModelAdmin):
    """A list to search by names, and each entry with all it holds, the remote address included."""

    list_display = ("event_time", "event_type", "actor_name", "source_name", "remote_address")
    list_filter = (WhenFilter, KindFilter)
    search_fields = ("actor_name", "details__source", "details__home", "details__person", "details__typed")
    search_help_text = _("The name of a person, a source or a home, or what was typed at a failed sign-in.")
    show_full_result_count = False
    list_per_page = 50
    paginator = BoundedPaginator

    @admin.display(description=_("about"))
    def source_name(self, entry: AuditLog) -> str:
        """The name of what the entry is about."""
        details = entry.details
        return str(next((details[name] for name in ("source", "home", "person", "typed") if details.get(name)), ""))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds an entry by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditLog | None = None) -> bool:
        """Nobody changes an entry."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditLog | None = None) -> bool:
        """Nobody deletes an entry."""
        return False
