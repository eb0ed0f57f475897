"""What every page of the site answers with, for the tests and for benchmarks/crawl, which asks a served one."""

from collections.abc import Mapping
from html.parser import HTMLParser

POLICY = {
    "default-src": "'none'",
    **dict.fromkeys(("script-src", "style-src", "img-src", "connect-src", "font-src"), "'self'"),
    **dict.fromkeys(("form-action", "manifest-src", "worker-src"), "'self'"),
    **dict.fromkeys(("base-uri", "frame-ancestors"), "'none'"),
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


def policy(headers: Mapping[str, str]) -> dict[str, str]:
    """The Content-Security-Policy of an answer by directive; {"none": ""} where it has none."""
    directives = headers.get("Content-Security-Policy", "none").split(";")
    return {name: " ".join(values) for name, *values in (directive.split() for directive in directives)}


def inline(page: str) -> list[str]:
    """What is written into the page although it belongs into a file: the policy would refuse it."""
    parser = _Inline()
    parser.feed(page)
    return parser.found


class _Inline(HTMLParser):
    """Collects styles, scripts and handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        names = {name for name, _value in attrs}
        scripts = [name for name, value in attrs if (value or "").strip().lower().startswith("javascript:")]
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]
        self.found += [f"{tag} {name}" for name in scripts]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
