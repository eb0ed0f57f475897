"""sqlmap on what is searched, filtered, sorted and paged by, and on the forms; each is a real page of the target."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from benchmarks.crawl import PLANTED
from benchmarks.crawl.people import CSV
from benchmarks.crawl.target import HOST, Target

FOUND = ("is vulnerable", "the following injection point", "might be injectable")
NOTHING = "do not appear to be injectable"
BROKEN, SHUT = "500 (Internal Server Error)", "403 (Forbidden)"
CSRF, EDGE = "__Host-csrf", "edge-of-the-parts"
WAY = ["--dbms=PostgreSQL", "--risk=1", "--technique=BEUS", "--threads=3", "--timeout=30", "--batch"]
WAY += ["--ignore-code=*", "--flush-session", "--disable-coloring", "--random-agent"]


@dataclass(frozen=True)
class Asked:
    """One request. names: the parameters that are tried; body: of a form, or JSON for the API; form: where its token is
    fetched, by who is signed in or not; upload: the field for
    a file, whose name and content are tried as well.
    """

    path: str
    names: str
    body: str = ""
    form: str = ""
    signed_in: bool = True
    upload: str = ""


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
    """What the API is sent; forms.py has the forms."""
    mine = target.somebody.source
    api = f"/api/v1/sources/{mine['public_id']}/"
    yield Asked("/api/v1/ingest", "value,source", f'{{"source": "{mine["public_id"]}", "value": "9200"}}')
    yield Asked(f"{api}validators", "min_value,on_violation", '{"min_value": "1", "on_violation": "flag"}')


def inject(target: Target, program: Path, requests: Iterable[Asked]) -> list[str]:
    """Let sqlmap try each; what it found, and what it could not try. The planted faults must be found."""
    wrong = []
    for each in requests:
        said = run(target, program, each)
        is_found, is_clean = any(words in said for words in FOUND), NOTHING in said and not (each.form and SHUT in said)
        print(f"sqlmap: {each.path.split('?')[0]} [{each.names}]: {_word(is_found, is_clean)}", flush=True)
        if each.path.startswith(f"/{PLANTED}"):
            missed = "sqlmap did not find the planted fault: what it says of the rest means nothing."
            wrong += [] if is_found else [f"{missed} {said[-1500:]}"]
        elif is_found or not is_clean or BROKEN in said:
            wrong.append(f"{each.path} [{each.names}]: {said[-1500:]}")
    return wrong


def _word(is_found: bool, is_clean: bool) -> str:
    return "FOUND" if is_found else "nothing" if is_clean else "NOT TRIED"


def run(target: Target, program: Path, each: Asked) -> str:
    """What sqlmap prints of one request."""
    command = [str(program), f"--output-dir={target.root}/sqlmap", f"--level={1 if each.form else 2}", *WAY]
    if each.form:
        who, token = _admitted(target, each)
        if not token:
            return f"no form at {each.form}"
        command += _with_file(target, each, who, token) if each.upload else _sent(target, each, who, token)
    else:
        is_api = each.path.startswith("/api/")
        who = f"Authorization: Bearer {target.somebody.key}" if is_api else f"Cookie: {target.cookie}"
        command += _sent(target, each, who, "")
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)  # noqa: S603
    return done.stdout + done.stderr


def _admitted(target: Target, each: Asked) -> tuple[str, str]:
    """The header by which a form is taken, and its token; "" where the page has none."""
    page = target.get(each.form, signed_in=each.signed_in)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    mine = f"; {target.cookie}" if each.signed_in else ""
    return f"Cookie: {CSRF}={page.cookies.get(CSRF)}{mine}", token[1] if token else ""


def _sent(target: Target, each: Asked, who: str, token: str) -> list[str]:
    """How sqlmap is told of an address, or of the fields of a form."""
    body = f"{each.body}&csrfmiddlewaretoken={token}" if token else each.body
    about = [f"--url={target.origin}{each.path}", "-p", each.names, f"--header={who}"]
    return [*about, f"--referer={target.origin}{each.form or '/'}", *([f"--data={body}"] if body else [])]


def _with_file(target: Target, each: Asked, who: str, token: str) -> list[str]:
    """How sqlmap is told of a form with a file: the whole request, with a star wherever it is to try."""
    tried, fields = each.names.split(","), parse_qsl(each.body, keep_blank_values=True)
    parts = {f'name="{name}"': f"{value}*" if name in tried else value for name, value in fields}
    parts |= {f'name="{each.upload}"; filename="june*.csv"': f"{CSV.decode()}*", 'name="csrfmiddlewaretoken"': token}
    body = "".join(
        f"--{EDGE}\r\nContent-Disposition: form-data; {name}\r\n\r\n{said}\r\n" for name, said in parts.items()
    )
    lines = [f"POST {each.path} HTTP/1.1", f"Host: {HOST}:{target.port}", f"Referer: {target.origin}{each.form}", who]
    lines += [f"Content-Type: multipart/form-data; boundary={EDGE}", "", f"{body}--{EDGE}--\r\n"]
    place = target.root / "upload.txt"
    place.write_text("\r\n".join(lines))
    return ["-r", str(place), "--force-ssl"]
