"""The forms of the served site as sqlmap tries them: each field of each, filled in as the page shows it."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode

from benchmarks.crawl import PLANTED
from benchmarks.crawl.injections import Asked
from benchmarks.crawl.target import Target

SPARED = {"csrfmiddlewaretoken", "client_id", "password", "password1", "oldpassword", "next", "writer"}
"""Names that are sent as they are: of the form itself, never asked of the database, or refused with 403 if changed."""
SAID = {
    "login": "boss",
    "value": "9100",
    "display_name": "Somebody",
    "email": "somebody@example.com",
    "password": "wrong-copper-lantern-1",
    "password1": "a-quiet-copper-lantern-77",
    "name": "Cellar",
    "notes": "x",
    "old_final": "9000",
    "new_initial": "0",
    "min_value": "1",
}
"""What is typed where a page shows an empty field."""


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: the fields of each, with what stands in them, and those for files."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.files: set[str] = set()
        self._is_in, self._open, self._area = False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form, or a field of one."""
        said = {name: value or "" for name, value in attrs}
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag == "form":
            self._is_in = said.get("method", "").lower() == "post"
            self.found += [{}] if self._is_in else []
        elif self._open and tag == "option" and ("selected" in said or self._open not in self.found[-1]):
            self.found[-1][self._open] = said.get("value", "")
        elif self._is_in and name:
            self._field(tag, name, kind, said)

    def _field(self, tag: str, name: str, kind: str, said: dict[str, str]) -> None:
        self._open, self._area = (name if tag == kind else "" for kind in ("select", "textarea"))
        is_chosen = kind not in {"checkbox", "radio"} or "checked" in said
        if kind == "file":
            self.files.add(name)
        elif tag == "textarea" or (tag == "input" and kind != "submit" and is_chosen):
            unsaid = "on" if kind == "checkbox" else SAID.get(name, "")
            self.found[-1][name] = said.get("value", "") or unsaid

    def handle_data(self, data: str) -> None:
        """What stands in a textarea."""
        if self._area and data.strip():
            self.found[-1][self._area] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        """The end of a form or of a textarea."""
        self._is_in = self._is_in and tag != "form"
        self._area = "" if tag == "textarea" else self._area
        self._open = "" if tag == "select" else self._open


def asked(target: Target) -> Iterator[Asked]:
    """Every form of these pages, with the planted one first."""
    source, home = target.somebody.source, target.somebody.home
    here, at_home = f"/sources/{source['public_id']}/", f"/homes/{home['public_id']}/"
    one = f"{here}readings/{source['reading_id']}/"
    outside = [f"/{PLANTED}", "/account/login/", "/account/signup/", "/account/password/reset/"]
    of_source = (
        "read/",
        "edit/",
        "rules/",
        "sharing/",
        "meter-changes/add/",
        f"import/{source['draft_id']}/",
        "import/",
    )
    inside = [here + each for each in of_source]
    inside += [f"{here}rules/{source['rule_id']}/", f"{here}meter-changes/{source['change_id']}/", f"{one}correct/"]
    inside += [at_home + each for each in ("edit/", "sharing/", f"import/{home['draft_id']}/")]
    inside += ["/account/", "/account/email/", "/homes/new/", "/sources/new/?kind=water"]
    inside += ["/admin/accounts/user/1/change/"]
    for path in outside + inside:
        yield form_of(target, path, signed_in=path not in outside)


def form_of(target: Target, path: str, *, signed_in: bool) -> Asked:
    """The form of a page that has the most fields. Raises RuntimeError where there is none."""
    answer = target.get(path, signed_in=signed_in)
    forms = Forms()
    forms.feed(answer.text)
    if not forms.found:
        raise RuntimeError(f"no form at {path}: {answer.status_code}")
    fields = max(forms.found, key=len)
    names = ",".join(name for name in fields if name not in SPARED)
    body = urlencode({name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"})
    return Asked(path, names, body, path, signed_in, min(forms.files, default=""))
