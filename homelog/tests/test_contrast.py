"""The colours of the sheet: every text and mark stands out from every ground, in light and in dark (WCAG 2)."""

import math
import re
from pathlib import Path

from django.conf import settings

SHEET = Path(settings.BASE_DIR) / "static" / "css" / "app.css"


def luminance(lightness: float, chroma: float, hue: float) -> float:
    """Relative luminance (WCAG 2) of an OKLCH colour, by Ottosson's matrices (bottosson.github.io/posts/oklab)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, channel)) for channel in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colours() -> dict[str, tuple[float, float]]:
    """Luminance of each colour token, in light and in dark."""

    def read(text: str) -> float:
        if text == "#fff":
            return 1.0
        lightness, chroma, hue = re.findall(r"[\d.]+", text)
        return luminance(float(lightness) / 100, float(chroma), float(hue))

    one = r"(#fff|oklch\([^)]*\))"
    tokens = re.findall(rf"--([\w-]+): light-dark\({one}, {one}\);", SHEET.read_text())
    return {name: (read(light), read(dark)) for name, light, dark in tokens}


def contrast(one: float, other: float) -> float:
    """Contrast ratio of WCAG 2, from 1 to 21."""
    low, high = sorted((one, other))
    return (high + 0.05) / (low + 0.05)


def too_close(least: float, front: tuple[str, ...], back: tuple[str, ...]) -> list[tuple[str, str, float]]:
    """Pairs of tokens whose contrast is below the least, in light or in dark."""
    token = colours()

    def worst(one: str, other: str) -> float:
        return min(contrast(*pair) for pair in zip(token[one], token[other], strict=True))

    return [(f, b, worst(f, b)) for f in front for b in back if worst(f, b) < least]


def test_text_stands_out_from_every_ground() -> None:
    assert too_close(4.5, ("ink", "soft", "brand", "good", "bad"), ("paper", "card", "sunk", "warn-bg", "bad-bg")) == []
    assert too_close(4.5, ("on-brand",), ("brand",)) == []


def test_marks_and_edges_stand_out_from_every_ground() -> None:
    marks = ("edge", "amber", "blue", "coral", "green", "teal", "violet")
    assert too_close(3, marks, ("paper", "card")) == []
