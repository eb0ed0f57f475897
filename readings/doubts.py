"""Is this reading right: what the entry and correction pages say of a value, and what they ask before storing it.

The look-ups that readings.plausibility judges by, and its verdict in words. The same words go to static/js/entry.js,
which fills them in while the person types. What no reading may break stands in validators.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from readings import validators
from readings.consumption import INTERVALS, Point
from readings.models import Quality
from readings.plausibility import (
    Counting,
    Limits,
    Usual,
    Verdict,
    beyond,
    first_step,
    is_doubtful,
    judge,
    on_the_dial,
)
from readings.queries import latest_each
from readings.surroundings import Around, held_by_each
from readings.wording import (
    ABOVE_NEXT,
    ALWAYS,
    DIAL_OF,
    FAR_BELOW_NEXT,
    FROM_ZERO,
    SINCE,
    THOUSANDTHS,
    UP_TO,
    WORDS,
)
from sources.models import DataSource, DataValidator
from sources.numbers import MAX_DECIMALS, as_thousands, format_number, parse_number
from sources.written import day, marks, moment, number


@dataclass(frozen=True, slots=True)
class Opinion:
    """What to say of a reading (`hint`), and what to ask before it is stored (`question`); each empty for nothing."""

    verdict: Verdict
    hint: str
    question: str


def around_now(sources: Sequence[DataSource], now: datetime) -> dict[int, Around]:
    """What readings of many sources that are taken now are judged by, by key; two queries, however many, or three where
    something is doubtful.
    """
    keys = [source.pk for source in sources]
    newest, (changes, rules) = latest_each(keys, INTERVALS + 2), held_by_each(keys)
    doubted = [key for key in keys if any(point.quality == Quality.QUESTIONABLE for point in newest[key])]
    sure = latest_each(doubted, INTERVALS + 2, sure=True)
    latest = newest | {key: sure[key] for key in doubted}  # none of a source of which every reading is doubted
    found = {}
    for key in keys:
        recent = [point for point in reversed(latest[key]) if point.at < now][: INTERVALS + 1]
        following = next((point for point in latest[key] if point.at > now), None)
        last = [point for point in reversed(newest[key]) if point.at < now]
        found[key] = Around(following, recent, changes[key], rules[key], last[0] if last else None)
    return found


def opinion(source: DataSource, point: Point, known: Around) -> Opinion:
    """Judge a reading of `source` by what is known around it, and say so in words."""
    counting = _counting(source)
    limits = _plausible(source, known.previous)
    verdict = judge(point.value, point.at, known.previous, known.recent, counting, source.digits, known.changes, limits)
    said, words = facts(source, point.value, verdict, known), _words(source, known)
    if is_doubtful(verdict):
        asked = "beyond" if beyond(point.value, limits) else _asked(verdict, counting)
        return Opinion(verdict, "", words[asked] % said)
    after = known.following if counting == "counter" else None
    if after is not None:
        then = judge(after.value, after.at, point, [point, *known.recent], counting, source.digits, known.changes)
        of_next = facts(source, point.value, then, known) | {"next": number(after.value)}
        if is_doubtful(then):
            return Opinion(verdict, "", str((ABOVE_NEXT if then.state == "low" else FAR_BELOW_NEXT) % of_next))
        if known.previous is None and then.use:
            return Opinion(verdict, str(UP_TO % {**of_next, "next_at": day(after.at, source.zone)}), "")
    parts = [_step(verdict) if counting == "counter" else "", verdict.state]
    return Opinion(verdict, " ".join(words[part] % said for part in parts if part in words), "")


def unclear(source: DataSource, typed: str, known: Around) -> str:
    """What is asked of a text that may mean thousandths or thousands, where no reading around tells which; else empty.

    The dial tells it where it has not as many digits as the thousands take.
    """
    other = as_thousands(typed)
    if other is None or known.previous is not None or known.following is not None:
        return ""
    if source.digits is not None and abs(other) >= 10**source.digits:
        return ""
    value = parse_number(typed)
    whole, part = divmod(abs(other), 1000)
    said = {"value": format_number(value), "whole": whole, "part": part, "other": format_number(other)}
    return str(THOUSANDTHS % said)


def facts(source: DataSource, value: Decimal, verdict: Verdict, known: Around) -> dict[str, str]:
    """The figures that a sentence may name, written as people read them."""
    low, high = (_limit(source, limit) for limit in (verdict.usual_low, verdict.usual_high))
    least, most = (number(limit) for limit in limits) if (limits := source.kind.plausible_in(source.unit)) else ("", "")
    return {
        "value": number(value),
        "unit": source.unit,
        "use": number(verdict.use, 0) if verdict.use is not None else "",
        "rate": rounded(verdict.per_day) if verdict.per_day is not None else "",
        "last": number(known.previous.value) if known.previous else "",
        "since": (day if verdict.days >= 1 else moment)(known.previous.at, source.zone) if known.previous else "",
        "low": low,
        "high": high,
        "least": least,
        "most": most,
    }


def range_words(source: DataSource, known: Usual | None) -> str:
    """The usual range of a source as a sentence; empty where it is not known well."""
    if known is None or known.few:
        return ""
    limits = {"low": _limit(source, known.low), "high": _limit(source, known.high), "unit": source.unit}
    return str(WORDS[source.counting]["range"] % limits)


def for_the_script(source: DataSource, known: Around) -> dict[str, Any]:
    """What static/js/entry.js needs to say the same while the person types.

    Numbers to reckon with are plain text, those that are only shown are written as on the page.
    """
    now_usual, last = known.usual(source), known.previous
    limits = {} if now_usual is None else {name: getattr(now_usual, name) for name in ("low", "high", "least", "most")}
    first = None if last is None or now_usual is not None else first_step(last.value, source.digits)
    bridged = [change.offset for change in known.changes if last is not None and change.at > last.at]
    return {
        "id": str(source.public_id),
        "zone": source.zone.key,
        "counting": source.counting,
        "unit": source.unit,
        "digits": None if bridged else source.digits,
        "last": last and format_number(last.value - sum(bridged)),
        "shown": last and number(last.value),
        "at": last and last.at.isoformat(),
        "first": None if first is None else format_number(first),
        "plausible": [format_number(limit) for limit in _plausible(source, last) or ()],
        "limits": {name: format_number(limit) for name, limit in limits.items() if limit is not None},
        "low": _limit(source, limits.get("low")),
        "high": _limit(source, limits.get("high")),
        "rules": [_forbidden(rule, last, grows=not bridged) for rule in known.refusing],
        "marks": marks(),
        "words": {name: str(words) for name, words in {**_words(source), **ALWAYS, **_of_the_first(known)}.items()},
    }


def _forbidden(rule: DataValidator, last: Point | None, *, grows: bool) -> dict[str, Any]:
    """What a rule refuses, each with its sentence, of which the script fills in the value, the rate and the reading
    before. grows: whether no other dial counts since the last reading, over which no step is known.
    """
    named = {"least": rule.min_value, "most": rule.max_value, "a_day": rule.max_per_day if grows else None}
    words = {"least": validators.TOO_SMALL, "most": validators.TOO_GREAT, "a_day": validators.TOO_FAST}
    found: dict[str, Any] = {
        name: [format_number(limit), words[name].replace("%(limit)s", number(limit))]
        for name, limit in named.items()
        if limit is not None
    }
    if fastest := named["a_day"]:
        found["a_day"].append(validators.TOO_FAST_SHORT.replace("%(limit)s", number(fastest)))
    if rule.non_decreasing and grows and last is not None:
        found["grows"] = str(validators.FALLS)
    return found


def rounded(value: Decimal) -> str:
    """A rate or a limit as people say it: whole from ten up, else two digits that count, without zeros at the end."""
    places = 0 if not value or abs(value) >= 10 else min(1 - value.adjusted(), MAX_DECIMALS)
    return number(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), 0)


def _limit(source: DataSource, value: Decimal | None) -> str:
    if value is None:
        return ""
    if source.counting == "counter":
        return rounded(value)
    return number(value.quantize(Decimal(1).scaleb(-source.decimals), ROUND_HALF_UP), 0)


def _step(verdict: Verdict) -> str:
    if not verdict.use or verdict.use < 0:
        return ""
    return "step" if verdict.days >= 1 else "step_short"


def _asked(verdict: Verdict, counting: Counting) -> str:
    if counting != "counter" or verdict.state != "high":
        return verdict.state
    if verdict.usual_high is None:
        return "high_first"
    return "high_short" if verdict.days < 1 else "high"


def _plausible(source: DataSource, previous: Point | None) -> Limits | None:
    if source.counting == "counter":
        return on_the_dial(previous.value if previous else None, source.digits)
    return source.kind.plausible_in(source.unit) if source.counting == "level" else None


def _words(source: DataSource, known: Around | None = None) -> dict[str, Any]:
    """The sentences about a source's values, of one that stands before others by what is `known` around it; that of a
    value that cannot stand on a dial tells its digits.
    """
    words = {**WORDS[source.counting], **(SINCE[source.counting] if known and known.following else {})}
    if source.counting != "counter":
        return words
    outside = DIAL_OF.replace("%(digits)s", str(source.digits)) if source.digits else FROM_ZERO
    return {**words, "beyond": outside}


def _of_the_first(known: Around) -> dict[str, Any]:
    """What is asked of a value that nothing around can be compared with."""
    return {"thousandths": THOUSANDTHS} if known.previous is None and known.following is None else {}


def _counting(source: DataSource) -> Counting:
    return cast(Counting, source.counting)
