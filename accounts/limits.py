"""What is said to who tries too often; how often that is stands in settings.ACCOUNT_RATE_LIMITS.

allauth keeps the counts in the cache, which is a table of the database: they hold for all processes of the site, and of
two attempts at once the second waits until the first is counted.
"""

from django.forms import BaseForm
from django.utils.translation import gettext_lazy as _

RETRY_AFTER = str(15 * 60)
"""Seconds: the longest of the windows, after which every attempt counts anew."""

SENTENCE = _("There were too many attempts in a short time. Wait a few minutes, then try again.")
CODES = {"too_many_login_attempts", "rate_limited"}
"""The errors by which a form of allauth says so."""


def is_limited(form: BaseForm) -> bool:
    """Whether it was refused because of the attempts before."""
    return bool(CODES & {error.code for errors in form.errors.as_data().values() for error in errors})
