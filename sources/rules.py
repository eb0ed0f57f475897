"""The rules of a source in plain sentences. What a rule means for a reading stands in readings, a floor above."""

from decimal import Decimal

from django.utils.translation import gettext as _

from sources.models import DataValidator
from sources.numbers import format_number


def sentences(rule: DataValidator, unit: str) -> list[str]:
    """What a rule forbids, one sentence for each thing, with the numbers in `unit` as they were typed."""
    refuses = rule.on_violation == DataValidator.OnViolation.REJECT
    found = []
    if rule.min_value is not None:
        words = _("Refuses values below %(value)s.") if refuses else _("Marks as questionable: values below %(value)s.")
        found.append(words % {"value": _measured(rule.min_value, unit)})
    if rule.max_value is not None:
        words = _("Refuses values above %(value)s.") if refuses else _("Marks as questionable: values above %(value)s.")
        found.append(words % {"value": _measured(rule.max_value, unit)})
    if rule.non_decreasing:
        found.append(
            _("Refuses a value lower than the one before it.")
            if refuses
            else _("Marks as questionable: a value lower than the one before it.")
        )
    if rule.max_per_day is not None:
        words = (
            _("Refuses a change of more than %(value)s a day.")
            if refuses
            else _("Marks as questionable: a change of more than %(value)s a day.")
        )
        found.append(words % {"value": _measured(rule.max_per_day, unit)})
    return found


def _measured(value: Decimal, unit: str) -> str:
    return f"{format_number(value)} {unit}".rstrip()
