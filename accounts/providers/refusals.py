"""Why a sign-in with LINE or Google was refused, and the sentence that says so."""

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

SENTENCES = {
    "state": gettext_noop(
        "This sign-in was begun in another browser, was used before, or took longer than ten minutes. Begin again."
    ),
    "verifier": gettext_noop("This sign-in was not begun here. Begin again."),
    "nonce": gettext_noop("The answer of %(provider)s belongs to another sign-in. Begin again."),
    "audience": gettext_noop("The answer of %(provider)s was made for another site."),
    "issuer": gettext_noop("The answer does not come from %(provider)s."),
    "expired": gettext_noop("The answer of %(provider)s is too old or from the future. Begin again."),
    "subject": gettext_noop("The answer of %(provider)s does not say who you are."),
    "signature": gettext_noop("The answer of %(provider)s is not signed as it must be."),
    "domain": gettext_noop("Only accounts of the organisation that runs this site may be used with %(provider)s."),
    "declined": gettext_noop("%(provider)s did not accept this sign-in. Begin again."),
    "nonsense": gettext_noop("%(provider)s answered something that HomeLog does not understand. Try again later."),
    "unreachable": gettext_noop("%(provider)s does not answer at the moment. Try again in a few minutes."),
    "begun": gettext_noop("Somebody else began this sign-in. Begin again."),
    "another": gettext_noop(
        "This account of %(provider)s is not the one that is connected here. Begin again, and choose the one with "
        "which you sign in here."
    ),
    "stale": gettext_noop(
        "%(provider)s did not ask you to sign in anew. Sign out of %(provider)s in this browser, then begin again."
    ),
    "host": gettext_noop("This address of the site is not registered for signing in with %(provider)s."),
}


class Refused(OAuth2Error):  # type: ignore[misc]  # allauth ships no types
    """A sign-in that is not believed; `reason` is a key of SENTENCES."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sentence(reason: str, provider: str) -> str:
    """What to tell the person."""
    return _(SENTENCES[reason]) % {"provider": provider}
