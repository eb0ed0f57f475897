"""What came of an import, in sentences, and the way back."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readings.models import ImportBatch


def outcome(batches: Sequence[ImportBatch]) -> str:
    """How many readings a file brought, and what became of its other rows."""
    return " ".join(_sentences(batches))


def way_back(batches: Sequence[ImportBatch]) -> str:
    """Where Undo takes a file back."""
    first = batches[0]
    if len(batches) == 1 or first.source.home is None:
        return reverse("readings:import_undo", args=[first.source.public_id, first.public_id])
    return reverse("readings:home_import_undo", args=[first.source.home.public_id, first.file_id])


def _sentences(batches: Sequence[ImportBatch]) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for batch in batches:
        counts.update(batch.counts)
    stored = counts["stored"]
    facts = {"count": stored, "file": batches[0].file_name, "meters": len(batches)}
    if len(batches) == 1:
        yield (
            ngettext(
                "%(count)s reading from %(file)s is stored.", "%(count)s readings from %(file)s are stored.", stored
            )
            % facts
        )
    else:
        yield _("%(count)s readings from %(file)s are stored, for %(meters)s meters.") % facts
    changes = sum(len(batch.mapping.get("changes", ())) for batch in batches)
    others = {
        "there": _("Already there: %(count)s."),
        "conflicts": _("Another value is stored and stays: %(count)s."),
        "refused": _("Left out: %(count)s."),
        "left": _("Left out, as the preview said: %(count)s."),
        "blank": _("Without a value: %(count)s."),
        "questionable": _("Marked as questionable: %(count)s."),
    }
    for name, sentence in others.items():
        if counts[name]:
            yield sentence % {"count": counts[name]}
    rules = sum(len(batch.mapping.get("rules", ())) for batch in batches)
    if changes:
        yield _("Meter changes noted: %(count)s.") % {"count": changes}
    if rules:
        yield _("Rules set: %(count)s.") % {"count": rules}
