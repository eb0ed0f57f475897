"""Sources that are worked out from others: made, and what they consist of. What they come to is a page of readings."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from sources.access import source_for_admin
from sources.models import Counting, DataSource, Home
from sources.sum_forms import NewSumForm, PartsForm
from sources.sums import put, shape
from sources.views.sources import asked_home


@require_http_methods(["GET", "HEAD", "POST"])
def sum_create(request: HttpRequest) -> HttpResponse:
    """A new source that is worked out from others, in the home that is asked for (`?home=`). Sent twice it is one."""
    person = cast(User, request.user)
    home = asked_home(request, person)
    start = DataSource(owner=person, home=home, counting=Counting.SUM, rhythm="never")
    data = request.POST if request.method == "POST" else None
    form = NewSumForm(data, instance=start, person=person, candidates=_candidates(person, home))
    total, is_new = form.save_once(person) if form.is_valid() else (None, False)
    if total is not None:
        if is_new:
            put(total, form.chosen)
        messages.success(request, _("%(source)s is there. It follows its parts by itself.") % {"source": total.name})
        return redirect(total)
    context = {"form": form, "home": home, "section": "meters"}
    return render(request, "sources/sum_new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def source_parts(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What a sum consists of, to be changed by those who may change it."""
    total = source_for_admin(request.user, public_id)
    if not total.is_sum:
        return redirect("sources:source_update", total.public_id)
    person, parts = cast(User, request.user), list(total.parts.all())
    candidates = _candidates(person, total.home, keep=[part.part_id for part in parts])
    data = request.POST if request.method == "POST" else None
    form = PartsForm(data, total=total, candidates=candidates, parts=parts)
    if form.is_valid():
        put(total, form.chosen, form.kept)
        before = (total.unit, total.decimals)
        if not form.kept:
            shape(total, form.chosen)
        if before != (total.unit, total.decimals):
            total.save(update_fields=["unit", "decimals"])
        messages.success(request, _("Saved."))
        return redirect(total)
    context = {"form": form, "source": total, "section": "meters"}
    return render(request, "sources/sum_parts.html", context, status=422 if form.is_bound else 200)


def _candidates(person: User, home: Home | None, keep: Iterable[int | None] = ()) -> list[DataSource]:
    """What can be a part: what is not put away, and what is one already; those of the same home first."""
    kept = {*keep}
    every = DataSource.objects.summable_by(person).select_related("home").in_walking_order()
    found = [source for source in every if not source.is_archived or source.pk in kept]
    return sorted(found, key=lambda source: home is None or source.home_id != home.pk)
