"""Words by which files say whether a value was measured, estimated, or is missing."""

import re
from collections.abc import Collection
from typing import Literal

Said = Literal["good", "estimated", "bad", "missing"]

_WORDS: dict[Said, str] = {
    "missing": r"missing|absen(?:t|ce)|no data|n/?a|fehlt|keine daten|ontbreekt|null|none|not available|fehlend",
    "estimated": r"estimat|gesch(?:ä|ae)tzt|estim[ée]|geschat|stimato|estimad|substitut|interpol|calculat|berechnet"
    r"|corrig|forecast|ersatzwert|prognos",
    "bad": r"\bbad\b|invalid|error|fehler|ung(?:ü|ue)ltig|rejected",
    "good": r"measured|actual|\bread\b|tookreading|mesur|r[ée]el|gemessen|abgelesen|gemeten|real\b|\bgood\b|valid"
    r"|\bok\b|wahrer|final|manual|customer|supplier",
}
_PATTERNS: dict[Said, re.Pattern[str]] = {said: re.compile(words, re.IGNORECASE) for said, words in _WORDS.items()}
YES = frozenset(("ja", "yes", "true", "1", "y", "j", "x", "oui", "si", "sí", "sim", "wahr"))


def quality_of(cell: str) -> Said | None:
    """What a word says of its row's value; None where it says nothing."""
    return next((said for said, pattern in _PATTERNS.items() if pattern.search(cell)), None) if cell else None


def says_quality(words: Collection[str]) -> bool:
    """Whether every word in a column says how good a value is."""
    return 0 < len(words) <= 12 and all(quality_of(word) for word in words)
