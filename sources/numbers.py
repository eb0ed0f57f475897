"""Numbers as people type them: one rule, the same here and in static/js/numbers.js.

Both are held together by number_cases.json, which lists typed texts and what they mean. Pure: no Django, no clock,
no I/O, and no locale. Translation of MESSAGES and what a source does with the number live elsewhere.
"""

import re
import unicodedata
from decimal import Decimal

MAX_LENGTH = 64
MAX_WHOLE = 12
MAX_DECIMALS = 6

ARABIC_POINT = "\u066b"
ARABIC_THOUSANDS = "\u066c"

# Spaces that NFKC leaves, apostrophes, the underscore, and the invisible marks that come along with pasted text.
_DROPPED = re.compile(
    r"[\t\n\r \u1680'\u2018\u2019\u02bc_\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_SIGNED = re.compile(r"([+\-\u2212]?)((?=.*[0-9])[0-9.,\u066b\u066c]+)")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,\u066b][0-9]{3}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[^0-9][0-9]{3})+")


def gettext_noop(message: str) -> str:
    """Return `message` as it is: the name lets makemessages find it, the page that shows it translates."""
    return message


MESSAGES: dict[str, str] = {
    "empty": gettext_noop("Type a number."),
    "not_a_number": gettext_noop("This is not a number. Use digits, and one point or comma before the decimals."),
    "too_long": gettext_noop("This number is too long. Type at most 12 digits before the point."),
    "too_many_decimals": gettext_noop("Type at most 6 digits after the point."),
    "ambiguous": gettext_noop(
        "It is not clear where the decimals begin. Type one point or comma there, and nothing between the thousands."
    ),
}


class NumberError(ValueError):
    """A text that is no number by our rule. `code` is a key of MESSAGES; str() is the English sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code = code


def parse_number(text: str) -> Decimal:
    """Read a number as a person types it, in any script, with a decimal point or comma.

    Two kinds of separator: the last is the point. One kind, repeated: it groups thousands. One alone: the point.
    Trailing zeros stay ("12.50" is Decimal("12.50")); zero has no sign. Raises NumberError.
    """
    sign, body = _cleaned(text)
    whole, decimals = _parts(body)
    whole = whole.lstrip("0") or "0"
    if len(whole) > MAX_WHOLE:
        raise NumberError("too_long")
    if len(decimals) > MAX_DECIMALS:
        raise NumberError("too_many_decimals")
    number = Decimal(f"{whole}.{decimals}")
    return number.copy_negate() if number and sign in ("-", "\u2212") else number


def as_thousands(text: str) -> Decimal | None:
    """The other number that a text can mean whose only separator stands before three digits: "12.345" is 12345, too.

    None where no other is likely: "0.345" and "1234.567" are grouped by nobody. Raises NumberError.
    """
    sign, body = _cleaned(text)
    if _THOUSANDS.fullmatch(body) is None:
        return None
    number = Decimal(re.sub(r"\D", "", body))
    return number.copy_negate() if sign in ("-", "\u2212") else number


def format_number(value: Decimal, decimals: int | None = None) -> str:
    """Write `value` plainly: no exponent, no grouping, a point before the decimals, and never rounded.

    With `decimals`, zeros at the end are dropped or added until that many places stand after the point; other
    digits stay even where they are more. Without it, the places are those of `value`. Raises ValueError for NaN and
    infinities.
    """
    if not value.is_finite():
        raise ValueError("Only a finite number can be written down.")
    text = f"{value if value else value.copy_abs():f}"
    if decimals is None:
        return text
    whole, _, places = text.partition(".")
    places = places.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{places}" if places else whole


def _cleaned(text: str) -> tuple[str, str]:
    """Split into the sign and a body of ASCII digits and separators with at least one digit."""
    if len(text) > MAX_LENGTH:
        raise NumberError("too_long")
    # NFKC would turn 5² into 52: superscripts, fractions and circled digits are no digits of a reading.
    if any(unicodedata.category(char) == "No" for char in text):
        raise NumberError("not_a_number")
    bare = _DROPPED.sub("", unicodedata.normalize("NFKC", text))
    if not bare:
        raise NumberError("empty")
    plain = "".join(str(unicodedata.decimal(char, char)) for char in bare)
    if (match := _SIGNED.fullmatch(plain)) is None:
        raise NumberError("not_a_number")
    return match[1], match[2]


def _parts(body: str) -> tuple[str, str]:
    """Split into the digits before and after the point, which the separators themselves have to tell."""
    kinds = sorted({char for char in body if not char.isdigit()}, key=body.rfind)
    if not kinds:
        return body, ""
    last = kinds[-1]
    if len(kinds) == 1 and (body.count(last) > 1 or last == ARABIC_THOUSANDS):
        if last == ARABIC_POINT or not _GROUPED.fullmatch(body):
            raise NumberError("ambiguous")
        return body.replace(last, ""), ""
    if len(kinds) > 2 or body.count(last) > 1 or last == ARABIC_THOUSANDS or kinds[0] == ARABIC_POINT != last:
        raise NumberError("ambiguous")
    whole, _, decimals = body.partition(last)
    return whole.replace(kinds[0], ""), decimals
