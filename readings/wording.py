"""What may be said of a value, in words: by the server (readings.doubts), and by static/js/entry.js while it is typed.

Which of the sentences it is, and the figures in it, is the matter of readings.doubts.
"""

from django.utils.translation import gettext_lazy as _

from sources.numbers import MESSAGES

STEPS = {
    "step": _("+%(use)s %(unit)s, %(rate)s a day."),
    "step_short": _("+%(use)s %(unit)s since the last reading."),
}
TAILS = {
    "usual": _("As usual."),
    "little_less": _("A little less than usual."),
    "little_more": _("A little more than usual."),
    "rollover": _("The dial rolled over."),
}
WORDS = {
    "counter": {
        **STEPS,
        **TAILS,
        "range": _("Usual use is %(low)s to %(high)s %(unit)s a day."),
        "same": _("Nothing was used since the last reading."),
        "high": _("%(value)s would be %(use)s %(unit)s, %(rate)s a day; usual is %(low)s to %(high)s. Is it right?"),
        "high_short": _(
            "%(value)s would be %(use)s %(unit)s in less than a day; usual is %(low)s to %(high)s a day. Is it right?"
        ),
        "high_first": _("%(value)s would be %(use)s %(unit)s more than the last reading, %(last)s. Is it right?"),
        "low": _(
            "%(value)s is lower than the last reading, %(last)s. Was the meter replaced, did the dial roll over, or is"
            " the last one wrong? Save it only if the dial really shows this."
        ),
    },
    "amount": {
        **TAILS,
        "range": _("Usual is %(low)s to %(high)s %(unit)s each time."),
        "high": _("%(value)s %(unit)s is much more than the usual %(low)s to %(high)s. Is it right?"),
        "low": _("%(value)s %(unit)s is below zero. Is it right?"),
    },
    "level": {
        **TAILS,
        "range": _("Usual is %(low)s to %(high)s %(unit)s."),
        "same": _("The same as last time."),
        "high": _("%(value)s %(unit)s is far above the usual %(low)s to %(high)s. Is it right?"),
        "low": _("%(value)s %(unit)s is far below the usual %(low)s to %(high)s. Is it right?"),
        "beyond": _("Such a value mostly lies between %(least)s and %(most)s %(unit)s. Is %(value)s right?"),
    },
}
SINCE = {
    "counter": {
        "step": _("Since %(since)s: +%(use)s %(unit)s, %(rate)s a day."),
        "step_short": _("Since %(since)s: +%(use)s %(unit)s."),
        "same": _("Nothing was used since %(since)s."),
        "high_first": _("%(value)s would be %(use)s %(unit)s more than %(last)s on %(since)s. Is it right?"),
        "low": _(
            "%(value)s is lower than the reading before it, %(last)s on %(since)s. Was the meter replaced, did the dial"
            " roll over, or is one of the two wrong? Save it only if the dial really showed this."
        ),
    },
    "level": {"same": _("The same as on %(since)s.")},
    "amount": {},
}
"""The same of a value that stands before others: it is not the last one that it is compared with."""
UP_TO = _("Up to %(next_at)s: +%(use)s %(unit)s.")
"""Said of what stands before all others."""
TAKEN = _("There is a reading at this very time already. Correct that one instead.")
UNDERSTOOD = _("Understood as %(value)s.")
ALWAYS = {
    "understood": UNDERSTOOD,
    "typed": _("Read at %(at)s"),
    "waiting": _("Kept on this device: %(value)s %(unit)s, %(at)s, not sent yet."),
    "asked": _("Kept on this device: %(value)s %(unit)s, %(at)s. It needs an answer."),
    "refused": _("Kept on this device: %(value)s %(unit)s, %(at)s. It was not accepted."),
    "sent": _("Sent: %(value)s %(unit)s, %(at)s."),
    "before": _("The last reading in HomeLog: %(value)s %(unit)s, %(at)s."),
    **{code: _(text) for code, text in MESSAGES.items() if code != "empty"},
}
"""What the script may say of any source; from "waiting" on of what waits on the device, by its state; what was last
before it; and of what is no number, by the code of sources.numbers.
"""
FROM_ZERO = _("A meter counts up from 0. Is %(value)s right?")
DIAL_OF = _("This dial has %(digits)s digits before the point and counts up from 0. Is %(value)s right?")
ABOVE_NEXT = _("%(value)s is higher than the reading after it, %(next)s. Is it right?")
FAR_BELOW_NEXT = _("With %(value)s the reading after it, %(next)s, would be %(use)s %(unit)s more. Is it right?")
THOUSANDTHS = _(
    "Understood as %(value)s: %(whole)s and %(part)s thousandths. If the meter shows %(other)s, type that without point"
    " or comma. Is it right?"
)
