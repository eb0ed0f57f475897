"""Text in files that a spreadsheet may open, and the names of such files. Pure: no Django, no clock, no I/O."""

import re

FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what could begin one.

    Text that looks guarded already gets another one, so that `unguarded` gives every text back as it was.
    """
    return f"'{text}" if _begins_formula(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` made a cell of."""
    return cell[1:] if cell.startswith("'") and _begins_formula(cell) else cell


def file_name(text: str, ending: str) -> str:
    """A name that any system can keep a file under, in any script."""
    return f"{_UNFIT.sub(' ', text).strip(' .')[:100]}.{ending}"


def _begins_formula(text: str) -> bool:
    return bool(text) and text.lstrip("'").startswith(FORMULA)
