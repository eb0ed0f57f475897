"""What was used in each of several days, weeks, months or years, by the calendar of the source's home."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.api import callers
from accounts.api.framework import MAY_READ, Day, Told
from accounts.api.problems import Problem
from accounts.replica import from_replica
from readings import usage
from readings.consumption import Level, Period
from readings.localtime import FIRST_YEAR, LAST_YEAR, day_start, day_starts, month_starts, week_starts, year_starts
from readings.templatetags.sums import why_not
from sources.access import source_for_read
from sources.api.told import instant
from sources.models import DataSource
from sources.numbers import format_number

router = Router(tags=["consumption"])

By = Literal["day", "week", "month", "year"]
STARTS = {"day": day_starts, "week": week_starts, "month": month_starts, "year": year_starts}
DAYS = {"day": 1, "week": 7, "month": 28, "year": 365}
MOST = 400


class PeriodOut(Told):
    """use is null where no reading reaches the period, never zero; state: measured, spread over a longer interval,
    estimated, or empty. A level has low, mean and high instead.
    """

    start: str
    end: str
    use: str | None = None
    state: str | None = None
    since: str | None = None
    until: str | None = None
    doubtful: bool = False
    drops: int = 0
    low: str | None = None
    mean: str | None = None
    high: str | None = None
    count: int | None = None


class Consumption(Told):
    """The periods from the one that holds `from` to the one that holds `to`. why_not: the sentence that says why a
    source that is worked out from others has no figures, as where a part of it is not shared.
    """

    source: str
    unit: str
    counting: str
    by: By
    time_zone: str
    why_not: str | None = None
    periods: list[PeriodOut]


@router.get(
    "/sources/{source_id}/consumption",
    response=Consumption,
    auth=MAY_READ,
    operation_id="consumption",
    summary="What was used",
)
@from_replica
def consumption(
    request: HttpRequest,
    source_id: UUID,
    by: By = "month",
    since: Day | None = Query(None, alias="from", description="A day; a year ago, where it is not named."),  # noqa: B008
    until: Day | None = Query(None, alias="to", description="A day; today, where it is not named."),  # noqa: B008
) -> dict[str, Any]:
    """Use per period of the home's calendar, interpolated at its boundaries, as pages show it. At most 400 periods."""
    source = source_for_read(callers.of(request).user, source_id)
    today = clock.now().astimezone(source.zone).date()
    last = until or today
    run = _run(source, by, since or last - timedelta(days=min(365, (last - date.min).days)), last)
    reason = None
    if source.counting == "level":
        periods = [_level(each) for each in usage.levels([(source, [run])])[source.pk][0]]
    else:
        found = usage.used([(source, [run])])[source.pk]
        periods = [_period(each) for each in found.runs[0]]
        reason = why_not(found.made) or None if found.made else None
    about = {"source": str(source.public_id), "unit": source.unit, "counting": source.counting, "by": by}
    return {**about, "time_zone": source.zone.key, "why_not": reason, "periods": periods}


def _run(source: DataSource, by: By, first: date, last: date) -> list[datetime]:
    """The boundaries. Raises Problem (422) for what is no stretch of time, or too long a one."""
    if not FIRST_YEAR < first.year <= last.year < LAST_YEAR or first > last:
        raise Problem("invalid", _("from, to: Send two days in order, from 1901 to 2199."))
    if (last - first).days // DAYS[by] >= MOST:
        raise Problem(
            "invalid", _("That is more than %(most)s periods. Ask for fewer, or longer ones.") % {"most": MOST}
        )
    starts = STARTS[by]
    end = day_start(last + timedelta(days=1), source.zone)
    run = starts(first, (last - first).days // DAYS[by] + 3, source.zone)
    stop = next(index for index, at in enumerate(run) if at >= end)
    return run[: stop + 1]


def _worked_out(value: Decimal | None) -> str | None:
    """A number without the zeros at its end, which say nothing of how exact it is."""
    return None if value is None else format_number(value, 0)


def _period(period: Period) -> dict[str, Any]:
    return {
        "start": instant(period.start),
        "end": instant(period.end),
        "use": _worked_out(period.use),
        "state": period.state,
        "since": instant(period.since),
        "until": instant(period.until),
        "doubtful": period.doubtful,
        "drops": period.drops,
    }


def _level(level: Level) -> dict[str, Any]:
    told = {name: _worked_out(getattr(level, name)) for name in ("low", "mean", "high")}
    return {"start": instant(level.start), "end": instant(level.end), **told, "count": level.count}
