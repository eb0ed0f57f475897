"""Trying a line of the matrix as a visitor, and saying in sentences what is not as the line has it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.test import Client
from django.urls import reverse

from homelog.tests.matrix.household import SECRET, SOURCE_IS_PUBLIC, VISITORS, Household, logged, rolled_back
from homelog.tests.matrix.lines import Line

LOOKED = {"view_source", "export_source", "export_home"}
"""What a page or file that is only looked at may write into the log."""


@dataclass(frozen=True)
class Outcome:
    """An answer, and what the request left behind: tables whose rows changed, kinds of entries in the log."""

    status: int
    location: str
    text: str
    changed: set[str]
    logged: set[str]


def attempts(
    house: Household, line: Line, visitors: Iterable[str], names: tuple[str, ...], methods: Sequence[str]
) -> dict[tuple[str, str], Outcome]:
    """Send the request of a line as each of `visitors`, with each of `methods`; everything is as before afterwards.

    What none of them may change is looked at once, after the last: only where something did, each is tried alone.
    """
    answers: dict[tuple[str, str], Outcome] = {}
    for is_public in (False, True):
        group = [who for who in visitors if (who in SOURCE_IS_PUBLIC) is is_public]
        if group:
            answers |= _attempts(house, line, group, names, methods)
    return answers


def _attempts(
    house: Household, line: Line, visitors: Sequence[str], names: tuple[str, ...], methods: Sequence[str]
) -> dict[tuple[str, str], Outcome]:
    is_public, answers = visitors[0] in SOURCE_IS_PUBLIC, {}
    with rolled_back():
        if is_public:
            house.open_to_all()
        for who in visitors:
            for method in methods:
                answers[who, method] = _answer(house, line, who, names, method)
        changed, added = house.changed(is_public=is_public), logged(house.entries)
    if len(answers) > 1 and (changed or added):
        alone = [_attempts(house, line, [who], names, [method]) for who, method in answers]
        return {key: outcome for each in alone for key, outcome in each.items()}
    return {key: Outcome(*answer, changed, added) for key, answer in answers.items()}


def browser_for(house: Household, line: Line, who: str) -> Client:
    """The browser of `who`, whose session holds what it does before the line is tried."""
    browser = house.browser(who)
    if held := line.holds(house, who):
        session = browser.session
        session.update(held)
        session.save()
    return browser


def _answer(house: Household, line: Line, who: str, names: tuple[str, ...], method: str) -> tuple[int, str, str]:
    path = line.path(house, who, names)
    send = getattr(browser_for(house, line, who), method)
    answer = send(path, dict(line.body(house, who))) if method == "post" else send(path)
    return answer.status_code, answer.headers.get("Location", ""), answer.getvalue().decode(errors="replace")


def complaints(line: Line, who: str, found: Outcome) -> Iterator[str]:
    """What is wrong with an outcome, for the method of the line."""
    is_post, expected = line.method == "POST", line.expected(who)
    if found.status >= 500 or (expected is not None and found.status != expected):
        yield f"answered {found.status} instead of {expected}"
    sign_in = f"{reverse(settings.LOGIN_URL)}?next="
    if line.is_sent_to_sign_in(who) and not found.location.startswith(sign_in):
        yield "was not sent to the sign-in page"
    may_change = set(line.changes.split()) if is_post and not line.is_refused(who) else set()
    if found.changed != may_change:
        yield f"changed {_listed(found.changed)} instead of {_listed(may_change)}"
    if line.is_refused(who) and found.logged:
        yield f"was refused, and the log says {_listed(found.logged)}"
    if not is_post and not found.logged <= LOOKED:
        yield f"only looked, and the log says {_listed(found.logged)}"
    if SECRET in found.text + found.location and not line.may_know(who):
        yield "found a name or note of the household in the answer"


def judged(house: Household, line: Line, names: tuple[str, ...]) -> Iterator[str]:
    """The complaints about a line, over all visitors."""
    together = [who for who in VISITORS if line.method == "GET" or line.is_refused(who)]
    method = line.method.lower()
    found = attempts(house, line, together, names, [method])
    for who in VISITORS:
        if who not in together:
            found |= attempts(house, line, [who], names, [method])
    for (who, _method), outcome in found.items():
        for complaint in complaints(line, who, outcome):
            yield f"{line.name} {line.method} ({line.purpose}): {VISITORS[who]}: {complaint}."


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
