"""Pictures for tests, made when they are asked for."""

import struct
import zlib
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from sources.pictures import Picture

COLOURS = ((200, 30, 30), (30, 160, 60))


def image(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Red on the left, green on the right."""
    made = Image.new(mode, (width, height), COLOURS[0])
    made.paste(COLOURS[1], (width // 2, 0, width, height))
    return made


def encoded(kind: str = "JPEG", made: Image.Image | None = None, **options: Any) -> bytes:
    """The bytes of a picture."""
    written = BytesIO()
    (made or image()).save(written, kind, **options)
    return written.getvalue()


def upload(content: bytes | None = None, name: str = "IMG_0001.JPG", kind: str = "image/jpeg") -> SimpleUploadedFile:
    """As a form sends it."""
    return SimpleUploadedFile(name, encoded() if content is None else content, kind)


def made_small() -> Picture:
    """A picture as it is kept."""
    return Picture(encoded(), encoded())


def turned(orientation: int = 6) -> bytes:
    """A picture that was taken with the camera on its side, with where it was taken and by which camera."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "CameraCo"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    return encoded(exif=exif, comment=b"a secret comment")


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def webp_that_claims(width: int, height: int) -> bytes:
    """A WebP header that claims a canvas."""
    canvas = b"\0" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height."""
    return Image.open(BytesIO(content)).size
