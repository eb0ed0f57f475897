"""Sources that are worked out from others, in pages: what they consist of, and why one cannot be worked out."""

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readings.consumption import Period
from readings.sums import Made, Summand
from sources import written
from sources.models import DataSource

register = template.Library()


@register.filter
def why_not(made: Made) -> str:
    """Why nothing can be worked out, in a sentence; "" where it can. No part is named that is not shared."""
    names = ", ".join(part.name for part in made.culprits)
    words = {
        "": "",
        "hidden": ngettext(
            "One of the sources that this is worked out from is not shared with you, so no figures are shown.",
            "%(count)s of the sources that this is worked out from are not shared with you, so no figures are shown.",
            made.hidden,
        ),
        "gone": ngettext(
            "One of the sources that this was worked out from was deleted, so no figures are shown.",
            "%(count)s of the sources that this was worked out from were deleted, so no figures are shown.",
            made.gone,
        ),
        "empty": _("Nothing is chosen yet that this is worked out from."),
        "unfit": _(
            "%(names)s counts in another way or in another unit by now, so that it does not go together with the rest."
        ),
        "unread": _("%(names)s has no reading yet. As soon as it has two, you see figures here."),
        "apart": _("The readings of its parts do not overlap in time yet, so nothing is known of all of them at once."),
    }
    return words[made.fault] % {"count": made.hidden or made.gone, "names": names}


@register.filter
def consists_of(made: Made) -> str:
    """What a sum consists of, as in House − Heat pump − Car."""
    text = ""
    for each in sorted(made.summands, key=lambda summand: not summand.is_added):
        sign = "+" if each.is_added else written.MINUS
        text += f" {sign} {each.source.name}" if text or not each.is_added else each.source.name
    return text.strip()


@register.simple_tag
def places_of_parts(parts: Sequence[tuple[Summand, Period]], source: DataSource) -> int:
    """How many places the parts of a sum are told with, so that it can be checked: as many as they need, and no more
    than two beyond what their dials have.
    """
    values = [value for summand, period in parts if (value := _counted(summand, period)) is not None]
    most = [each.source.places + _places(each.factor) for each, _period in parts if each.factor is not None]
    return written.places(values, source.places, max([source.places + 2, *most]))


@register.simple_tag
def counted(summand: Summand, period: Period, places: int) -> str:
    """What is counted of a part's use in its sum, with its sign, in the sum's unit."""
    value = _counted(summand, period)
    return ("+" if value is not None and value > 0 else "") + written.rounded(value, places)


def _counted(summand: Summand, period: Period) -> Decimal | None:
    return None if period.use is None or summand.factor is None else period.use * summand.factor


def _places(factor: Decimal) -> int:
    return 2 + max(0, -int(factor.normalize().as_tuple().exponent))
