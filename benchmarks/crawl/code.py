"""semgrep with rules.yaml over the code and the templates of the site, without a network."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.crawl import tools
from benchmarks.faults.site import ROOT

HERE = Path(__file__).parent
RULES = HERE / "rules.yaml"
SEARCHED = ["accounts", "sources", "readings", "audit", "homelog", "templates"]


def check() -> list[str]:
    """What breaks a rule; each rule must find what planted.txt breaks."""
    wrong = [f"{each['path']}:{each['start']['line']}: {_name(each)}" for each in found(ROOT, SEARCHED)]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HERE / "planted.txt", Path(folder) / "views.py")
        (Path(folder) / "page.html").write_text("{{ note|safe }}")
        broken = {_name(each) for each in found(Path(folder), ["."])}
    rules = [line.split(": ")[1] for line in RULES.read_text().splitlines() if line.startswith("  - id: ")]
    print(f"semgrep: {len(rules)} rules, {len(broken)} of them find what is planted, {len(wrong)} findings in the code")
    return wrong + [f"The rule {rule} does not find what is planted." for rule in rules if rule not in broken]


def found(folder: Path, places: list[str]) -> list[dict[str, dict[str, int]]]:
    """What semgrep finds in these places."""
    program = tools.program("semgrep")
    command = [str(program), "scan", "--metrics=off", "--disable-version-check", "--json", "--exclude=tests"]
    done = subprocess.run(  # noqa: S603 - a program that was named
        [*command, "--config", str(RULES), *places], cwd=folder, capture_output=True, text=True, check=False
    )
    answer = json.loads(done.stdout)
    if answer["errors"]:
        raise RuntimeError(f"semgrep: {answer['errors']}")
    return list(answer["results"])


def _name(each: dict) -> str:
    return str(each["check_id"]).rpartition(".")[2]
