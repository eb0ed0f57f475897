"""Full disks: of the database, and of the pictures and uploads; a tmpfs of limited size each, so this needs root.

While there is no room every write is answered 503 with the sentence, and so is a page whose look has to be noted where
that finds no room, as nobody looks unseen; other pages go on, nothing is stored by halves; and once there is room again
it works, with nothing started anew.
"""

import io
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import requests
from PIL import Image

from benchmarks.faults import household, ledger, server, site, writers
from benchmarks.faults.household import Household
from benchmarks.faults.ledger import Ledger
from benchmarks.faults.site import Site

SENTENCE = "The server has no room left, so nothing was saved."
PATIENCE = 90


def run() -> list[str]:
    """One round; what is wrong."""
    with mounted("250m") as small, mounted("8m") as pictures, server.temporary(small) as (root, database):
        pictures.chmod(0o777)
        environment = site.environment(database, root, MEDIA_FOLDER=str(pictures / "media"), TMPDIR=str(pictures))
        site.manage(environment, "migrate", "--verbosity", "0")
        site.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        people, book = household.make(environment), Ledger()
        with site.serving({**environment, "HOMELOG_ACCESS_LOG": ""}, pictures.parent) as running:
            wrong = [*_database_full(running, people, book, small), *_pictures_full(running, people, pictures)]
        with database.connect() as connection:
            figures, found = ledger.compare(book, connection)
            row = connection.execute("SELECT count(*) FROM reading WHERE photo <> ''").fetchone()
        files = len(list((pictures / "media" / "photos").glob("*"))) if (pictures / "media").exists() else 0
        print(figures, f"photos in rows: {row and row[0]}, files: {files}")
        # Three readings were sent beside the ledger, two of them with a photo, each of which has a small one too.
        found = [name for name in found if name != "stored though nobody sent them"]
        if (figures["stored though nobody sent them"], row and row[0], files) != (3, 2, 4):
            found.append("photos that are not there, or files that nothing names")
        print(site.manage(environment, "audit_seal"), site.manage(environment, "audit_verify"), sep="", end="")
        return wrong + found


def _database_full(running: Site, people: Household, book: Ledger, disk: Path) -> list[str]:
    until, wrong = Event(), []
    senders = writers.start(running.address, people, book, until, ["form"] * 3 + ["api"] * 3 + ["batch"] * 2)
    _until(lambda: len(book.acknowledged) > 100)
    with full(disk):
        _until(lambda: sum(count for answer, count in book.answers.items() if answer.endswith("503")) >= 40)
        import_answer = _upload(running, people)
        page, noted = (_get(running, people, f"/sources/{people.sources[0]}/{end}") for end in ("read/", ""))
        print(f"full: {dict(book.answers)}; import {import_answer.status_code}", end="")
        print(f", reading a page {page.status_code}, one whose look is noted {noted.status_code}")
        if page.status_code != 200:
            wrong.append(f"a page that is only read was answered {page.status_code} while the disk was full")
        if noted.status_code != 200 and (noted.status_code != 503 or SENTENCE not in noted.text):
            wrong.append(f"a page whose look is noted was answered {noted.status_code} while the disk was full")
        if import_answer.status_code != 503 or SENTENCE not in import_answer.text:
            wrong.append(f"an import was answered {import_answer.status_code} while the disk was full")
    before, at = len(book.acknowledged), time.monotonic()
    _until(lambda: len(book.acknowledged) > before + 50)
    print(f"room again: fifty readings more after {time.monotonic() - at:.1f} s")
    until.set()
    for thread in senders:
        thread.join(site.PATIENCE)
    return wrong


def _pictures_full(running: Site, people: Household, disk: Path) -> list[str]:
    wrong = []
    answers = [_photo(running, people)]
    with full(disk):
        refused, upload, plain = _photo(running, people), _upload(running, people), _photo(running, people, photo=False)
        if not (
            refused.status_code == upload.status_code == 503 and SENTENCE in refused.text and SENTENCE in upload.text
        ):
            wrong.append(f"a photo was answered {refused.status_code}, a file {upload.status_code} on a full disk")
        if 'name="value"' not in refused.text:
            wrong.append("what was typed beside the photo is not on the page")
        if plain.status_code != 302:
            wrong.append(f"a reading without a photo was answered {plain.status_code}")
    answers.append(_photo(running, people))
    later = _upload(running, people)
    print(
        f"pictures full: photo {refused.status_code}, file {upload.status_code}, reading {plain.status_code};"
        f" with room: {[answer.status_code for answer in answers]}, {later.status_code}"
    )
    if [answer.status_code for answer in answers] != [302, 302] or later.status_code != 302:
        wrong.append("a photo or a file was not taken although there was room")
    return wrong


def _photo(running: Site, people: Household, photo: bool = True) -> requests.Response:
    """A reading with a photo of some size, by the page's form."""
    picture = io.BytesIO()
    Image.effect_noise((1600, 1200), 90).save(picture, "JPEG", quality=95)
    files = {"photo": ("meter.jpg", picture.getvalue(), "image/jpeg")} if photo else {}
    path = f"/sources/{people.sources[0]}/read/"
    line, token = _signed_in(running, people, path)
    form = {"csrfmiddlewaretoken": token, "value": "21.5", "confirm": "21.5"}
    return line.post(running.address + path, data=form, files=files, allow_redirects=False, timeout=30)


def _upload(running: Site, people: Household) -> requests.Response:
    """A file of 3 MB to import, which goes through a temporary file and is kept as a draft."""
    path = f"/sources/{people.sources[1]}/import/"
    line, token = _signed_in(running, people, path)
    start = datetime(2001, 1, 1, tzinfo=UTC)
    rows = "".join(f"{(start + timedelta(minutes=n)).isoformat()},{n % 997}.{n % 10}\n" for n in range(110_000))
    files = {"file": ("long.csv", f"time,kWh\n{rows}".encode(), "text/csv")}
    return line.post(
        running.address + path, data={"csrfmiddlewaretoken": token}, files=files, allow_redirects=False, timeout=60
    )


def _signed_in(running: Site, people: Household, path: str) -> tuple[requests.Session, str]:
    line = requests.Session()
    line.cookies.set("sessionid", people.session)
    found = writers.TOKEN.search(line.get(running.address + path, timeout=30).text)
    return line, found[1] if found else ""


def _get(running: Site, people: Household, path: str) -> requests.Response:
    return requests.get(running.address + path, cookies={"sessionid": people.session}, timeout=30)


def _until(true: object) -> None:
    end = time.monotonic() + PATIENCE
    while not true():  # type: ignore[operator]
        if time.monotonic() > end:
            raise RuntimeError("That did not happen within 90 s.")
        time.sleep(0.05)


@contextmanager
def mounted(size: str) -> Iterator[Path]:
    """A file system of this size."""
    at = Path(tempfile.mkdtemp(prefix="homelog-disk-"))
    at.chmod(0o755)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(at)], check=True)  # noqa: S603, S607
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)  # noqa: S603, S607
        at.rmdir()


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not a byte of room, until there is again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        ballast.unlink()
