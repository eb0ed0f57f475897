"""The file of a backup: a tar of the database's dump, the pictures, and at its end a manifest with their checksums.

A file without a manifest was not written to its end. Nothing here knows how a dump is made or put back. What is put
back may come from anywhere: it is believed in nothing before it was looked at, and written to its place alone.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sources.picture_files import sync

FORMAT = 1
DUMP = "database.dump"
MEDIA = "media/"
MANIFEST = "manifest.json"
BLOCK = 1 << 20
LONGEST_MANIFEST = 100 * BLOCK
UNREADABLE = (tarfile.TarError, ValueError, OverflowError, EOFError)


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
            # A picture that is gone by now is one that nothing named when the dump was made.
            with suppress(FileNotFoundError), source.open("rb") as content:
                manifest.files[name] = _add(archive, name, content, os.fstat(content.fileno()).st_size)
        said = json.dumps(asdict(manifest), indent=1).encode()
        _add(archive, MANIFEST, io.BytesIO(said), len(said))
        archive.close()
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)
    sync(path.parent)
    return manifest


@contextmanager
def opened(path: Path) -> Iterator[tuple[tarfile.TarFile, Manifest]]:
    """A backup whose every file has its checksum. Raises ArchiveError."""
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise ArchiveError(f"There is no file {path}.") from error
    with file:
        try:
            archive = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 - closed below, once it is known to be one
            manifest = _manifest(archive)
            _verify(archive, manifest)
        except UNREADABLE as error:
            raise ArchiveError(f"{path} is no backup of HomeLog, or was not written to its end.") from error
        with closing(archive):
            yield archive, manifest


def extract(archive: tarfile.TarFile, name: str, to: Path) -> None:
    """Write one file of the archive to `to`: all of it, or what was there before stands on."""
    unfinished = to.with_name(f"{to.name}.part")
    with _content(archive, name) as content, unfinished.open("wb") as out:
        while block := content.read(BLOCK):
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(to)


def size(archive: tarfile.TarFile, names: Iterable[str]) -> int:
    """How many bytes these files of the archive take."""
    return sum(archive.getmember(name).size for name in names)


def _manifest(archive: tarfile.TarFile) -> Manifest:
    try:
        with _content(archive, MANIFEST) as content:
            if archive.getmember(MANIFEST).size > LONGEST_MANIFEST:
                raise ValueError(MANIFEST)
            said: dict[str, Any] = json.load(content)
        if said["format"] > FORMAT:
            raise ArchiveError(
                f"This backup was made by HomeLog {said['homelog']}, a newer one. Upgrade HomeLog first."
            )
        manifest = Manifest(**said)
        texts = [manifest.homelog, manifest.made_at, *manifest.migrations, *manifest.files, *manifest.files.values()]
        if not all(isinstance(text, str) for text in texts) or not str(manifest.postgresql).isdecimal():
            raise TypeError(MANIFEST)
        return manifest
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ArchiveError("The manifest of this backup cannot be read.") from error


def _verify(archive: tarfile.TarFile, manifest: Manifest) -> None:
    members = list(archive)
    for member in members:
        if not member.isreg() or member.issparse() or not is_ours(member.name):
            raise ArchiveError(f"This backup holds {member.name!r}, which no backup of HomeLog does. Do not use it.")
    names = [member.name for member in members if member.name != MANIFEST]
    if sorted(names) != sorted(manifest.files) or DUMP not in names:
        raise ArchiveError("This backup does not hold the files that its manifest names. It was changed.")
    for name, expected in manifest.files.items():
        with _content(archive, name) as content:
            if _digest(content) != expected:
                raise ArchiveError(f"{name} in this backup is damaged: its checksum is wrong. Take another backup.")


def is_ours(name: str) -> bool:
    """Whether a file of a backup may be called so: the dump, the manifest, or a picture below its folder."""
    path = PurePosixPath(name)
    below = name.startswith(MEDIA) and path.as_posix() == name and ".." not in path.parts and "\0" not in name
    return name in (DUMP, MANIFEST) or (below and len(path.parts) > 1)


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
