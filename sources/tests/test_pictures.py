"""What becomes of pictures that are sent: upright, smaller, with nothing in them but what is to be seen; or refused."""

import random
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from sources.pictures import FAULTS, REFUSALS, Picture, PictureRefused, prepared
from sources.tests.images import encoded, image, png_that_claims, size_of, turned, webp_that_claims

SMALL = (480, 480)


def made(content: bytes, **options: Any) -> Picture:
    return prepared(BytesIO(content), len(content), options.pop("small", SMALL), **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_jpeg(kind: str) -> None:
    found = made(encoded(kind))
    opened = Image.open(BytesIO(found.full))
    assert (opened.format, opened.size) == ("JPEG", (64, 48))


def test_a_large_picture_becomes_smaller_and_a_small_one_stays() -> None:
    found = made(encoded(made=image(4000, 3000)))
    assert (size_of(found.full), size_of(found.small)) == ((1600, 1200), (480, 360))
    tall = made(encoded(made=image(1000, 4000)))
    assert (size_of(tall.full), size_of(tall.small)) == ((400, 1600), (120, 480))
    assert size_of(made(encoded(made=image(20, 10))).small) == (20, 10)


def test_a_square_small_picture_is_filled() -> None:
    assert size_of(made(encoded(made=image(900, 300)), small=(160, 160), square=True).small) == (160, 160)


def test_it_is_turned_upright_and_nothing_else_of_the_file_is_kept() -> None:
    content = turned(6)
    assert b"CameraCo" in content
    assert b"secret" in content
    found = made(content)
    opened = Image.open(BytesIO(found.full))
    assert opened.size == (48, 64)
    top, bottom = opened.getpixel((24, 5)), opened.getpixel((24, 60))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > top[1], bottom[0] < bottom[1]) == (True, True)
    for each in (found.full, found.small):
        again = Image.open(BytesIO(each))
        assert (dict(again.getexif()), b"CameraCo" in each, b"secret" in each) == ({}, False, False)
        assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


def test_what_is_transparent_becomes_white() -> None:
    opened = Image.open(BytesIO(made(encoded("PNG", Image.new("RGBA", (8, 8), (0, 0, 0, 0)))).full))
    assert opened.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK"])
def test_pictures_in_other_modes_are_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert size_of(made(encoded(kind, Image.new(mode, (9, 7)))).full) == (9, 7)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue", "blue")]
    content = encoded(kind, frames[0], save_all=True, append_images=frames[1:], duration=100)
    pixel = Image.open(BytesIO(made(content).full)).getpixel((8, 8))
    assert isinstance(pixel, tuple)
    assert (pixel[0] > 200, pixel[2] < 60) == (True, True)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (SVG, "unknown"),
        (b"", "unknown"),
        (b"value;1\n", "unknown"),
        (b"<html><script>alert(1)</script></html>", "unknown"),
        (encoded("GIF"), "unknown"),
        (encoded("TIFF"), "unknown"),
        (encoded("BMP"), "unknown"),
        (HEIC, "heic"),
        (encoded()[: len(encoded()) // 2], "broken"),
        (encoded("PNG")[:-40], "broken"),
        (encoded("WEBP", quality=95)[:-20], "broken"),
        (png_that_claims(5000, 5001), "too_many_pixels"),
        (png_that_claims(60000, 60000), "too_many_pixels"),
        (webp_that_claims(16000, 16000), "too_many_pixels"),
        (png_that_claims(5000, 5000), "broken"),
        (b"\xff\xd8\xff" + b"\0" * 10_000_000, "too_large"),
    ],
)
def test_anything_else_is_refused_with_its_sentence(content: bytes, code: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        made(content)
    assert (refused.value.code, str(refused.value)) == (code, REFUSALS[code])


def test_pixels_are_counted_before_any_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*args: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    for content in (png_that_claims(5000, 5001), encoded("WEBP", image(5001, 5000))):
        with pytest.raises(PictureRefused, match="25 megapixels"):
            made(content)
    with pytest.raises(AssertionError, match="decoded"):
        made(encoded("PNG"))


def test_damaged_files_are_refused_or_taken_and_never_break_anything() -> None:
    damage = random.Random(7)  # noqa: S311 (which bytes are damaged, the same in each run)
    outcomes = set()
    whole = [
        turned(6),
        encoded("PNG", image(33, 21, "RGB")),
        encoded("WEBP", image(33, 21)),
        encoded("JPEG", quality=30),
    ]
    for number in range(1200):
        content = bytearray(whole[number % len(whole)])
        for _change in range(damage.randint(1, 12)):
            content[damage.randrange(len(content))] = damage.randrange(256)
        try:
            made(bytes(content[: damage.choice([len(content), damage.randrange(len(content))])]))
            outcomes.add("taken")
        except PictureRefused as refused:
            outcomes.add(refused.code)
    assert outcomes >= {"taken", "unknown", "broken"}


def test_a_fault_of_our_own_is_not_taken_for_a_damaged_picture() -> None:
    assert not issubclass(AttributeError, FAULTS)
    assert not issubclass(MemoryError, FAULTS)
