"""A source, or a home with all of its sources, as one JSON document: what it is, its rules, meter changes and imports,
who may do what and who did what where that is wanted, and every reading.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from django.utils import translation

from accounts.current import Actor
from readings.exports.belongings import changes_of, facts_of, grants_on, home_facts, imports_of, parts_of, rules_of
from readings.exports.rows import Exported, looking_at, parts
from readings.exports.sections import history_of
from readings.exports.wanted import READINGS, Wanted
from readings.exports.words import as_json
from sources.models import DataSource, Home

FORMAT, HOME_FORMAT = "homelog/source", "homelog/home"
VERSION = 1
_SOME = 500
_text = json.encoder.encode_basestring


def json_parts(source: DataSource, who: Actor, wanted: Wanted = READINGS, language: str = "") -> Iterator[str]:
    """The document of a source, part by part, for `who`: numbers as text, so that no reader rounds them; instants in
    UTC. `language` is that of the history's sentences.
    """
    with looking_at(who, [source]):
        yield from _source(source, wanted, language, format=FORMAT, version=VERSION)
        yield "\n"


def home_json_parts(
    home: Home, sources: Sequence[DataSource], who: Actor, wanted: Wanted = READINGS, language: str = ""
) -> Iterator[str]:
    """The document of a home: these of its sources, each as in a document of its own."""
    with looking_at(who, sources):
        yield _open({"format": HOME_FORMAT, "version": VERSION, "home": home_facts(home)})
        yield from _about(home, wanted, language)
        yield ',"sources":['
        for number, source in enumerate(sources):
            yield ",\n" if number else "\n"
            yield from _source(source, wanted, language)
        yield "\n]}\n"


def _source(source: DataSource, wanted: Wanted, language: str, **head: object) -> Iterator[str]:
    yield _open(
        {
            **head,
            "source": facts_of(source),
            "rules": rules_of(source),
            "meter_changes": changes_of(source),
            "imports": imports_of(source),
            **({"worked_out_from": parts_of(source)} if source.is_sum else {}),
        }
    )
    yield from _about(source, wanted, language)
    yield from _list("readings", chain.from_iterable(map(_readings, parts(source, wanted))), size=1)
    yield "}"


def _about(place: DataSource | Home, wanted: Wanted, language: str) -> Iterator[str]:
    if wanted.rights:
        yield f',"rights":{as_json(grants_on(place))}'
    if wanted.history:
        with translation.override(language or None):
            yield from _list("history", map(as_json, history_of(place)))


def _open(head: dict[str, Any]) -> str:
    return as_json(head).removesuffix("}")


def _list(name: str, items: Iterable[str], size: int = _SOME) -> Iterator[str]:
    """A named list of what is JSON already, some of it at a time."""
    left, before = iter(items), f',"{name}":[\n'
    while some := list(islice(left, size)):
        yield before + ",\n".join(some)
        before = ",\n"
    yield "\n]" if before == ",\n" else f',"{name}":[]'


def _readings(part: list[Exported]) -> Iterator[str]:
    """The readings of a part as one text."""
    yield ",\n".join(map(_reading, part))


def _reading(reading: Exported) -> str:
    """A reading as as_json would write it, in a fifth of the time."""
    return (
        f'{{"id":"{reading.public_id}","recorded_at":"{reading.recorded_at_utc}","value":"{reading.value}",'
        f'"quality":"{reading.quality}","note":{_text(reading.notes)},"metadata":{reading.details or "{}"},'
        f'"photo":{_text(reading.photo) if reading.photo else "null"},"written_by":{_text(reading.created_by)},'
        f'"written_at":"{reading.created_at}","corrected_by":{_text(reading.updated_by)},'
        f'"corrected_at":{_quoted(reading.updated_at)},"import_id":{_quoted(reading.import_id)}}}'
    )


def _quoted(text: str) -> str:
    return f'"{text}"' if text else "null"
