"""What becomes of a picture that somebody sends: looked at, made upright and smaller, and written anew, so that nothing
but what is to be seen is left of it. No files and no rows here: sources.picture_files keeps what this makes.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import Image, ImageOps

MOST_BYTES = 10_000_000
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 1600
QUALITY, SMALL_QUALITY = 82, 72
FORMATS = ("JPEG", "PNG", "WEBP")
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")

REFUSALS = {
    "too_large": gettext_noop("This picture is larger than 10 MB. Send a smaller one."),
    "too_many_pixels": gettext_noop(
        "This picture has more than 25 megapixels. Set the camera to a lower resolution, or send a smaller picture."
    ),
    "heic": gettext_noop(
        "This is a HEIC or AVIF picture, which cannot be read here. Send it as JPEG: iPhones do with the setting "
        "“Most Compatible” of the camera."
    ),
    "unknown": gettext_noop("This is no picture that can be read here. Send a JPEG, PNG or WebP picture."),
    "broken": gettext_noop("This picture is not whole: a part of it is missing or damaged. Send it again."),
}

# What Pillow raises for a damaged file of the three formats, as found by damaging files (test_pictures.py).
FAULTS = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, OverflowError, struct.error)


class PictureRefused(ValueError):
    """It is not kept; `code` is a key of REFUSALS, str() the sentence that says why and what to do."""

    def __init__(self, code: str) -> None:
        super().__init__(_(REFUSALS[code]))
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept: a JPEG whose longer side has at most LONGEST_SIDE pixels, and a small one of it."""

    full: bytes
    small: bytes


def prepared(file: IO[bytes], size: int, small: tuple[int, int], square: bool = False) -> Picture:
    """The picture in `file` (of `size` bytes) as it is kept, the small one within `small`; `square` fills that whole.

    Of an animation the first frame. Raises PictureRefused; pixels are counted in the header, before any is decoded.
    """
    if size > MOST_BYTES:
        raise PictureRefused("too_large")
    image = _upright(_decoded(file))
    smaller = ImageOps.fit(image, small, Image.Resampling.LANCZOS) if square else image.copy()
    smaller.thumbnail(small, Image.Resampling.LANCZOS)
    return Picture(_jpeg(image, QUALITY), _jpeg(smaller, SMALL_QUALITY))


def _decoded(file: IO[bytes]) -> Image.Image:
    """The first frame, no larger than needed. Raises PictureRefused."""
    start = file.read(32)
    file.seek(0)
    if start[4:8] == b"ftyp" and start[8:12] in HEIC:
        raise PictureRefused("heic")
    if start[:4] == b"RIFF" and _pixels_of_webp(start) > MOST_PIXELS:
        raise PictureRefused("too_many_pixels")
    is_known = start.startswith((b"\xff\xd8\xff", b"\x89PNG")) or start[:4] + start[8:12] == b"RIFFWEBP"
    with _or_refused("broken" if is_known else "unknown"):
        image = Image.open(file, formats=FORMATS)
    if image.width * image.height > MOST_PIXELS:
        raise PictureRefused("too_many_pixels")
    with _or_refused("broken"):
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return image


def _pixels_of_webp(start: bytes) -> int:
    """By the header alone: Pillow asks for the memory of a whole WebP picture as soon as it opens one."""
    if len(start) < 30 or start[8:12] != b"WEBP":
        return 0
    if start[12:16] == b"VP8X":
        width, height = (1 + int.from_bytes(start[at : at + 3], "little") for at in (24, 27))
    elif start[12:16] == b"VP8L":
        bits = int.from_bytes(start[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width, height = (int.from_bytes(start[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return width * height


def _upright(image: Image.Image) -> Image.Image:
    """As it is to be looked at, on white where it is transparent, and without anything else that the file said."""
    # What cannot be read of how the camera was held turns nothing: the pixels are whole.
    with suppress(*FAULTS):
        image = ImageOps.exif_transpose(image)
    clear = Image.new("RGB", image.size, "white")
    seen = image.convert("RGBA") if image.has_transparency_data else image.convert("RGB")
    clear.paste(seen, mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
    return clear


def _jpeg(image: Image.Image, quality: int) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
    return written.getvalue()


@contextmanager
def _or_refused(code: str) -> Iterator[None]:
    try:
        yield
    except Image.DecompressionBombError as error:
        raise PictureRefused("too_many_pixels") from error
    except FAULTS as error:
        raise PictureRefused(code) from error
