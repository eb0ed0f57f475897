"""The file of a backup as somebody else made it: what no backup of HomeLog does is refused, and nothing is written."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homelog.archive import DUMP, MANIFEST, ArchiveError, extract, is_ours, opened

Files = list[tuple[str, bytes]]
GOOD: Files = [(DUMP, b"a dump"), ("media/photos/a.jpg", b"a picture")]


def written(to: Path, content: Files, change: Callable[[tarfile.TarFile], None] | None = None, **said: Any) -> Path:
    """A backup with this content, and a manifest that fits them but for what is `said`."""
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in content}
    manifest = {"homelog": "0.1.0", "postgresql": "18", "made_at": "2026-11-27T01:00:00+00:00", "migrations": []}
    about = json.dumps({**manifest, "files": sums, "format": 1, **said}).encode()
    with tarfile.open(to, "w") as archive:
        for name, data in [*content, (MANIFEST, about)]:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        if change is not None:
            change(archive)
    return to


def a_link(name: str, to: str, kind: bytes = tarfile.SYMTYPE) -> Callable[[tarfile.TarFile], None]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, to
    return lambda archive: archive.addfile(member)


def refusal(path: Path) -> str:
    with pytest.raises(ArchiveError) as refused, opened(path):
        pass
    return str(refused.value)


def test_a_good_one_is_opened_and_put_back_whole(tmp_path: Path) -> None:
    with opened(written(tmp_path / "a.tar", GOOD)) as (archive, manifest):
        extract(archive, "media/photos/a.jpg", tmp_path / "a.jpg")
    assert ((tmp_path / "a.jpg").read_bytes(), manifest.postgresql) == (b"a picture", "18")
    assert [path.name for path in tmp_path.glob("*.part")] == []


@pytest.mark.parametrize(
    "name", ["media/../../evil.jpg", "/etc/cron.d/evil", "media//etc/evil", "media/./a.jpg", "media/", "photos/a.jpg"]
)
def test_no_name_leads_elsewhere(tmp_path: Path, name: str) -> None:
    assert not is_ours(name)
    assert "which no backup of HomeLog does" in refusal(written(tmp_path / "a.tar", [*GOOD, (name, b"x")]))


@pytest.mark.parametrize(
    "change",
    [
        a_link("media/photos/b.jpg", "/etc/passwd"),
        a_link("media/photos", "/etc"),
        a_link("media/photos/a.jpg", DUMP, tarfile.LNKTYPE),
        a_link("media/pipe", "", tarfile.FIFOTYPE),
        a_link("media/device", "", tarfile.CHRTYPE),
    ],
)
def test_there_are_only_files(tmp_path: Path, change: Callable[[tarfile.TarFile], None]) -> None:
    assert "which no backup of HomeLog does" in refusal(written(tmp_path / "a.tar", GOOD, change))


def test_a_file_that_stands_there_twice_or_not_in_the_manifest_is_refused(tmp_path: Path) -> None:
    twice = written(tmp_path / "a.tar", [*GOOD, GOOD[1]])
    beside = written(tmp_path / "b.tar", GOOD, files={DUMP: hashlib.sha256(b"a dump").hexdigest()})
    without = written(tmp_path / "c.tar", GOOD[1:])
    assert {refusal(path) for path in (twice, beside, without)} == {
        "This backup does not hold the files that its manifest names. It was changed."
    }


@pytest.mark.parametrize(
    "said",
    [
        {"files": {DUMP: 7}},
        {"files": [DUMP]},
        {"migrations": [["a"]]},
        {"postgresql": "eighteen"},
        {"format": "1"},
        {"format": None},
        {"more": 1},
        {"homelog": {}},
    ],
)
def test_a_manifest_that_says_something_else_is_refused(tmp_path: Path, said: dict[str, Any]) -> None:
    assert refusal(written(tmp_path / "a.tar", GOOD, **said)) == "The manifest of this backup cannot be read."


@pytest.mark.parametrize("content", [b"", b"no tar", b"\x1f\x8b" + bytes(100), bytes(10_000), b"a" * 10_000])
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tar").write_bytes(content)
    assert refusal(tmp_path / "a.tar").endswith(" was not written to its end.")


def test_a_manifest_without_end_is_not_read(tmp_path: Path) -> None:
    deep = "[" * 100_000
    assert refusal(_with_manifest(tmp_path / "a.tar", deep.encode())) == "The manifest of this backup cannot be read."


def _with_manifest(to: Path, content: bytes) -> Path:
    with tarfile.open(to, "w") as archive:
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return to
