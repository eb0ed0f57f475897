"""The reading round: where it starts, how it goes on, and what it brought. Writing down is entry's matter.

Whoever goes round is known by the address (`?round=1`), which every page of the round hands on: it tells only that,
so that it leads nowhere. Whoever came from a meter's own page goes back to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db.models import BigIntegerField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.ids import uuid7
from accounts.prepared import Prepared, somebody
from readings import begun, skips
from readings.due import MANY, Due, due_sources, with_last_readings
from readings.models import Reading
from readings.summary import Line, lines
from readings.walk import Round, Stop, round_at, stops
from sources.access import Person, home_for_read
from sources.models import DataSource, Home
from sources.numbers import MAX_LENGTH
from sources.unit_forms import typed_otherwise

ROUND = {"round": "1"}

_writable = Prepared(
    lambda user: with_last_readings(DataSource.objects.writable_by(somebody(user)).shown().in_walking_order()),
    user=BigIntegerField(),
)
_of_home = Prepared(
    lambda user, home: with_last_readings(
        DataSource.objects.writable_by(somebody(user)).filter(home=home, archived_at=None).in_walking_order()
    ),
    user=BigIntegerField(),
    home=BigIntegerField(),
)


@require_safe
def read(request: HttpRequest) -> HttpResponse:
    """Start or go on: to the first meter of `?home=`, or of all homes, that is still to be read; else show the end."""
    now = clock.now()
    home, walk = asked_home(request), walk_of(request, now)
    start = next((stop for stop in walk if stop.open and _is_in(home, stop)), None)
    if start is None:
        return _shown(request, home, walk)
    begun.begin(request.session, walk, now)
    return redirect(in_round(start.source))


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What was read today, what was passed over, what is questionable, what is left; of `?home=` or of all homes."""
    return _shown(request, asked_home(request), walk_of(request, clock.now()))


def asked_round(request: HttpRequest) -> dict[str, str]:
    """What an address has to say so that it stays in the round; nothing where nobody goes round."""
    return ROUND if "round" in request.GET else {}


def handing_on(value: str, unit: str, prefix: str = "") -> dict[str, str]:
    """What an address says so that an entry page offers `value` again (`handed_on`): once, for it carries an id."""
    return {f"{prefix}value": value, f"{prefix}unit": unit, f"{prefix}once": str(uuid7())}


def handed_on(request: HttpRequest, source: DataSource, prefix: str = "") -> tuple[str, UUID]:
    """The value that the address of an entry page brings (`?value=`), and the id under which its reading is stored
    (`?once=`), else a new one. One that is stored already is not offered again, as by the browser's Back; nor is one
    that was typed beside another unit than that of today (`?unit=`), and that is said.
    """
    value = request.GET.get(f"{prefix}value", "")[:MAX_LENGTH]
    if text := typed_otherwise(source, request.GET.get(f"{prefix}unit", "")):
        messages.warning(request, text)
        return "", uuid7()
    try:
        public_id = UUID(request.GET.get(f"{prefix}once", ""))
    except ValueError:
        return value, uuid7()
    is_stored = Reading.objects.of(source).filter(public_id=public_id).exists()
    return ("", uuid7()) if is_stored else (value, public_id)


def in_round(source: DataSource) -> str:
    """The entry page of a meter, for whoever goes round."""
    return reverse("readings:entry", args=[source.public_id], query=ROUND)


def walk_of(request: HttpRequest, now: datetime) -> list[Stop]:
    """The walk through every meter that this person may read, with what they passed over today; one query."""
    return _walk(request, due_sources(_writable(user=request.user.pk) if request.user.pk else [], now), now)


def walk_near(request: HttpRequest, source: DataSource, now: datetime) -> list[Stop]:
    """The part of that walk that is in the home of `source`; of one in no home, what is in none; one query."""
    if source.home_id is None:
        return [stop for stop in walk_of(request, now) if stop.source.home_id is None]
    found = _of_home(user=request.user.pk, home=source.home_id)
    for each in found:
        each.home = source.home
    dues = due_sources(found, now)
    return _walk(request, [replace(due, source=source) if due.source == source else due for due in dues], now)


def _walk(request: HttpRequest, dues: list[Due], now: datetime) -> list[Stop]:
    return stops(dues, skips.skipped(request.session, [due.source for due in dues], now))


