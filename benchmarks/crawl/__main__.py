"""Attack the served site with tools, each a round: `python -m benchmarks.crawl ROUND`, or `make crawl ROUND=...`.

code        semgrep with rules of our own, on the code alone
libraries   whether what the site runs on is the newest there is
pages       headers, cookies and what is inline on every page; MDN's HTTP Observatory on each
wapiti      wapiti signed out and signed in, the planted faults beside
injections  sqlmap on searches, filters, forms and calls of the API, a planted fault beside
slow        slowhttptest behind nginx and behind Caddy, with the files of deploy/
timing      whether the time of an answer tells who has an account (AUC)
mutants     faults planted in the parser of numbers, in rights, rules and tokens: how many the tests notice
"""

import sys
from collections.abc import Callable

MOST_MUTANTS = 150
"""Of each group, drawn by chance."""
OPEN = "benchmarks.crawl.settings"


def _code() -> list[str]:
    from benchmarks.crawl import code

    return code.check()


def _libraries() -> list[str]:
    from benchmarks.crawl import libraries

    return libraries.check()


def _pages() -> list[str]:
    from benchmarks.crawl import pages, tools
    from benchmarks.crawl.target import attacked

    program = tools.observatory()
    with attacked() as target:
        return pages.check(target) + pages.observe(target, program)


def _wapiti() -> list[str]:
    from benchmarks.crawl import crawling, tools
    from benchmarks.crawl.target import attacked

    program = tools.program("wapiti3", "wapiti")
    with attacked(DJANGO_SETTINGS_MODULE=OPEN) as target:
        return [what for signed_in in (False, True) for what in crawling.crawl(target, program, signed_in=signed_in)]


def _injections() -> list[str]:
    from benchmarks.crawl import forms, injections, tools
    from benchmarks.crawl.target import attacked

    program = tools.program("sqlmap")
    with attacked(DJANGO_SETTINGS_MODULE=OPEN, DRAFTS_PER_PERSON="10000", HOMES_PER_PERSON="100000") as target:
        return injections.inject(target, program, [*injections.asked(target), *forms.asked(target)])


def _slow() -> list[str]:
    from benchmarks.crawl import slow

    return slow.run("nginx") + slow.run("caddy")


def _timing() -> list[str]:
    from benchmarks.crawl import mail, timing
    from benchmarks.crawl.target import attacked

    most = {"API_SIGN_INS_PER_MINUTE": "1000", "DJANGO_SETTINGS_MODULE": OPEN}
    with mail.taken() as address, attacked(EMAIL_URL=address, **most) as target:
        return timing.check(target)


def _mutants() -> list[str]:
    from benchmarks.crawl import mutants

    return [what for group in mutants.GROUPS for what in mutants.run(group, MOST_MUTANTS)]


ROUNDS: dict[str, Callable[[], list[str]]] = {
    "code": _code,
    "libraries": _libraries,
    "pages": _pages,
    "wapiti": _wapiti,
    "injections": _injections,
    "slow": _slow,
    "timing": _timing,
    "mutants": _mutants,
}


def main() -> int:
    """Run one round and say what it found."""
    asked = sys.argv[1] if len(sys.argv) == 2 else ""
    if asked not in ROUNDS:
        print(f"Choose a round: {', '.join(ROUNDS)}.")
        return 2
    wrong = ROUNDS[asked]()
    print("\n".join(wrong) if wrong else f"{asked}: nothing was found.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
