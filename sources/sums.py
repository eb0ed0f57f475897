"""What a source that is worked out from others consists of: choosing it, changing it, and which sums rest on a source.

What a sum comes to is worked out a floor above (readings.sums). Whose right it is to change its parts is said by the
views, and once more by the policies of the database.
"""

from collections.abc import Collection, Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sources.access import Person
from sources.models import DataSource, SourcePart
from sources.units import tens

LEAST, MOST = 2, 20

Chosen = Mapping[DataSource, int]


def resting_on(person: Person, source: DataSource) -> QuerySet[DataSource]:
    """The sums that `source` is a part of, as far as the person may see them."""
    return DataSource.objects.visible_to(person).filter(parts__part=source).order_by("name", "pk")


def check(chosen: Chosen, total: DataSource | None = None, kept: Collection[SourcePart] = ()) -> None:
    """Raises ValidationError, with a sentence, for parts that make no sum. `kept`: parts of `total` that stay although
    the person does not see them; then all the others go by the unit that it has.
    """
    if not LEAST <= len(chosen) + len(kept) <= MOST:
        raise ValidationError(_("Choose 2 to 20 sources that it is worked out from."), code="count")
    if 1 not in {*chosen.values(), *(part.sign for part in kept)}:
        raise ValidationError(_("Nothing is added. Choose at least one source that is added."), code="nothing_added")
    unit = total.unit if total is not None and kept else first_added(chosen).unit
    strange = next((source for source in chosen if tens(source.unit, unit) is None), None)
    if strange is not None:
        said = {"name": strange.name, "unit": strange.unit, "wanted": unit}
        sentence = _("%(name)s is in %(unit)s, which does not go together with %(wanted)s. Choose sources of one unit.")
        raise ValidationError(sentence % said, code="units")


def first_added(chosen: Chosen) -> DataSource:
    """The first of the sources that are added: from it a sum has its kind and its unit."""
    return next(source for source, sign in chosen.items() if sign > 0)


def shape(total: DataSource, chosen: Chosen) -> None:
    """Give a sum the unit of its parts, and as many decimals as the most exact of them has; nothing is stored."""
    total.unit = first_added(chosen).unit
    total.decimals = max(source.decimals for source in chosen)


def put(total: DataSource, chosen: Chosen, kept: Iterable[SourcePart] = ()) -> None:
    """Let a sum consist of what was chosen and of the parts in `kept`; what was deleted is forgotten."""
    there = {part.part_id: part for part in total.parts.all()}
    stay = {part.pk for part in kept}
    wanted = {source.pk: (source, sign) for source, sign in chosen.items()}
    for key, part in there.items():
        if key not in wanted and part.pk not in stay:
            part.delete()
    for key, (source, sign) in wanted.items():
        part = there.get(key) or SourcePart(source=total, part=source)
        if part.pk is None or part.sign != sign:
            part.sign = sign
            part.save()