def onward(request: HttpRequest, source: DataSource, walk: Round) -> HttpResponse:
    """From a meter to the next one that is open; from the last of a round to what it brought; else to its own page."""
    if walk.following:
        return redirect(in_round(walk.following.source))
    if not walk.is_walked:
        return redirect(source)
    home = Home.objects.visible_to(request.user).filter(sources=source).first()
    asked = {"home": home.public_id, **ROUND} if home else ROUND
    return redirect(reverse("readings:today", query=asked))


def back_from(request: HttpRequest, source: DataSource) -> HttpResponse:
    """From what took somebody off the entry page of a meter: on in the round that they left, else to the meter."""
    if not asked_round(request):
        return redirect(source)
    now = clock.now()
    walk = walk_near(request, source, now)
    return onward(request, source, round_at(source, walk, begun.under_way(request.session, now)))


def and_more(text: str, walk: Round) -> str:
    """`text`; for whoever does not go round, with a link to the other meters that are due, where there are any."""
    if walk.is_walked or not walk.others:
        return text
    count = len(walk.others)
    more = ngettext("%(count)s more is due", "%(count)s more are due", count) % {"count": count}
    return format_html('{} <a href="{}">{}</a>', text, in_round(walk.others[0].source), more)


def _shown(request: HttpRequest, home: Home | None, everywhere: list[Stop]) -> HttpResponse:
    walk = [stop for stop in everywhere if _is_in(home, stop)]
    left = [stop for stop in walk if stop.open]
    others = {stop.source.home for stop in everywhere if stop.open and home and not _is_in(home, stop)} - {None}
    skipped = [stop for stop in walk if stop.due and stop.skipped]
    read = _written_down(request, walk, clock.now())
    keys = {line.source.pk for line, _times in read}
    through = [stop for stop in walk if not stop.due and any(source.pk in keys for source in stop.sources)]
    context = {
        "home": home,
        "walk": walk,
        "is_done": not left and bool(asked_round(request) or skipped),
        "lines": [(line, line.may_be_undone_by(request.user.pk), times) for line, times in read],
        "count": 0 if any(times >= MANY for _line, times in read) else sum(max(times, 1) for _line, times in read),
        "of_today": all(times for _line, times in read),
        "through": through,
        "skipped": skipped,
        "left": left,
        "others": sorted(others, key=str),
        "first_step": "" if walk else _first_step(request.user, home),
        "only_looks": not walk and _sees_any(request.user, home),
        "section": "read",
    }
    return render(request, "readings/read.html", context)


def _written_down(request: HttpRequest, walk: Sequence[Stop], now: datetime) -> list[tuple[Line, int]]:
    """The last reading of each source that was read today, or in the round under way for another day, with how often
    it was read today.
    """
    of_round, since = begun.under_way(request.session, now), begun.since(request.session, now)
    dues = [due for stop in walk for due in stop.dues]
    times = {due.source.pk: due.times for due in dues if due.times or due.source.pk in of_round}
    found = lines([due.source for due in dues if due.source.pk in times])
    named = [(line, times[line.source.pk]) for line in found]
    return [each for each in named if each[1] or each[0].was_written_by(request.user.pk, since)]


def _is_in(home: Home | None, stop: Stop) -> bool:
    return home is None or stop.source.home_id == home.pk


def asked_home(request: HttpRequest) -> Home | None:
    """The home that the address names. Raises Http404."""
    asked = request.GET.get("home")
    if not asked:
        return None
    try:
        return home_for_read(request.user, UUID(asked))
    except ValueError as error:
        raise Http404(_("There is no such home, or you do not belong to it.")) from error


def _sees_any(person: Person, home: Home | None) -> bool:
    """Whether somebody is shown sources of others, where there is none that they may read."""
    seen = DataSource.objects.visible_to(person).filter(archived_at=None).exclude(owner=person.pk)
    return (seen.in_home(home) if home else seen).exists()


def _first_step(person: Person, home: Home | None) -> str:
    """Where somebody without a meter begins: with a meter for their home, or else with a home."""
    mine = Home.objects.administered_by(person)
    where = mine.filter(pk=home.pk).first() if home else mine.first()
    create = reverse("sources:source_create")
    return f"{create}?home={where.public_id}" if where else reverse("sources:home_create")
