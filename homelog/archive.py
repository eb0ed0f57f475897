"""The file of a backup: a tar of the database's dump, the pictures, and at its end a manifest with their checksums.

A file without a manifest was not written to its end. Nothing here knows how a dump is made or put back.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

FORMAT = 1
DUMP = "database.dump"
MEDIA = "media/"
MANIFEST = "manifest.json"
BLOCK = 1 << 20


class ArchiveError(Exception):
    """A file that cannot be used as a backup; the message says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup is: of which HomeLog and PostgreSQL, when, with which migrations, and what is in it.

    files: the SHA-256 of each, by its name in the archive. made_at: ISO 8601 with offset.
    """

    homelog: str
    postgresql: str
    made_at: str
    migrations: list[str]
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def write(path: Path, manifest: Manifest, files: Iterable[tuple[str, Path]]) -> Manifest:
    """Write `files` (name in the archive, where it lies) and the manifest: all of it, or nothing stands at `path`."""
    unfinished = path.with_name(f"{path.name}.part")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, source in files:
            with source.open("rb") as content:
                manifest.files[name] = _add(archive, name, content, os.fstat(content.fileno()).st_size)
        said = json.dumps(asdict(manifest), indent=1).encode()
        _add(archive, MANIFEST, io.BytesIO(said), len(said))
        archive.close()
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)
    return manifest


@contextmanager
def opened(path: Path) -> Iterator[tuple[tarfile.TarFile, Manifest]]:
    """A backup whose every file has its checksum. Raises ArchiveError."""
    try:
        with tarfile.open(path, mode="r:") as archive:
            manifest = _manifest(archive)
            _verify(archive, manifest)
            yield archive, manifest
    except FileNotFoundError as error:
        raise ArchiveError(f"There is no file {path}.") from error
    except tarfile.TarError as error:
        raise ArchiveError(f"{path} is no backup of HomeLog, or was not written to its end.") from error


def extract(archive: tarfile.TarFile, name: str, to: Path) -> None:
    """Write one file of the archive to `to`."""
    with _content(archive, name) as content, to.open("wb") as out:
        while block := content.read(BLOCK):
            out.write(block)


def _manifest(archive: tarfile.TarFile) -> Manifest:
    try:
        with _content(archive, MANIFEST) as content:
            said: dict[str, Any] = json.load(content)
        if said["format"] > FORMAT:
            raise ArchiveError(
                f"This backup was made by HomeLog {said['homelog']}, a newer one. Upgrade HomeLog first."
            )
        return Manifest(**said)
    except (ValueError, TypeError, KeyError) as error:
        raise ArchiveError("The manifest of this backup cannot be read.") from error


def _verify(archive: tarfile.TarFile, manifest: Manifest) -> None:
    held = {member.name for member in archive if member.isfile()} - {MANIFEST}
    if held != set(manifest.files):
        raise ArchiveError("This backup does not hold the files that its manifest names. It was changed.")
    for name, expected in manifest.files.items():
        with _content(archive, name) as content:
            if _digest(content) != expected:
                raise ArchiveError(f"{name} in this backup is damaged: its checksum is wrong. Take another backup.")


def _content(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        found = archive.extractfile(name)
    except KeyError as error:
        raise ArchiveError(f"This backup has no {name}: it was not written to its end.") from error
    if found is None:
        raise ArchiveError(f"{name} in this backup is no file.")
    return found


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> str:
    """Add a file and return its checksum."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    reader = _Hashing(content)
    archive.addfile(info, reader)
    return reader.digest.hexdigest()


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, content: IO[bytes]) -> None:
        self.content, self.digest = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.content.read(size)
        self.digest.update(block)
        return block
