"""A backup is one only once it was put back: into an empty database, table by table the same, pictures included."""

import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from homelog import VERSION
from homelog.archive import MANIFEST, ArchiveError
from homelog.backup import restore
from homelog.testing_environment import SLOT
from homelog.tests.test_migrate import drop, elsewhere

TABLES = """
SELECT format('%%I', relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
AND relname <> 'backup_made' ORDER BY 1  -- of which a backup cannot hold its own row
"""
MADE = "SELECT bytes FROM backup_made"
ROWS = "SELECT count(*), coalesce(sum(hashtextextended(row::text, 0)::numeric), 0) FROM {} AS row"
GUARDS = """
SELECT 'policy', tablename, policyname FROM pg_policies UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL
SELECT 'right', relname, acl.grantee::regrole || ' ' || acl.privilege_type FROM pg_class, aclexplode(relacl) AS acl
WHERE relnamespace = 'public'::regnamespace AND acl.grantee <> relowner UNION ALL
SELECT 'right', proname, coalesce(proacl::text, '') FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2, 3
"""


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[dict[str, str]]]:
    """Two databases that have the roles and nothing else, each with a folder for pictures: what manage.py wants."""
    owner = os.environ["DATABASE_OWNER_URL"]
    names = [f"backup_homelog_{SLOT}", f"restored_homelog_{SLOT}"]
    with psycopg.connect(owner, autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
    keys = ("DATABASE_URL", "DATABASE_OWNER_URL")
    yield [
        {**{key: elsewhere(os.environ[key], name) for key in keys}, "MEDIA_FOLDER": str(tmp_path / name)}
        for name in names
    ]
    with psycopg.connect(owner, autocommit=True) as connection:
        for name in names:
            drop(connection, name)


def manage(where: dict[str, str], *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, command)],
        cwd=Path(settings.BASE_DIR),
        env={**os.environ, **where},
        capture_output=True,
        text=True,
        check=False,
    )


def content(where: dict[str, str]) -> dict[str, object]:
    """How many rows each table holds and what they add up to, and what guards them."""
    with psycopg.connect(where["DATABASE_OWNER_URL"]) as connection:
        tables = [name for (name,) in connection.execute(TABLES.replace("%%", "%")).fetchall()]
        held: dict[str, object] = {name: connection.execute(ROWS.format(name)).fetchone() for name in tables}
        return held | {"guards": sorted(connection.execute(GUARDS).fetchall())}


def changed(backup: Path, to: Path, name: str, data: bytes | None) -> Path:
    """A copy of the backup in which a file has another content, or is missing."""
    with tarfile.open(backup) as old, tarfile.open(to, "w") as new:
        for member in old:
            held = old.extractfile(member)
            assert held is not None
            content = held.read()
            if member.name == name:
                if data is None:
                    continue
                content = data
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return to


def test_a_backup_is_put_back_and_a_bad_one_is_not(two: list[dict[str, str]], tmp_path: Path) -> None:
    full, empty = two
    assert manage(full, "migrate", "--verbosity", "0").returncode == 0
    assert manage(full, "demo").returncode == 0
    picture = Path(full["MEDIA_FOLDER"]) / "photos" / "ab" / "a.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\xff\xd8 a picture")
    (tmp_path / "homelog-20200101-000000.tar").write_bytes(b"older")
    (tmp_path / "mine.tar").write_bytes(b"kept")

    made = manage(full, "backup", tmp_path, "--keep", "1")
    assert (made.returncode, made.stderr) == (0, "")
    (backup,) = tmp_path.glob("homelog-*.tar")
    with psycopg.connect(full["DATABASE_OWNER_URL"]) as connection:
        assert connection.execute(MADE).fetchall() == [(backup.stat().st_size,)]
    assert (backup.stat().st_mode & 0o077, (tmp_path / "mine.tar").exists()) == (0, True)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".homelog-")] == []
    with tarfile.open(backup) as held:
        manifest = json.load(held.extractfile(MANIFEST))  # type: ignore[arg-type]
    assert (manifest["homelog"], "media/photos/ab/a.jpg" in manifest["files"]) == (VERSION, True)

    of_tomorrow = json.dumps({**manifest, "migrations": [*manifest["migrations"], "readings.9999_new"]}).encode()
    of_newer_server = json.dumps({**manifest, "postgresql": "99"}).encode()
    of_next_year = json.dumps({**manifest, "format": 2, "homelog": "9.0"}).encode()
    bad = {
        "is damaged: its checksum is wrong": ("media/photos/ab/a.jpg", b"\xff\xd8 b picture"),
        "does not hold the files that its manifest names": ("media/photos/ab/a.jpg", None),
        "was not written to its end": (MANIFEST, None),
        "made by a newer HomeLog (0.1.0, with readings.9999_new)": (MANIFEST, of_tomorrow),
        "was made by HomeLog 9.0, a newer one": (MANIFEST, of_next_year),
    }
    for sentence, (name, data) in bad.items():
        with pytest.raises(ArchiveError, match=re.escape(sentence)):
            restore(changed(backup, tmp_path / "bad.tar", name, data))
    cut = tmp_path / "cut.tar"
    cut.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    with pytest.raises(ArchiveError, match="was not written to its end"):
        restore(cut)
    later = manage(empty, "restore", changed(backup, tmp_path / "bad.tar", MANIFEST, of_newer_server))
    assert (later.returncode, "This backup is of PostgreSQL 99, and the server is" in later.stderr) == (1, True)
    assert content(empty) == {"guards": []}

    done = manage(empty, "restore", backup)
    assert done.returncode == 0, done.stderr
    assert content(empty) == content(full)
    assert (Path(empty["MEDIA_FOLDER"]) / "photos" / "ab" / "a.jpg").read_bytes() == b"\xff\xd8 a picture"
    checked = manage(empty, "check", "--database", "default")
    assert checked.returncode == 0, checked.stderr

    again = manage(empty, "restore", backup)
    assert (again.returncode, "The database is not empty, and nothing was changed." in again.stderr) == (1, True)
    assert content(empty) == content(full)


def test_the_version_is_that_of_the_project() -> None:
    assert f'version = "{VERSION}"' in (Path(settings.BASE_DIR) / "pyproject.toml").read_text()
