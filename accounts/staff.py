"""What all pages of Django admin share: paging and searching that stay quick over millions of rows, and looks noted.

A list counts no further than one would leaf, is ordered as an index is, and is searched by how words begin, through
indexes. Whoever filters by anything that is not offered is refused: each other condition would read a whole table.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, DateTimeField, ExpressionWrapper, F, OrderBy, Q, QuerySet, Value
from django.dispatch import Signal
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User

COUNTED = 10_000
"""As many rows of a list can be leafed through."""
MOST = 500
"""As many rows of another table a search follows."""

looked = Signal()
"""Staff opened the page of one row: sent with `row`."""


class BoundedPaginator(Paginator):
    """Counts no further than one would ever leaf through: counting millions of rows takes as long as reading them."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most COUNTED."""
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[:COUNTED].count()

    @property
    def is_cut(self) -> bool:
        """Whether there may be more rows than can be leafed through."""
        return self.count >= COUNTED

    def page(self, number: int | str) -> Page:
        """One page. Where there are few rows they are found first and then sorted: the database would rather follow the
        index of the order, past millions of rows that do not fit, because it hopes to meet the first page's early on.
        """
        rows = cast("QuerySet[Any]", self.object_list)
        if rows.query.order_by and not self.is_cut:
            self.object_list = rows.order_by(_by_no_index(rows, str(rows.query.order_by[0])), *rows.query.order_by[1:])
        return super().page(number)


def _by_no_index(rows: QuerySet[Any], order: str) -> OrderBy:
    """The same order as an expression, which no index holds."""
    name = order.removeprefix("-")
    of_time = isinstance(rows.model._meta.get_field(name), DateTimeField)
    same = F(name) + Value(timedelta(0) if of_time else 0)
    kind: Any = DateTimeField() if of_time else BigIntegerField()
    return OrderBy(ExpressionWrapper(same, output_field=kind), descending=order.startswith("-"))


class StaffList(ChangeList):
    """A list in the one order for which there is an index."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """The order of the page, whatever the address asks for."""
        self.params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)


class StaffAdmin(admin.ModelAdmin):
    """A page of Django admin over a table of any size.

    `begins` names the columns that a search looks into (each has an index of its upper case), `links` the keys by
    which other pages may lead to it.
    """

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    paginator = BoundedPaginator
    sortable_by: ClassVar[Any] = ()
    ordering: ClassVar[Any] = ("-id",)
    # Only says that there is a search: what it looks into is said in `fitting`.
    search_fields: ClassVar[Any] = ("public_id",)
    begins: ClassVar[tuple[str, ...]] = ()
    links: ClassVar[tuple[str, ...]] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list in its fixed order."""
        return StaffList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The rows that fit what was typed; all of them for nothing."""
        term = search_term.strip()
        return (queryset.filter(self.fitting(request, term)) if term else queryset), False

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """The condition for a typed term: its public id, or how one of its names begins."""
        key = as_uuid(term)
        if key is not None:
            return Q(public_id=key)
        found = Q(pk__in=[])
        for name in self.begins:
            found |= Q(**{f"{name}__istartswith": term})
        return found

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what a filter or a link of these pages asks for."""
        fields = [each[0] if isinstance(each, tuple) else each for each in self.list_filter]
        offered = {str(name) for name in fields if isinstance(name, str)}
        if lookup in {getattr(each, "parameter_name", None) for each in fields}:
            return True
        kinds = {f"{name}__{kind}" for name in offered for kind in ("exact", "isempty", "isnull")}
        return lookup in kinds | {f"{name}__exact" for name in self.links} | {
            f"{name}__id__exact" for name in self.links
        }

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """An action takes the rows that were ticked, never all that a list might have."""
        if request.POST.get("select_across", "0") == "1":
            messages.warning(request, _("Tick the rows to act on: at most one page at a time."))
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save what stands on the page itself, and who made or granted it."""
        sign(obj, request)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: Any, change: bool) -> None:
        """Save the rows of an inline, one by one, so that each is in the audit log."""
        for row in formset.save(commit=False):
            sign(row, request)
            row.save()
        for row in formset.deleted_objects:
            row.delete()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page of one row. Who opens it is noted."""
        obj = kwargs.get("obj")
        if request.method == "GET" and obj is not None and IS_POPUP_VAR not in request.GET:
            looked.send(sender=type(obj), row=obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the audit log has about a row, instead of Django's own list, which knows staff only.

        Raises PermissionDenied for staff who may not look at the row itself.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        query = self.in_log(row) if row is not None else {}
        return redirect(f"{reverse('admin:audit_auditlog_changelist')}?{urlencode(query)}")

    def in_log(self, row: Any) -> dict[str, Any]:
        """By which filter the audit log shows what is about this row; nothing shows everything."""
        return {}


def sign(row: Any, request: HttpRequest) -> None:
    """Note who makes a new home or gives a new right."""
    for name in ("created_by", "granted_by"):
        if row._state.adding and hasattr(row, name):
            setattr(row, name, request.user)


def as_uuid(text: str) -> UUID | None:
    """The text as a public id, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def keys(request: HttpRequest, rows: QuerySet[Any]) -> list[int]:
    """The keys of rows that a search found in another table, at most MOST; says so where there are more."""
    found = list(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(found) > MOST and request.resolver_match and request.resolver_match.url_name != "autocomplete":
        messages.warning(request, _("Very much begins like that: not all of it is searched. Type more of the name."))
    return found[:MOST]


def people_like(request: HttpRequest, term: str) -> list[int]:
    """The keys of the people whose user name, address or name begins with `term`."""
    begins = Q(username__istartswith=term) | Q(email__istartswith=term) | Q(display_name__istartswith=term)
    return keys(request, User.objects.filter(begins))


def links_to(*ways: tuple[Any, str, dict[str, Any]]) -> SafeString:
    """Links to lists of Django admin: what they say, the name of the list, and its filter. A new row has none."""
    addresses: Iterator[tuple[str, Any]] = (
        (f"{reverse(f'admin:{name}_changelist')}?{urlencode(query)}", label)
        for label, name, query in ways
        if None not in query.values()
    )
    return format_html_join(" · ", '<a href="{}">{}</a>', cast("Iterable[tuple[str, Any]]", addresses))
