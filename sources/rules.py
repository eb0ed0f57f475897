"""The rules of a source in plain sentences. What a rule means for a reading stands in readings, a floor above."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from sources.models import DataValidator
from sources.written import number


def sentences(rule: DataValidator, unit: str, write: Callable[[Decimal], str] = number) -> list[str]:
    """What a rule forbids, one sentence for each thing, with the numbers as `write` writes them and their `unit`."""

    def measured(value: Decimal) -> str:
        return f"{write(value)} {unit}".rstrip()

    refuses = rule.on_violation == DataValidator.OnViolation.REJECT
    found = []
    if rule.min_value is not None:
        words = _("Refuses values below %(value)s.") if refuses else _("Marks as questionable: values below %(value)s.")
        found.append(words % {"value": measured(rule.min_value)})
    if rule.max_value is not None:
        words = _("Refuses values above %(value)s.") if refuses else _("Marks as questionable: values above %(value)s.")
        found.append(words % {"value": measured(rule.max_value)})
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
        found.append(words % {"value": measured(rule.max_per_day)})
    return found
