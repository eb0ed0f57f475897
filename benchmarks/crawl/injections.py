"""sqlmap on what is searched, filtered, sorted and paged by, and on the forms; each is a real page of the target."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crawl import PLANTED
from benchmarks.crawl.target import Target

FOUND = ("is vulnerable", "the following injection point", "might be injectable")
NOTHING = "do not appear to be injectable"
BROKEN = "500 (Internal Server Error)"
CSRF = "__Host-csrf"
WAY = ["--dbms=PostgreSQL", "--level=2", "--risk=1", "--technique=BEUS", "--threads=3", "--timeout=30", "--batch"]
WAY += ["--ignore-code=*", "--flush-session", "--disable-coloring", "--random-agent"]


@dataclass(frozen=True)
class Asked:
    """One request. names: the parameters that are tried; body: of a form, or JSON for the API; form: where its token is
    fetched.
    """

    path: str
    names: str
    body: str = ""
    form: str = ""


def asked(target: Target) -> list[Asked]:
    """What is tried, the planted fault first."""
    return [Asked(f"/{PLANTED}?name=Cellar", "name"), *_addresses(target), *_bodies(target)]


def _addresses(target: Target) -> Iterator[Asked]:
    """What pages and the API are asked for in their address."""
    here, at_home = target.somebody.source["public_id"], target.somebody.home["public_id"]
    source, home, api = f"/sources/{here}/", f"/homes/{at_home}/", f"/api/v1/sources/{here}/"
    days, year = "since=2026-01-01&until=2026-12-31", "from=2026-01-01&to=2026-12-31"
    yield Asked(f"{source}readings/?{days}&quality=good", "since,until,quality")
    yield Asked(f"{source}readings/?before=2026-06-01T00:00:00Z_1", "before")
    yield Asked(f"{source}history/?who=1&kind=create_reading&first=2026-01-01&last=2027-01-01", "who,kind,first,last")
    yield Asked(f"{home}history/?who=1&source=1&before=2027-01-01T00:00:00Z_1", "who,source,before")
    yield Asked(f"{source}?by=month&year=2026&from=2026-01-01", "by,year,from")
    yield Asked(f"{source}series/?{year}&width=300", "from,to,width")
    yield Asked(f"{source}use/?from=2026-01-01&to=2026-02-01", "from,to")
    yield Asked(f"{source}export.csv?{days}", "since,until")
    yield Asked(f"/read/labels/?source={here}", "source")
    yield Asked(f"/sources/new/?kind=water&home={at_home}", "kind,home")
    for model in ("accounts/user", "sources/datasource", "readings/reading"):
        yield Asked(f"/admin/{model}/?q=boss&o=1&p=1", "q,o")
    yield Asked("/admin/audit/auditlog/?q=boss&when=7", "q,when")
    owner = "app_label=sources&model_name=datasource&field_name=owner"
    yield Asked(f"/admin/autocomplete/?term=bo&{owner}", "term,field_name")
    yield Asked(f"{api}readings?{year}&order=asc&limit=10&quality=good", "from,to,order,limit,quality")
    yield Asked(f"{api}readings?cursor=MjAyNg", "cursor")
    yield Asked(f"{api}consumption?by=month&from=2026-01-01&to=2026-06-01", "by,from,to")
    yield Asked(f"/api/v1/sources?meter_number=7741-1&home={at_home}", "meter_number,home")
    yield Asked(f"{api}history?what=readings&limit=5", "what,limit")


def _bodies(target: Target) -> Iterator[Asked]:
    """What forms and the API are sent."""
    mine = target.somebody.source
    source, api = f"/sources/{mine['public_id']}/", f"/api/v1/sources/{mine['public_id']}/"
    entry, draft = f"{source}read/", f"{source}import/{mine['draft_id']}/"
    login, reset = "/account/login/", "/account/password/reset/"
    yield Asked(login, "login,password", "login=boss&password=wrong", login)
    yield Asked(reset, "email", "email=boss@example.com", reset)
    yield Asked(entry, "value,notes", "value=9100&notes=x", entry)
    yield Asked(draft, "columns,order", "order=dmy&columns=1&show=1", draft)
    yield Asked("/api/v1/ingest", "value,source", f'{{"source": "{mine["public_id"]}", "value": "9200"}}')
    yield Asked(f"{api}validators", "min_value,on_violation", '{"min_value": "1", "on_violation": "flag"}')


def inject(target: Target, program: Path) -> list[str]:
    """Let sqlmap try each; what it found, and what it could not try. The planted fault must be found."""
    wrong = []
    for number, each in enumerate(asked(target)):
        said = run(target, program, each)
        is_found, is_clean = any(words in said for words in FOUND), NOTHING in said
        print(f"sqlmap: {each.path.split('?')[0]} [{each.names}]: {_word(is_found, is_clean)}", flush=True)
        if number == 0 and not is_found:
            wrong.append("sqlmap did not find the planted fault: what it says of the rest means nothing.")
        elif number and (is_found or not is_clean or BROKEN in said):
            wrong.append(f"{each.path} [{each.names}]: {said[-1500:]}")
    return wrong


def _word(is_found: bool, is_clean: bool) -> str:
    return "FOUND" if is_found else "nothing" if is_clean else "NOT TRIED"


def run(target: Target, program: Path, each: Asked) -> str:
    """What sqlmap prints of one request."""
    who, body = f"Cookie: {target.cookie}", each.body
    if each.path.startswith("/api/"):
        who = f"Authorization: Bearer {target.somebody.key}"
    if each.form:
        page = target.get(each.form, signed_in=each.form.startswith("/sources/"))
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        if token is None:
            return f"no form at {each.form}: {page.status_code}"
        body += f"&csrfmiddlewaretoken={token[1]}"
        signed_in = f"; {target.cookie}" if each.form.startswith("/sources/") else ""
        who = f"Cookie: {CSRF}={page.cookies[CSRF]}{signed_in}"
    command = [str(program), f"--url={target.origin}{each.path}", "-p", each.names, f"--header={who}"]
    command += [f"--referer={target.origin}{each.form or '/'}", f"--output-dir={target.root}/sqlmap", *WAY]
    command += [f"--data={body}"] if body else []
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)  # noqa: S603
    return done.stdout + done.stderr
