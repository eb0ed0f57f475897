"""A ZIP archive that is written while it is being sent: memory holds one piece of one file, however large it all is."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from io import RawIOBase
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Files = Iterable[tuple[str, Iterable[bytes]]]


class _Sink(RawIOBase):
    """Takes what the archive writes until it is drained; it cannot be sought, so sizes follow behind each file."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def drained(self) -> bytes:
        """What was written since the last time."""
        found, self._pieces = b"".join(self._pieces), []
        return found


def zipped(files: Files, at: datetime, *, large: bool = True) -> Iterator[bytes]:
    """The archive of `files` (name, pieces), each dated `at`, piece by piece. large: a file may have more than 2 GB,
    which is written down in a way that spreadsheets do not read.
    """
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for name, pieces in files:
            info = ZipInfo(name, at.timetuple()[:6])
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
            with archive.open(info, "w", force_zip64=large) as file:
                for piece in pieces:
                    file.write(piece)
                    yield sink.drained()
    yield sink.drained()
