"""The registers of one meter side by side: day and night, upper and lower. Each has its own value, all have one time
and one note. What can be stored is stored, whatever the others still need an answer to.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.ids import uuid7
from readings.forms import EntryForm
from readings.models import Quality, Reading
from sources.models import DataSource
from sources.pressure import upper_and_lower
from sources.written import number

SHARED = {"recorded_at", "fold", "notes", "quality_flag"}
OF_ONE_READING = ("photo", "photo_kept", "photo_off", "metadata")
SWAP = "swap"
"""The name of the button that says that the upper and the lower value changed places."""
ONE_VISIT = timedelta(days=1)
Handed = Mapping[int, tuple[str, UUID]]


class RegisterForm(EntryForm):
    """One register: an entry form whose value, id and answers are its own. `saved`: what it stored, now or before.
    is_held: it waits for the answer that another register needs. swapped: the upper and the lower value as they would
    be if they changed places, where that is asked.
    """

    saved: Reading | None = None
    is_held = False
    swapped: tuple[str, str] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].label = self.source.name
        del self.fields["value"].widget.attrs["autofocus"]
        for name in OF_ONE_READING:
            del self.fields[name]

    def add_prefix(self, field_name: str) -> str:
        """The name of a field in what is sent: shared ones have the same for every register."""
        return field_name if field_name in SHARED else super().add_prefix(field_name)

    @cached_property
    def is_left_out(self) -> bool:
        """Whether nothing was typed: that is no error where another register has a value."""
        return not self.data.get(self.add_prefix("value"), "").strip()

    @property
    def typed(self) -> Decimal | None:
        """The value that was typed; None where that is no number."""
        try:
            value: Decimal | None = self.fields["value"].to_python(self.data.get(self.add_prefix("value"), ""))
        except ValidationError:
            return None
        return value

    @property
    def shown(self) -> str:
        """The value that was typed, as people read it; empty where that is no number."""
        return "" if self.typed is None else number(self.typed)

    def wait_for(self, other: "RegisterForm") -> None:
        """Store nothing until `other` is answered; what is stored already stays so."""
        self.is_valid()
        self.saved = self.stored if self.says_the_same else None
        self.is_held = self.saved is None
        self.question = self.question or other.question

    def try_to_save(self) -> None:
        """Store the reading, if nothing stands in the way and it is not stored already."""
        self.saved = self.save_unless_stored()
        if self.saved is not None:
            self.saved.source = self.source

    @property
    def conflict(self) -> Reading | None:
        """What is stored under the id of this form with another content."""
        return self.stored if self.saved is None else None

    @property
    def is_stored(self) -> bool:
        """Whether its reading was stored when it came before."""
        try:
            key = UUID(self.data.get(self.id_name, ""))
        except ValueError:
            return False
        return Reading.objects.of(self.source).filter(public_id=key).exists()

    @property
    def id_name(self) -> str:
        """The name under which its id is sent."""
        return self.add_prefix("public_id")

    @property
    def id_to_send(self) -> UUID:
        """The id to send with it; a new one where what was refused must come as another reading."""
        return uuid7() if self.conflict else self.instance.public_id

    @property
    def is_doubtful(self) -> bool:
        """Whether what it stored is marked until somebody confirms it."""
        return self.saved is not None and self.saved.quality_flag == Quality.QUESTIONABLE


class Registers:
    """The forms of the registers of one meter, in walking order. `handed`: values at hand, by the key of their source,
    each with the id of its reading; `at`: the time typed with them, as its field shows it.

    `taken`: the instant that an empty time means. It stays that of the first try, so that the registers agree.
    """

    def __init__(
        self,
        data: QueryDict | None,
        sources: Sequence[DataSource],
        now: datetime,
        handed: Handed,
        at: str = "",
    ) -> None:
        data = _swapped(data, sources) if data and SWAP in data else data
        self.taken = _taken(data.get("taken", ""), now) if data else now
        self.rows = []
        for source in sources:
            value, key = handed.get(source.pk, ("", uuid7()))
            reading, prefix = Reading(source=source, public_id=key), str(source.public_id)
            initial = {"value": value, "recorded_at": at}
            row = RegisterForm(data, instance=reading, now=self.taken, prefix=prefix, initial=initial)
            self.rows.append(row)

    @property
    def filled(self) -> list[RegisterForm]:
        """Those into which something was typed."""
        return [row for row in self.rows if not row.is_left_out]

    @property
    def shared(self) -> RegisterForm:
        """The form whose time and note are shown, with what is wrong with them."""
        return next(iter(self.filled), self.rows[0])

    @property
    def time_is_wrong(self) -> bool:
        """Whether something else than a value stands in the way, for all of them."""
        return bool(self.filled) and any(name in SHARED for name in self.shared.errors)

    @property
    def to_answer(self) -> RegisterForm:
        """The register to type into next: the first that needs an answer, else the first that has nothing yet."""
        asked = [row for row in self.filled if row.saved is None]
        return next(iter([*asked, *(row for row in self.rows if row.is_left_out)]), self.rows[0])

    def save(self) -> bool:
        """Store what can be stored. Whether that was something, and nothing is left to be answered.

        All sources are locked first and in one order, so that two people at one meter do not wait for each other.
        """
        for row in sorted(self.filled, key=lambda row: row.source.pk):
            row.source.lock()
        changed = self._changed_places()
        if changed is not None:
            # Where the upper value is stored already, the lower one is asked about.
            changed[changed[0].is_stored].beside = _(
                "The upper value is lower than the lower one. Did they change places?"
            )
            changed[0].try_to_save()
        for row in self.filled:
            if changed is None or row not in changed or (row is changed[1] and changed[0].saved):
                row.try_to_save()
            elif row is changed[1]:
                row.wait_for(changed[0])
                changed[0].swapped = (row.shown, changed[0].shown) if row.is_held else None
        return bool(self.filled) and all(row.saved for row in self.filled)

    def _changed_places(self) -> tuple[RegisterForm, RegisterForm] | None:
        """Upper and lower value of a blood pressure, where the upper one is typed as the lower of the two."""
        rows = {row.source.pk: row for row in self.filled}
        pair = upper_and_lower(row.source for row in self.filled)
        if pair is None:
            return None
        upper, lower = (rows[source.pk] for source in pair)
        is_less = upper.typed is not None and lower.typed is not None and upper.typed < lower.typed
        return (upper, lower) if is_less else None


def _swapped(data: QueryDict, sources: Sequence[DataSource]) -> QueryDict:
    """What was sent, with the upper value of a blood pressure in place of the lower one, and the other way round."""
    pair = upper_and_lower(sources)
    if pair is None:
        return data
    upper, lower = (f"{source.public_id}-value" for source in pair)
    turned = data.copy()
    turned[upper], turned[lower] = data.get(lower, ""), data.get(upper, "")
    return turned


def _taken(text: str, now: datetime) -> datetime:
    """The instant of the first try, where it was sent along and is of this visit; else now."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return now
    return at if at is not None and at.tzinfo is not None and now - ONE_VISIT < at <= now else now
