"""How hard a password is to guess: Django's list of common ones is short for long passwords, zxcvbn estimates them."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

if TYPE_CHECKING:
    from accounts.models import User

MOST_CHARACTERS = 72
LEAST_SCORE = 2


class GuessableValidator:
    """Refuses a password that fewer than about a hundred million guesses find, the person's own words included.

    Source of the score: D. L. Wheeler, zxcvbn: Low-Budget Password Strength Estimation, USENIX Security 2016.
    """

    def validate(self, password: str, user: "User | None" = None) -> None:
        """Raise ValidationError (code `guessable`) when the estimate is too low."""
        words = ["homelog", "meter", "reading"]
        if user is not None:
            words += [user.username, user.display_name, *user.email.replace("@", ".").split(".")]
        estimate = zxcvbn(password[:MOST_CHARACTERS], user_inputs=[word for word in words if word])
        if estimate["score"] < LEAST_SCORE:
            raise ValidationError(_("This password is easy to guess. Use a few unrelated words."), code="guessable")

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return _("It should be hard to guess: a few unrelated words are good.")
