"""The list of meters, and a source's making, settings and putting away. What a source shows is a page of readings."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.replica import from_replica
from sources.access import home_for_admin, homes_of, source_for_admin
from sources.conversion import question
from sources.forms import NewSourceForm, SourceSettingsForm, started
from sources.listing import grouped
from sources.models import DataSource, Home
from sources.pressure_forms import BLOOD, PressureForm, sounds_like_it
from sources.sums import resting_on
from sources.undo import offer_undo
from sources.units import KINDS


@require_safe
@from_replica
def source_list(request: HttpRequest) -> HttpResponse:
    """Every source that the person may see, by home; those put away are folded."""
    person = cast(User, request.user)
    sources = DataSource.objects.visible_to(person).with_latest().select_related("home", "owner")
    groups, archived = grouped(person, sources, homes_of(person))
    context = {"groups": groups, "archived": archived, "section": "meters"}
    return render(request, "sources/source_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def source_create(request: HttpRequest) -> HttpResponse:
    """A new source: first its kind (`?kind=`), then the rest, which starts as usual for it. Sent twice it is one.

    What tells of a person starts without a home, also where one is asked for: all who belong to a home see what is in
    it, and that is to be chosen.
    """
    person = cast(User, request.user)
    home = asked_home(request, person)
    kind = KINDS.get(request.GET.get("kind", ""))
    if kind is None:
        return _ask_kind(request, home)
    form_of = PressureForm if kind is BLOOD else NewSourceForm
    initial = {"name": name} if (name := request.GET.get("name", "")) else None
    start = started(kind, person, None if kind.is_personal else home)
    form = form_of(request.POST or None, instance=start, person=person, initial=initial)
    asks = sounds_like_it(kind, request.POST)
    source, is_new = form.save_once(person) if form.is_valid() and not asks else (None, False)
    if source is not None:
        if is_new and form.wants_growing():
            source.validators.create(non_decreasing=True)
        text = _("%(source)s is there. What does it say now?") % {"source": form.cleaned_data["name"]}
        messages.success(request, f"{form.unit_taken()} {text}".strip())
        return redirect("readings:entry", source.public_id)
    context = {"form": form, "kind": kind, "home": home, "asks": asks, "section": "meters"}
    return render(request, "sources/source_new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def source_update(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The settings of a source, with the ways to its rules, import, history, and to putting it away."""
    source = source_for_admin(request.user, public_id)
    title = source.name
    form = SourceSettingsForm(request.POST or None, instance=source, person=cast(User, request.user))
    if form.is_valid():
        form.save()
        messages.success(request, " ".join(filter(None, [_("Saved."), form.unit_taken()])))
        return redirect(source)
    sums = resting_on(request.user, source)
    if form.asks_about_unit and request.POST.get("unit_way") != "back":
        asked = question(source, form.unit_before)
        context = {"form": form, "source": source, "title": title, "asked": asked, "sums": sums, "section": "meters"}
        return render(request, "sources/source_unit.html", context, status=422)
    context = {"form": form, "source": source, "title": title, "sums": sums, "section": "meters"}
    return render(request, "sources/source_settings.html", context, status=422 if form.is_bound else 200)


@require_POST
def source_archive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a source away, or take it back where it is put away."""
    source = source_for_admin(request.user, public_id)
    source.archived_at = None if source.is_archived else clock.now()
    source.save(update_fields=["archived_at"])
    if source.is_archived:
        words = _("%(source)s is put away. Its readings stay, nobody is asked for new ones.")
        text = (_("%(source)s is put away.") if source.is_sum else words) % {"source": source.name}
        offer_undo(request, text, reverse("sources:source_archive", args=[source.public_id]))
    else:
        messages.success(request, _("%(source)s is back among your meters.") % {"source": source.name})
    return redirect("sources:source_list")


def asked_home(request: HttpRequest, person: User) -> Home | None:
    """The home of the address (`?home=`), else the first that the person administers.

    Raises Http404 for a home they do not belong to and PermissionDenied for one they may not change.
    """
    if "home" not in request.GET:
        return Home.objects.administered_by(person).first()
    try:
        asked = UUID(request.GET["home"])
    except ValueError as error:
        raise Http404(_("This is no address of a home.")) from error
    return home_for_admin(person, asked)


def _ask_kind(request: HttpRequest, home: Home | None) -> HttpResponse:
    """The page that asks for the kind; also the answer to a form that was sent without one."""
    context = {"kinds": KINDS.values(), "home": home, "section": "meters"}
    return render(request, "sources/source_kinds.html", context, status=422 if request.method == "POST" else 200)
